/** A dashboard card of ours: a site's visitors today, by hour. */

import { element } from "./dom.js";
import { chartStyle, hoursChart } from "./hours_chart.js";
import { Words } from "./words.js";

/** As often as the recorder writes short-term statistics. */
export const LOOK_EVERY_MS = 300_000;

export class HoursCard extends HTMLElement {
  constructor() {
    super();
    this._title = element("h2", {});
    this._figure = element("div", {});
    this.attachShadow({ mode: "open" }).append(
      element("style", {}, `ha-card { padding: 16px; } h2 { margin: 0 0 12px; font-size: 16px; font-weight: 500; }\n${chartStyle}`),
      element("ha-card", {}, this._title, this._figure),
    );
  }

  setConfig({ config_entry_id: site }) {
    if (!site) throw new Error("config_entry_id?");
    this._site = site;
  }

  set hass(hass) {
    const first = !this._hass;
    this._hass = hass;
    if (first) this._look();
  }

  connectedCallback() {
    this._timer = setInterval(() => document.hidden || this._look(), LOOK_EVERY_MS);
  }

  disconnectedCallback() {
    clearInterval(this._timer);
  }

  getCardSize() {
    return 4;
  }

  getGridOptions() {
    return { columns: "full", min_columns: 6 };
  }

  async _look() {
    this._words ??= await Words.load(this._hass);
    const hours = await this._hass.callWS({ type: "facequota/hours", config_entry_id: this._site });
    this._title.textContent = this._words.say("hours");
    this._figure.replaceChildren(hours ? hoursChart(hours, this._words) : this._words.say("stopped"));
  }
}
