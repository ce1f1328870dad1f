"""On the papers no word and no figure is cut in two, in any language."""

from dataclasses import replace
from typing import Any

from playwright.async_api import Page, ViewportSize
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.papers.facts import SiteFacts, async_site_facts
from custom_components.facequota.panel.papers.render import (
    Paper,
    async_render,
    async_render_stickers,
)
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from scripts.house.browser import chromium

from .test_notice_fits import longest

A4 = ViewportSize(width=794, height=1123)
# Words of scripts with spaces; a line of Chinese or Japanese may end at any character.
CUT_WORDS = r"""() => {
  const cut = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const { 0: word, index } of walker.currentNode.data.matchAll(/[^\s\u2e80-\u9fff\uf900-\uffef]+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1 && !/[-–@·]/.test(word)) cut.push(word);
    }
  }
  return cut;
}"""


async def cut_words(page: Page, paper: str) -> list[str]:
    """Return the words of a paper that do not stand on one line."""
    await page.set_content(paper)
    cut: list[str] = await page.evaluate(CUT_WORDS)
    return cut


def changed(facts: SiteFacts) -> SiteFacts:
    """Return facts with a change of each kind of rule."""
    rows: list[tuple[str, Any, Any, str | None]] = [
        ("portion_cm", 60.0, 187.5, None),
        ("window_min", 9.0, 12.5, None),
        ("refused_at_most_one_in", 1000.0, 10_000.0, None),
        ("face_recognition", True, False, "East entrance, ground floor"),
        ("camera_opened", "request", "presence", "East entrance, ground floor"),
    ]
    decisions = [
        {
            "time": "2026-11-25T12:34:00+00:00",
            "setting": setting,
            "old": old,
            "new": new,
            "dispenser": dispenser,
        }
        for setting, old, new, dispenser in rows
    ]
    return replace(facts, decisions=decisions)


@pytest.mark.parametrize("us", [False, True])
async def test_no_word_is_cut_in_two(
    hass: HomeAssistant, socket_enabled: None, open_site: MockConfigEntry, us: bool
) -> None:
    if us:
        hass.config.units, hass.config.country = US_CUSTOMARY_SYSTEM, "US"
    facts = changed(longest(async_site_facts(hass, open_site.runtime_data)))
    found: dict[tuple[str, str], list[str]] = {}
    async with chromium() as browser:
        page = await browser.new_page(viewport=A4)
        for language in LANGUAGES:
            papers = {
                paper.value: await async_render(hass, paper, language, facts)
                for paper in (Paper.LOG, Paper.ASSESSMENT)
            }
            papers["stickers"] = await async_render_stickers(
                hass, [language, "en"], facts
            )
            for name, paper in papers.items():
                if cut := await cut_words(page, paper):
                    found[language, name] = cut
    assert found == {}
