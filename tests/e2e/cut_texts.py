"""Which texts of a page are not seen whole: cut at an edge, ended by dots, or out of the screen."""

from typing import Final

from playwright.async_api import Page

# Through shadow roots: each element with a text of its own that is seen. A text is cut where
# an element that hides what runs over is narrower than what it has. What may be scrolled is
# not cut, and what is only for screen readers is one pixel wide.
_LOOK: Final = """(root) => {
  const found = [];
  const isCut = (element, said, hides) => hides.some((one) => {
    const room = one.getBoundingClientRect();
    const wider = one === element && one.scrollWidth > one.clientWidth + 1;
    return wider || said.right > room.right + 1 || said.left < room.left - 1;
  });
  const visit = (element, hides, scrolls) => {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden") return;
    if (/auto|scroll/.test(style.overflowX)) scrolls = true;
    const box = element.getBoundingClientRect();
    if (/hidden|clip/.test(style.overflowX)) {
      // For screen readers only.
      if (box.width <= 1) return;
      hides = [...hides, element];
    }
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = own.map((node) => node.textContent.trim()).join(" ").trim();
    if (text && box.width > 1 && box.height > 1 && !/STYLE|SCRIPT|OPTION/.test(element.tagName)) {
      const range = document.createRange();
      range.selectNodeContents(element);
      const said = range.getBoundingClientRect();
      const outside = !scrolls && (said.right > innerWidth + 1 || said.left < -1);
      if (outside || isCut(element, said, hides)) {
        found.push(`${element.tagName.toLowerCase()}: ${text}`);
      }
    }
    const slotted = element.tagName === "SLOT" && element.assignedElements();
    for (const one of slotted || (element.shadowRoot ?? element).children) {
      visit(one, hides, scrolls);
    }
  };
  const roots = [];
  const find = (node) => {
    if (node.matches(root)) roots.push(node);
    else [...(node.shadowRoot?.children ?? []), ...node.children].forEach(find);
  };
  find(document.documentElement);
  roots.forEach((one) => visit(one, [], false));
  return roots.length ? found : [`no ${root}`];
}"""


async def cut_texts(page: Page, root: str) -> list[str]:
    """Return each text below the elements that match a selector, wherever they are, that is cut."""
    found: list[str] = await page.evaluate(_LOOK, root)
    return found
