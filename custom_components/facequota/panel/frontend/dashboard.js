/**
 * The dashboard "FaceQuota": the backend makes its configuration of Home Assistant's own
 * cards. Loaded as a dashboard resource.
 */

import { HoursCard } from "./hours_card.js";

const STRATEGY = "ll-strategy-dashboard-facequota";
const EDITOR = "facequota-dashboard-editor";
const VIEWS = ["overview", "sites", "round"];

class Dashboard extends HTMLElement {
  static registryDependencies = ["entities", "devices"];

  static generate({ sites, views }, hass) {
    return hass.callWS({ type: "facequota/dashboard", language: hass.locale.language, sites, views });
  }

  static getCreateSuggestions() {
    return { title: "FaceQuota", icon: "mdi:paper-roll-outline" };
  }

  static getConfigElement() {
    return document.createElement(EDITOR);
  }
}

/** Chooses sites and views; nothing chosen means all of them. */
class Editor extends HTMLElement {
  set hass(hass) {
    const first = !this._hass;
    this._hass = hass;
    if (first) this._build();
    else if (this._form) this._form.hass = hass;
  }

  setConfig(config) {
    this._config = config;
    if (this._form) this._form.data = config;
  }

  async _build() {
    const localize = await this._hass.loadBackendTranslation("common", "facequota");
    const say = (key) => localize(`component.facequota.common.dashboard_${key}`);
    const entries = await this._hass.callWS({ type: "config_entries/get", domain: "facequota" });
    const choice = (name, options) => ({ name, selector: { select: { multiple: true, options } } });
    this._form = document.createElement("ha-form");
    this._form.hass = this._hass;
    this._form.data = this._config;
    this._form.schema = [
      choice("sites", entries.map(({ entry_id: value, title: label }) => ({ value, label }))),
      choice("views", VIEWS.map((value) => ({ value, label: say(value) }))),
    ];
    this._form.computeLabel = ({ name }) => say(`choose_${name}`);
    this._form.addEventListener("value-changed", (event) => {
      event.stopPropagation();
      const config = event.detail.value;
      this.dispatchEvent(new CustomEvent("config-changed", { detail: { config }, bubbles: true, composed: true }));
    });
    this.replaceChildren(this._form);
  }
}

/** Define an element. The frontend may replace the registry while it starts: then define it there too. */
function define(name, base, tries = 20) {
  if (!customElements.get(name)) {
    // A class can be defined once only, in whichever registry.
    customElements.define(name, class extends base {});
  }
  if (tries) setTimeout(() => define(name, base, tries - 1), 250);
}

define(EDITOR, Editor);
define(STRATEGY, Dashboard);
define("facequota-hours", HoursCard);

window.customStrategies = window.customStrategies || [];
if (!window.customStrategies.some(({ type }) => type === "facequota")) {
  window.customStrategies.push({
    type: "facequota",
    strategyType: "dashboard",
    name: "FaceQuota",
    description: "Paper, visitors and cleaning of every site, the one that needs somebody first",
  });
}
