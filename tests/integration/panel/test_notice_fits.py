"""The notice is two pages in every language, also with all its optional parts."""

from dataclasses import replace
import re

from playwright.async_api import Browser
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.papers.facts import (
    DispenserFacts,
    SiteFacts,
    async_site_facts,
)
from custom_components.facequota.panel.papers.render import Paper, async_render
from homeassistant.core import HomeAssistant
from scripts.house.browser import chromium
from tests.e2e.cut_texts import cut_texts

MAX_PAGES = 2


def one_dispenser(**have: bool) -> DispenserFacts:
    """Return a dispenser with every button, of our firmware unless told otherwise."""
    every = ("open_button", "urgent_button", "forget_button")
    held = ("hold_for_open", "hold_to_forget")
    flags = {**dict.fromkeys((*every, *held), True), **have}
    return DispenserFacts(name="Entrance", suspended=False, firmware=None, **flags)


def longest(facts: SiteFacts) -> SiteFacts:
    """Return the facts about which a notice has the most to say."""
    return replace(
        facts,
        name="Public toilets at the central bus station, east entrance",
        operator="Department of Parks and Recreation of the City of Springfield",
        contact="data.protection@parks.springfield.example · +49 30 1234567",
        notice_address="http://192.168.178.120:8123/facequota/notice/01JABCDEFGHJKMNPQRSTVWXYZ0",
        camera_opened=max(type(facts.camera_opened), key=lambda one: one == "presence"),
        window_min=12.5,
        refused_at_most_one_in=10_000,
        suspended=False,
        shared_quota=True,
        # Two kinds of dispensers: each way has two descriptions.
        dispensers=[
            one_dispenser(),
            one_dispenser(hold_for_open=False, hold_to_forget=False),
        ],
    )


async def pages(browser: Browser, paper: str) -> int:
    """Return on how many pages a browser prints a paper."""
    page = await browser.new_page()
    await page.set_content(paper)
    printed = await page.pdf(prefer_css_page_size=True)
    await page.close()
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.mark.parametrize("suspended", [False, True])
async def test_the_longest_notice_has_two_pages(
    hass: HomeAssistant,
    socket_enabled: None,
    open_site: MockConfigEntry,
    suspended: bool,
) -> None:
    """So has one that says that recognition is off."""
    facts = longest(async_site_facts(hass, open_site.runtime_data))
    assert {facts.open_way, facts.forget_way, facts.urgent_way} == {"either"}
    facts = replace(facts, suspended=suspended)
    async with chromium() as browser:
        printed = {
            language: await pages(
                browser, await async_render(hass, Paper.NOTICE, language, facts)
            )
            for language in LANGUAGES
        }
    assert printed == dict.fromkeys(LANGUAGES, MAX_PAGES)


async def test_on_a_phone_it_is_read_without_moving_it_sideways(
    hass: HomeAssistant, socket_enabled: None, open_site: MockConfigEntry
) -> None:
    """And in letters that are large, but not a poster's."""
    facts = longest(async_site_facts(hass, open_site.runtime_data))
    cut: dict[str, list[str]] = {}
    sizes: dict[str, str] = {}
    async with chromium() as browser:
        phone = await browser.new_page(viewport={"width": 390, "height": 844})
        for language in LANGUAGES:
            paper = await async_render(
                hass, Paper.NOTICE, language, facts, read_at="/notice"
            )
            await phone.set_content(paper)
            cut[language] = await cut_texts(phone, "body")
            sizes[language] = await phone.evaluate(
                """() => getComputedStyle(document.querySelector(".poster")).fontSize"""
            )
    assert cut == {language: [] for language in LANGUAGES}
    px = {language: float(size.removesuffix("px")) for language, size in sizes.items()}
    assert px == pytest.approx(dict.fromkeys(LANGUAGES, 16 * 96 / 72), abs=0.1)
