/** The visitor's display: a picture, a sentence in one language after the other, buttons. */

import { PICTURES } from "./visitor_pictures.js";

const SETTINGS = JSON.parse(document.getElementById("settings").textContent);
const ADDRESS = location.pathname.replace(/\/$/, "");
const NEXT_LANGUAGE_MS = 4000;
// So that this page's next stream takes the place of its last one, which may hang in a bad network.
const TABLET = Array.from(crypto.getRandomValues(new Uint8Array(8)), (one) => one.toString(16)).join("");

const byId = (id) => document.getElementById(id);
let state = { picture: "idle", sentence: "welcome" };
let lastShown = "";
let clockAhead = 0;
let totalSeconds = 0;
let language = 0;

/** Return a sentence in a language, with its placeholders filled in. */
function say(key, index, values = {}) {
  const text = SETTINGS.languages[index].words[key] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function secondsLeft() {
  return state.until ? Math.max(0, state.until - Date.now() / 1000 - clockAhead) : 0;
}

/** Return the sentence of the state in a language. */
function sentence(index) {
  if (!state.sentence) {
    const key = state.elsewhere ? `visitor_${state.picture}_elsewhere` : `visitor_${state.picture}`;
    // A name written from right to left must not turn the sentence around.
    return say(key, index, { name: `\u2068${state.elsewhere}\u2069` });
  }
  return say(`display_${state.sentence}`, index, { time: clock(index) });
}

/** Return the time of the next portion in Home Assistant's time zone, rounded up so that nobody comes too early. */
function clock(index) {
  if (!state.until) return "";
  const when = new Date(Math.ceil(state.until / 60) * 60_000);
  const { language: tag, twelve_hours: twelve } = SETTINGS.languages[index];
  return new Intl.DateTimeFormat(tag, {
    hour: twelve ? "numeric" : "2-digit",
    minute: "2-digit",
    hourCycle: twelve ? "h12" : "h23",
    timeZone: SETTINGS.time_zone,
  }).format(when);
}

function paragraph(text, kind = "") {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = kind;
  return made;
}

/** Return a text in every language, each in the voice of its own. */
function inEach(text) {
  return SETTINGS.languages.map(({ language: tag }, index) => {
    const made = paragraph(text(index));
    made.lang = tag;
    return made;
  });
}

function show() {
  const left = secondsLeft();
  byId("picture").innerHTML = PICTURES[state.picture](totalSeconds ? left / totalSeconds : 1);
  document.documentElement.lang = SETTINGS.languages[language].language;
  const words = [paragraph(sentence(language))];
  if (state.picture === "wait" && state.until) words.unshift(paragraph(clock(language), "time"));
  byId("words").replaceChildren(...words);
  showButtons();
}

/** Return the tag by which voices are known: zh-Hant has none, zh-TW has. */
function voiceOf(tag) {
  const { language: spoken, region } = new Intl.Locale(tag).maximize();
  return `${spoken}-${region}`;
}

function speak() {
  if (!SETTINGS.spoken || !window.speechSynthesis || state.picture === "idle") return;
  speechSynthesis.cancel();
  SETTINGS.languages.forEach((one, index) => {
    const said = new SpeechSynthesisUtterance(sentence(index));
    said.lang = voiceOf(one.language);
    speechSynthesis.speak(said);
  });
}

function showState(next) {
  const shown = JSON.stringify([next.picture, next.sentence, next.until, next.elsewhere]);
  clockAhead = next.now - Date.now() / 1000;
  if (shown === lastShown) return;
  lastShown = shown;
  state = next;
  totalSeconds = state.until ? secondsLeft() : 0;
  language = 0;
  show();
  // Once for each state, for screen readers; not with each change of language.
  byId("said").replaceChildren(...inEach(sentence));
  speak();
}

function follow() {
  const stream = new EventSource(`${ADDRESS}/events?tablet=${TABLET}`);
  stream.onopen = () => byId("connection").toggleAttribute("hidden", true);
  stream.onmessage = ({ data, lastEventId: made }) => {
    // The manager changed the display, or there is a new version.
    if (made !== document.documentElement.dataset.made) location.reload();
    else showState(JSON.parse(data));
  };
  stream.onerror = () => {
    byId("connection").replaceChildren(...inEach((index) => say("visitor_not_connected", index)));
    byId("connection").toggleAttribute("hidden", false);
    // After a refusal the browser does not try again by itself.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  };
}

function press(kind) {
  fetch(`${ADDRESS}/press/${kind}`, { method: "POST" }).catch(() => {});
}

/** A press, or a hold whose progress is shown; letting go early does nothing. */
function listen(button, kind, heldMs) {
  let timer = 0;
  let held = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.style.setProperty("--held", 0);
  };
  const begin = () => {
    if (timer) return;
    if (!heldMs) {
      press(kind);
      return;
    }
    held = 0;
    timer = setInterval(() => {
      held += 100;
      button.style.setProperty("--held", Math.min(1, held / heldMs));
      if (held >= heldMs) {
        stop();
        press(kind);
      }
    }, 100);
  };
  button.addEventListener("pointerdown", begin);
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(end, stop);
  button.addEventListener("keydown", ({ key, repeat }) => (key === "Enter" || key === " ") && !repeat && begin());
  button.addEventListener("keyup", stop);
}

function showButtons() {
  const bar = byId("buttons");
  if (!bar.childElementCount) {
    for (const [kind, { pictogram, held_s: held }] of Object.entries(SETTINGS.buttons)) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.kind = kind;
      button.innerHTML = pictogram;
      button.append(document.createElement("span"));
      listen(button, kind, held * 1000);
      bar.append(button);
    }
  }
  for (const button of bar.children) {
    button.lastChild.textContent = say(`visitor_button_${button.dataset.kind}`, language);
  }
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Without a secure connection the browser has no wake lock: then the tablet's own setting decides.
  }
}

document.addEventListener("visibilitychange", () => document.hidden || stayAwake());
document.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(() => {
  language = (language + 1) % SETTINGS.languages.length;
  show();
}, NEXT_LANGUAGE_MS);
setInterval(() => state.picture === "wait" && show(), 1000);
show();
stayAwake();
follow();
