/** Several sites at a glance, sorted by which needs staff first. */

import { card, element, table } from "./dom.js";

/** Return the part, or none for a single site; `choose` shows another one. */
export function sitesPart(sites, chosen, words, choose) {
  if (sites.length < 2) return [];
  const rows = sites.map((one) => ({
    id: one.config_entry_id,
    name: one.name,
    tasks: one.tasks,
    visitors: one.visitors_today,
    faces: one.facts?.faces,
    state: one.facts ? (one.facts.suspended ? "recognition_off" : "recognition_on") : "stopped",
  }));
  return [["sites", { rows, chosen }, () => sitesCard(rows, chosen, words, choose)]];
}

function sitesCard(rows, chosen, words, choose) {
  const number = (key) => ({ title: words.say(key), number: true });
  const name = (one) =>
    element(
      "button",
      { type: "button", class: "link", id: `site-${one.id}`, "aria-pressed": String(one.id === chosen), on: { click: () => choose(one.id) } },
      element("bdi", {}, one.name),
    );
  const made = card(
    words.say("sites"),
    null,
    table(
      [{ title: words.say("site") }, number("to_do"), number("visitors_today"), number("faces"), { title: words.say("state") }],
      rows.map((one) => [name(one), words.number(one.tasks), words.number(one.visitors), words.number(one.faces), words.say(one.state)]),
    ),
  );
  made.classList.add("wide");
  return made;
}
