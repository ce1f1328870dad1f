/** Words and numbers as Home Assistant shows them to this user. */

const PREFIX = "component.facequota";

/** The translation keys of the names that entities show. */
const NAMED = {
  cause: "entity.event.purge.state_attributes.cause.state",
  equality: "entity.sensor.way_without_face.state",
  lane: "entity.event.visit.state_attributes.lane.state",
};

/** The ways of writing numbers that a user can choose, as languages that write them so. */
const NUMBERS = { comma_decimal: "en-US", decimal_comma: "de", space_comma: "fr", quote_decimal: "de-CH", none: "en-US", system: undefined };

/** Return a name for a sentence of plain text: one that is written from right to left turns nothing around. */
export const isolated = (name) => (/[\u0590-\u08ff\u202a-\u202e\ufb1d-\ufefc]/.test(name) ? `\u2068${name}\u2069` : name);

export class Words {
  /** Load the translations of the user's language. */
  static async load(hass) {
    await hass.loadBackendTranslation("entity", "facequota");
    return new Words(hass, await hass.loadBackendTranslation("common", "facequota"));
  }

  constructor(hass, localize) {
    this._localize = localize;
    const { language, number_format: numbers, time_format: clock, time_zone: zone } = hass.locale;
    this._language = language;
    this._numbers = numbers in NUMBERS ? NUMBERS[numbers] : language;
    this._grouped = numbers !== "none";
    this._timeZone = zone === "server" ? hass.config.time_zone : undefined;
    const usual = new Intl.DateTimeFormat(clock === "system" ? undefined : language, { hour: "numeric" });
    this._cycle = { 12: "h12", 24: "h23" }[clock] ?? usual.resolvedOptions().hourCycle;
    this._inches = hass.config.unit_system.length === "mi";
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
    return this._format(value, { maximumFractionDigits: digits });
  }

  /** Return cm of paper in Home Assistant's unit. */
  length(cm) {
    if (cm === null || cm === undefined) return "–";
    const unit = this._inches ? "inch" : "centimeter";
    return this._format(this._inches ? cm / 2.54 : cm, { style: "unit", unit, maximumFractionDigits: 1 });
  }

  _format(value, options) {
    return new Intl.NumberFormat(this._numbers, { useGrouping: this._grouped, ...options }).format(value);
  }

  /** Return an hour of the day, 0 to 24. */
  hour(hour) {
    if (["h23", "h24"].includes(this._cycle)) return `${hour}:00`;
    const options = { hour: "numeric", hourCycle: this._cycle, timeZone: "UTC" };
    return new Intl.DateTimeFormat(this._language, options).format(Date.UTC(2000, 0, 1, hour));
  }

  /** Return a day that is given as 2026-12-31. */
  day(iso) {
    return new Intl.DateTimeFormat(this._language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso));
  }

  moment(iso) {
    return new Intl.DateTimeFormat(this._language, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: this._timeZone,
      hourCycle: this._cycle,
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
