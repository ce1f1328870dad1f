/** The page of FaceQuota: which site, what it remembers, and the papers about it. */

import { card, element } from "./dom.js";
import { factCards, tick } from "./facts.js";
import { LOOK_EVERY_MS } from "./hours_card.js";
import { chartStyle, hoursChart } from "./hours_chart.js";
import { hasDashboard, openDashboard } from "./make_dashboard.js";
import { Papers } from "./papers.js";
import { sitesPart } from "./sites.js";
import { Slots } from "./slots.js";
import { style } from "./style.js";
import { Words } from "./words.js";

const ADD_SITE = "/config/integrations/dashboard/add?domain=facequota";

class FaceQuotaPanel extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this._main = element("main", {});
    this._narrow = false;
  }

  /** Given by Home Assistant with each change of a state; only the first one builds. */
  set hass(hass) {
    const language = this._hass?.locale.language;
    this._hass = hass;
    if (hass.locale.language !== language) this._build();
  }

  set narrow(narrow) {
    this._narrow = narrow;
    this._menu?.toggleAttribute("hidden", !narrow);
  }

  connectedCallback() {
    this._timers = [
      setInterval(() => document.hidden || this._lookAtHours(), LOOK_EVERY_MS),
      setInterval(() => this._words && tick(this.shadowRoot, this._words), 1000),
    ];
    this._follow();
  }

  disconnectedCallback() {
    this._timers.forEach(clearInterval);
    this._unsubscribe?.then((end) => end());
    this._unsubscribe = null;
  }

  async _build() {
    const language = this._hass.locale.language;
    const [words, languages] = await Promise.all([
      Words.load(this._hass),
      this._hass.callWS({ type: "facequota/languages", language }),
    ]);
    this._words = words;
    this._papers = new Papers(
      words,
      languages,
      () => this._hass,
      () => this._site,
    );
    this._cards = element("div", { class: "cards" });
    this._slots = new Slots(this._cards);
    this.shadowRoot.replaceChildren(element("style", {}, style, chartStyle), this._toolbar(), this._main);
    this._shown = null;
    this._follow();
    this._show();
  }

  /** Subscribe to the facts of all sites. */
  _follow() {
    if (this._unsubscribe || !this._hass || !this.isConnected) return;
    this._unsubscribe = this._hass.connection.subscribeMessage(
      ({ sites }) => {
        this._sites = sites;
        this._show();
      },
      { type: "facequota/subscribe" },
    );
  }

  _toolbar() {
    this._menu = element(
      "button",
      { class: "menu", type: "button", "aria-label": this._words.say("menu"), on: { click: () => this._tell("hass-toggle-menu") } },
    );
    this._menu.innerHTML =
      '<svg width="24" height="24" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><rect x="3" y="6" width="18" height="2"/><rect x="3" y="11" width="18" height="2"/><rect x="3" y="16" width="18" height="2"/></svg>';
    this._menu.toggleAttribute("hidden", !this._narrow);
    this._dashboard = element(
      "button",
      { class: "dashboard", type: "button", on: { click: () => openDashboard(this._hass) } },
      this._words.say("dashboard_make"),
    );
    hasDashboard(this._hass).then((there) => {
      if (there) this._dashboard.textContent = this._words.say("dashboard_open");
    });
    this._title = element("h1", {}, "FaceQuota");
    return element("header", { class: "toolbar" }, this._menu, this._title, this._dashboard);
  }

  _nothing() {
    return element(
      "section",
      { class: "card empty" },
      element("p", {}, this._words.say("no_site")),
      element("a", { href: ADD_SITE }, this._words.say("add_site")),
    );
  }

  /** Show the present facts; parts without a change stay as they are. */
  _show() {
    if (!this._words || !this._sites) return;
    if (!this._sites.some(({ config_entry_id: id }) => id === this._site)) {
      this._site = this._sites[0]?.config_entry_id;
      this._hours = null;
    }
    const site = this._sites.find(({ config_entry_id: id }) => id === this._site);
    this._title.replaceChildren("FaceQuota", ...(site ? [" – ", element("bdi", {}, site.name)] : []));
    this._dashboard.toggleAttribute("hidden", !site);
    const kind = site ? "site" : "nothing";
    if (this._shown !== kind) {
      this._shown = kind;
      this._main.replaceChildren(...(site ? [this._cards, this._papers.render()] : [this._nothing()]));
    }
    if (!site) return;
    const words = this._words;
    this._slots.show([
      ...sitesPart(this._sites, this._site, words, (chosen) => this._choose(chosen)),
      ...(site.facts
        ? [...(this._hours ? [this._hoursPart()] : []), ...factCards(site.facts, words, () => this._purge())]
        : [["stopped", true, () => element("section", { class: "card empty" }, words.say("stopped"))]]),
    ]);
    tick(this.shadowRoot, words);
    if (site.facts && !this._hours) this._lookAtHours();
  }

  _hoursPart() {
    const build = () => card(this._words.say("hours"), null, hoursChart(this._hours, this._words));
    return ["hours", this._hours, build];
  }

  async _lookAtHours() {
    const site = this._site;
    if (!site || this._looking === site) return;
    this._looking = site;
    try {
      const hours = await this._hass.callWS({ type: "facequota/hours", config_entry_id: site });
      if (!hours || site !== this._site) return;
      this._hours = hours;
      this._show();
    } catch {
      // The connection is lost: Home Assistant says so itself.
    } finally {
      this._looking = null;
    }
  }

  _choose(site) {
    this._site = site;
    this._hours = null;
    this._show();
  }

  async _purge() {
    const asked = { config_entry_id: this._site };
    const { response } = await this._hass.callService("facequota", "purge", asked, undefined, true, true);
    this._tell("hass-notification", { message: this._words.say("purged", { count: response.faces }) });
  }

  /** Send an event to Home Assistant's frontend. */
  _tell(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("facequota-panel", FaceQuotaPanel);
