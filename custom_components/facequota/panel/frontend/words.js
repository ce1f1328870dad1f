/** Words and numbers as Home Assistant shows them to this user. */

const PREFIX = "component.facequota";

/** The translation keys of the names that entities show. */
const NAMED = {
  cause: "entity.event.purge.state_attributes.cause.state",
  equality: "entity.sensor.way_without_face.state",
  lane: "entity.event.visit.state_attributes.lane.state",
};

export class Words {
  /** Load the translations of the user's language. */
  static async load(hass) {
    await hass.loadBackendTranslation("entity", "facequota");
    return new Words(hass, await hass.loadBackendTranslation("common", "facequota"));
  }

  constructor(hass, localize) {
    this._localize = localize;
    this._language = hass.locale.language;
    this._timeZone = hass.locale.time_zone === "server" ? hass.config.time_zone : undefined;
    this._hour12 = { 12: true, 24: false }[hass.locale.time_format];
  }

  /** Return one of the page's own sentences. */
  say(key, values) {
    return this._localize(`${PREFIX}.common.panel_${key}`, values);
  }

  /** Return the name of a cause, a lane or a result of the comparison. */
  name(kind, key) {
    return this._localize(`${PREFIX}.${NAMED[kind]}.${key}`) || key;
  }

  number(value, digits = 0) {
    if (value === null || value === undefined) return "–";
    return new Intl.NumberFormat(this._language, { maximumFractionDigits: digits }).format(value);
  }

  moment(iso) {
    return new Intl.DateTimeFormat(this._language, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: this._timeZone,
      hour12: this._hour12,
    }).format(new Date(iso));
  }

  /** Return seconds as 1:02:03 or 2:03. */
  duration(seconds) {
    const whole = Math.max(0, Math.ceil(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    if (!parts[0]) parts.shift();
    return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
  }
}
