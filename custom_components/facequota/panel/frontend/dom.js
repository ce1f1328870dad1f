/** Making elements: text is always text, never markup. */

/**
 * Return an element with properties, attributes and listeners.
 *
 * @param {string} tag
 * @param {object} [options] `class`, `on: {event: listener}`, anything else is an attribute
 *   (false and null leave it out)
 * @param {...(Node|string|null|undefined|Array)} children
 */
export function element(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return a card with a title and the buttons beside it. */
export function card(title, actions, ...children) {
  return element(
    "section",
    { class: "card" },
    element("header", {}, element("h2", {}, title), element("div", { class: "actions" }, actions)),
    ...children,
  );
}

/** Return a table. Columns: {title, number}; rows: arrays of cells, the first one a heading. */
export function table(columns, rows) {
  const cell = (tag, index, ...content) =>
    element(tag, { class: columns[index].number ? "number" : null }, ...content);
  return element(
    "div",
    // Lets the keyboard scroll it, too.
    { class: "scroll", tabindex: 0 },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, columns.map((one, index) => cell("th", index, one.title)))),
      element(
        "tbody",
        {},
        rows.map((row) =>
          element("tr", {}, row.map((text, index) => cell(index ? "td" : "th", index, text))),
        ),
      ),
    ),
  );
}
