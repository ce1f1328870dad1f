/** The cards that show what a site remembers and gives, as it is at this moment. */

import { card, element, table } from "./dom.js";
import { isolated } from "./words.js";

const SHOWN_PURGES = 5;
const INTEGRATION = "/config/integrations/integration/facequota";

/** Return the parts above the papers, each with what it shows; `purge` forgets everybody. */
export function factCards(facts, words, purge) {
  const part = (name, keys, build) => {
    const values = Object.fromEntries(keys.map((key) => [key, facts[key]]));
    return [name, values, () => build(values, words, purge)];
  };
  const found = hints(facts, words);
  return [
    ...(found.length ? [["hints", found, () => hintCard(found, words)]] : []),
    part("remembered", ["suspended", "faces", "oldest_since", "most_faces_ever", "empty_at"], remembered),
    part("lanes", ["equality", "lanes"], lanes),
    part("rules", ["portion_cm", "allowance_cm", "window_min", "refused_at_most_one_in", "operator", "contact"], rules),
    part("purges", ["receipts", "expired"], purges),
  ];
}

/** Update the durations that are shown, once a second. */
export function tick(root, words) {
  const now = Date.now();
  for (const one of root.querySelectorAll("[data-until]")) {
    one.textContent = words.duration((Date.parse(one.dataset.until) - now) / 1000);
  }
  for (const one of root.querySelectorAll("[data-since]")) {
    one.textContent = words.duration((now - Date.parse(one.dataset.since)) / 1000);
  }
}

/** Return what is still missing for a correct notice. */
function hints(facts, words) {
  const found = [];
  if (!facts.operator || !facts.contact) found.push(words.say("hint_operator"));
  const without = (key) =>
    facts.dispensers
      .filter((one) => !one[key])
      .map((one) => isolated(one.name))
      .join(", ");
  if (!facts.dispensers.length) found.push(words.say("hint_no_dispenser"));
  if (without("open_button")) found.push(words.say("hint_open_button", { names: without("open_button") }));
  if (without("forget_button")) found.push(words.say("hint_forget_button", { names: without("forget_button") }));
  if (facts.equality === "worse") found.push(words.say("hint_worse"));
  return found;
}

function hintCard(found, words) {
  return element(
    "section",
    { class: "card hints", role: "note" },
    element("h2", {}, words.say("hints")),
    element("ul", {}, found.map((text) => element("li", {}, text))),
    element("a", { href: INTEGRATION }, words.say("open_settings")),
  );
}

function remembered(facts, words, purge) {
  const tile = (title, value, data) =>
    element("div", { class: "tile" }, element("div", { class: "value", ...data }, value), element("div", { class: "label" }, title));
  return card(
    words.say("remembered"),
    element("button", { class: "plain", type: "button", id: "purge", on: { click: purge } }, words.say("purge_now")),
    element(
      "p",
      { class: facts.suspended ? "state off" : "state on" },
      words.say(facts.suspended ? "recognition_off" : "recognition_on"),
    ),
    element(
      "div",
      { class: "tiles" },
      tile(words.say("faces"), words.number(facts.faces)),
      tile(words.say("oldest"), "–", facts.oldest_since ? { "data-since": facts.oldest_since } : {}),
      tile(words.say("most"), words.number(facts.most_faces_ever)),
      tile(words.say("empty_in"), words.say("empty_now"), facts.empty_at ? { "data-until": facts.empty_at } : {}),
    ),
  );
}

function rules(facts, words) {
  const line = (key, value) => [element("dt", {}, words.say(key)), element("dd", {}, value)];
  return card(
    words.say("rules"),
    element("a", { href: INTEGRATION }, words.say("open_settings")),
    element(
      "dl",
      {},
      line("portion", words.length(facts.portion_cm)),
      line("allowance", words.length(facts.allowance_cm)),
      line("window", words.say("minutes", { value: words.number(facts.window_min, 1) })),
      line("refused_at_most", words.say("one_in", { value: words.number(facts.refused_at_most_one_in) })),
      line("operator", element("bdi", {}, facts.operator || "–")),
      line("contact", element("bdi", {}, facts.contact || "–")),
    ),
  );
}

function lanes(facts, words) {
  const number = (title) => ({ title: words.say(title), number: true });
  return card(
    words.say("lanes"),
    null,
    element("p", { class: `state ${facts.equality}` }, words.say("equality", { verdict: words.name("equality", facts.equality) })),
    table(
      [{ title: words.say("lane") }, number("granted"), number("refused"), number("mean_length"), number("mean_wait")],
      Object.entries(facts.lanes).map(([lane, one]) => [
        words.name("lane", lane),
        words.number(one.granted),
        words.number(one.refused),
        words.length(one.mean_cm),
        words.number(one.mean_wait_ms),
      ]),
    ),
  );
}

function purges(facts, words) {
  const last = facts.receipts.slice(0, SHOWN_PURGES);
  const [day, count] = Object.entries(facts.expired)[0] ?? [];
  return card(
    words.say("purges"),
    null,
    element("p", {}, day ? words.say("expired", { count: words.number(count), day: words.day(day) }) : words.say("expired_none")),
    last.length
      ? table(
          [{ title: words.say("time") }, { title: words.say("cause") }, { title: words.say("faces_removed"), number: true }],
          last.map((one) => [words.moment(one.time), words.name("cause", one.cause), words.number(one.faces)]),
        )
      : element("p", {}, words.say("purges_none")),
  );
}
