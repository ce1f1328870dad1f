/** The page of FaceQuota: which site, what it remembers, and the papers about it. */

import { element } from "./dom.js";
import { factCards, tick } from "./facts.js";
import { hasDashboard, openDashboard } from "./make_dashboard.js";
import { Papers } from "./papers.js";
import { style } from "./style.js";
import { Words } from "./words.js";

const LOOK_EVERY_MS = 3000;
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
      setInterval(() => document.hidden || this._look(), LOOK_EVERY_MS),
      setInterval(() => this._words && tick(this.shadowRoot, this._words), 1000),
    ];
  }

  disconnectedCallback() {
    this._timers.forEach(clearInterval);
  }

  async _build() {
    const language = this._hass.locale.language;
    this._words = await Words.load(this._hass);
    this._sites = await this._hass.callWS({ type: "facequota/sites" });
    this._site = this._sites[0]?.config_entry_id;
    this._papers = new Papers(
      this._words,
      await this._hass.callWS({ type: "facequota/languages", language }),
      () => this._hass,
      () => this._site,
    );
    this.shadowRoot.replaceChildren(element("style", {}, style), this._toolbar(), this._main);
    if (!this._site) {
      this._main.replaceChildren(this._nothing());
      return;
    }
    this._cards = element("div", { class: "cards" });
    this._main.replaceChildren(this._cards, this._papers.render());
    await this._look();
  }

  _toolbar() {
    this._menu = element(
      "button",
      { class: "menu", type: "button", "aria-label": this._words.say("menu"), on: { click: () => this._tell("hass-toggle-menu") } },
    );
    this._menu.innerHTML =
      '<svg width="24" height="24" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><rect x="3" y="6" width="18" height="2"/><rect x="3" y="11" width="18" height="2"/><rect x="3" y="16" width="18" height="2"/></svg>';
    this._menu.toggleAttribute("hidden", !this._narrow);
    const choice =
      this._sites.length > 1
        ? element(
            "select",
            { "aria-label": this._words.say("site"), on: { change: (event) => this._choose(event.target.value) } },
            this._sites.map((one) => element("option", { value: one.config_entry_id }, one.name)),
          )
        : null;
    this._dashboard = element(
      "button",
      { class: "dashboard", type: "button", on: { click: () => openDashboard(this._hass) } },
      this._words.say("dashboard_make"),
    );
    hasDashboard(this._hass).then((there) => {
      if (there) this._dashboard.textContent = this._words.say("dashboard_open");
    });
    const title = this._sites.length === 1 ? `FaceQuota – ${this._sites[0].name}` : "FaceQuota";
    return element("div", { class: "toolbar" }, this._menu, element("h1", {}, title), choice, this._sites.length ? this._dashboard : null);
  }

  _nothing() {
    return element(
      "section",
      { class: "card empty" },
      element("p", {}, this._words.say("no_site")),
      element("a", { href: ADD_SITE }, this._words.say("add_site")),
    );
  }

  async _choose(site) {
    this._site = site;
    await this._look();
  }

  /** Show the facts of this moment; a site that is being set up again has none. */
  async _look() {
    if (!this._site || !this._cards) return;
    const site = this._site;
    let facts;
    try {
      facts = await this._hass.callWS({ type: "facequota/facts", config_entry_id: site });
    } catch {
      return; // The connection is lost: Home Assistant says so itself.
    }
    if (site !== this._site) return;
    const focused = this.shadowRoot.activeElement?.id;
    this._cards.replaceChildren(
      ...(facts
        ? factCards(facts, this._words, () => this._purge()).filter(Boolean)
        : [element("section", { class: "card empty" }, this._words.say("stopped"))]),
    );
    if (focused) this.shadowRoot.getElementById(focused)?.focus();
    tick(this.shadowRoot, this._words);
  }

  async _purge() {
    const asked = { config_entry_id: this._site };
    const { response } = await this._hass.callService("facequota", "purge", asked, undefined, true, true);
    this._tell("hass-notification", { message: this._words.say("purged", { count: response.faces }) });
    await this._look();
  }

  /** Tell Home Assistant's frontend something. */
  _tell(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("facequota-panel", FaceQuotaPanel);
