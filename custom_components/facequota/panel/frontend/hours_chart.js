/** Today's visitors by hour, in both lanes, and how many are usual on this weekday. */

import { element, table } from "./dom.js";

const KINDS = ["face", "open", "urgent", "refused"];
const HEIGHT = 120;
const BAR = 20;
const FLOOR = HEIGHT + 4;
/** The name of SVG's elements, as the browser has it. */
const SVG = document.createRange().createContextualFragment("<svg></svg>").firstChild.namespaceURI;
/** Every sixth hour has its number below. */
const TICK = 6;

export const chartStyle = `
.hours { margin: 0; }
.hours svg { display: block; width: 100%; height: auto; overflow: visible; }
.hours text { font-size: 11px; fill: var(--secondary-text-color); }
.hours .axis { stroke: var(--divider-color); }
.hours .face { --kind: #0288a7; } .hours .open { --kind: #8e5fc4; } .hours .urgent { --kind: #c77700; } .hours .refused { --kind: #d64545; }
.hours rect { fill: var(--kind); }
.hours .usual { fill: none; stroke: var(--primary-text-color); stroke-width: 1.5; stroke-dasharray: 4 3; }
.hours .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 12px; color: var(--secondary-text-color); }
.hours .legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 2px; background: var(--kind); }
.hours .legend .line::before { height: 0; border-top: 2px dashed var(--primary-text-color); border-radius: 0; background: none; vertical-align: 3px; }
.hours figcaption { margin-top: 8px; font-size: 12px; color: var(--secondary-text-color); }
.hours .read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** Return the figure for what the backend answers to `facequota/hours`. */
export function hoursChart({ today, usual, recorded }, words) {
  const totals = today.face.map((_, hour) => KINDS.reduce((sum, kind) => sum + today[kind][hour], 0));
  const top = niceTop(Math.max(1, ...totals, ...(usual ?? [])));
  const high = (count) => (count / top) * HEIGHT;
  const bars = totals.map((_, hour) => {
    let floor = FLOOR;
    return KINDS.map((kind) => {
      const height = high(today[kind][hour]);
      floor -= height;
      return height && svg("rect", { class: kind, x: hour * BAR + 2, y: floor, width: BAR - 4, height });
    });
  });
  const line = usual && usual.map((count, hour) => `${hour * BAR + BAR / 2},${FLOOR - high(count)}`).join(" ");
  const picture = svg(
    "svg",
    { viewBox: `-26 -4 ${24 * BAR + 34} ${FLOOR + 22}`, "aria-hidden": "true" },
    [0, ...(top > 1 ? [top / 2] : []), top].map((count) => [
      svg("line", { class: "axis", x1: 0, x2: 24 * BAR, y1: FLOOR - high(count), y2: FLOOR - high(count) }),
      svg("text", { x: -5, y: FLOOR - high(count) + 4, "text-anchor": "end" }, words.number(count, 1)),
    ]),
    bars,
    line && svg("polyline", { class: "usual", points: line }),
    [0, 1, 2, 3, 4].map((tick) => svg("text", { x: tick * TICK * BAR, y: FLOOR + 16, "text-anchor": "middle" }, words.hour(tick * TICK))),
  );
  const none = recorded ? null : element("figcaption", {}, words.say("hours_none"));
  return element("figure", { class: "hours" }, picture, legend(usual, words), none, read(today, usual, totals, words));
}

function kindName(kind, words) {
  return kind === "refused" ? words.say("refused") : words.name("lane", kind);
}

function legend(usual, words) {
  const items = KINDS.map((kind) => element("li", { class: kind }, kindName(kind, words)));
  if (usual) items.push(element("li", { class: "line" }, words.say("usual")));
  return element("ul", { class: "legend", "aria-hidden": "true" }, items);
}

/** The same figures for screen readers: the hours in which there were visitors. */
function read(today, usual, totals, words) {
  const number = (title) => ({ title, number: true });
  const columns = [{ title: words.say("time") }, ...KINDS.map((kind) => number(kindName(kind, words)))];
  if (usual) columns.push(number(words.say("usual")));
  const hours = totals.map((_, hour) => hour).filter((hour) => totals[hour] || usual?.[hour]);
  const rows = hours.map((hour) => [
    words.hour(hour),
    ...KINDS.map((kind) => words.number(today[kind][hour])),
    ...(usual ? [words.number(usual[hour], 1)] : []),
  ]);
  return element("div", { class: "read" }, table(columns, rows).firstChild);
}

/** Return the least of 1, 2, 5, 10, 20 … that is not below a count. */
function niceTop(count) {
  const ten = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 5, 10].map((step) => step * ten).find((step) => step >= count);
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat(2).filter(Boolean));
  return made;
}
