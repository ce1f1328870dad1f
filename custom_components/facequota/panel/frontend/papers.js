/** The card of the papers: notice, assessment, log, stickers, reports. Opens, prints and saves them. */

import { card, element } from "./dom.js";

const PAPERS = ["notice", "assessment", "log"];

export class Papers {
  /** `languages` are those of the papers by their own names, `language` the user's one among them. */
  constructor(words, { languages, language }, getHass, getSite) {
    this._words = words;
    this._languages = languages;
    this._language = language;
    this._getHass = getHass;
    this._getSite = getSite;
  }

  /** Return the card; its dialog opens above the page. */
  render() {
    const words = this._words;
    this._frame = element("iframe", { sandbox: "allow-same-origin allow-modals", title: words.say("papers") });
    this._title = element("h2", {});
    this._dialog = element(
      "dialog",
      { "aria-label": words.say("papers") },
      element(
        "header",
        {},
        this._title,
        element(
          "div",
          { class: "actions" },
          button(words.say("print"), () => this._print(), "primary"),
          button(words.say("close"), () => this._dialog.close()),
        ),
      ),
      this._frame,
    );
    const choice = element(
      "select",
      { "aria-label": words.say("language"), on: { change: (event) => (this._language = event.target.value) } },
      Object.entries(this._languages).map(([value, name]) =>
        element("option", { value, lang: value, selected: value === this._language }, name),
      ),
    );
    return card(
      words.say("papers"),
      choice,
      element("p", { class: "quiet" }, words.say("papers_about")),
      element("div", { class: "papers" }, PAPERS.map((paper) => this._row(paper)), this._stickers(), this._reports()),
      this._dialog,
    );
  }

  _row(paper) {
    const words = this._words;
    return element(
      "div",
      { class: "paper", "data-paper": paper },
      element(
        "div",
        { class: "about" },
        element("h3", {}, words.say(paper)),
        element("p", { class: "quiet" }, words.say(`${paper}_about`)),
      ),
      element(
        "div",
        { class: "actions" },
        button(words.say("open"), () => this._open(paper), "primary"),
        button(words.say("save_text"), () => this._save(`${paper}.txt`)),
        paper === "log" ? button(words.say("save_json"), () => this._save("log.json")) : null,
      ),
    );
  }

  _stickers() {
    const words = this._words;
    const second = element(
      "select",
      { "aria-label": words.say("second_language") },
      Object.entries(this._languages).map(([value, name]) => element("option", { value, lang: value }, name)),
    );
    second.value = Object.keys(this._languages).find((one) => one !== this._language);
    return element(
      "div",
      { class: "paper", "data-paper": "stickers" },
      element(
        "div",
        { class: "about" },
        element("h3", {}, words.say("stickers")),
        element("p", { class: "quiet" }, words.say("stickers_about")),
      ),
      element(
        "div",
        { class: "actions" },
        second,
        button(words.say("open"), () => this._open("stickers", { query: `?second=${second.value}` }), "primary"),
      ),
    );
  }

  _reports() {
    const words = this._words;
    return element(
      "div",
      { class: "paper", "data-paper": "report" },
      element(
        "div",
        { class: "about" },
        element("h3", {}, words.say("report")),
        element("p", { class: "quiet" }, words.say("report_about")),
      ),
      element(
        "div",
        { class: "actions" },
        button(words.say("week"), () => this._open("report-week", { title: words.say("week") }), "primary"),
        button(words.say("month"), () => this._open("report-month", { title: words.say("month") }), "primary"),
        button(words.say("save_csv"), () => this._save("report-month.csv")),
      ),
    );
  }

  _path(name) {
    return `/api/facequota/papers/${this._getSite()}/${this._language}/${name}`;
  }

  /** Show a paper as it prints. */
  async _open(paper, { title = this._words.say(paper), query = "" } = {}) {
    const answer = await this._getHass().fetchWithAuth(this._path(`${paper}.html`) + query);
    this._title.textContent = answer.ok ? title : this._words.say("stopped");
    this._frame.srcdoc = answer.ok ? await answer.text() : "";
    this._dialog.showModal();
  }

  _print() {
    this._frame.contentWindow.focus();
    this._frame.contentWindow.print();
  }

  /** Let the browser save a paper, by an address that is good for half a minute. */
  async _save(name) {
    const signed = await this._getHass().callWS({ type: "auth/sign_path", path: this._path(name) });
    const link = element("a", { href: signed.path, download: `facequota-${name}` });
    document.body.append(link);
    link.click();
    link.remove();
  }
}

function button(text, listener, kind = "plain") {
  return element("button", { type: "button", class: kind, on: { click: listener } }, text);
}
