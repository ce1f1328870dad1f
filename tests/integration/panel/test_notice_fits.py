"""The notice is two pages in every language, also with all its optional parts."""

from dataclasses import replace
import re

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


async def pages(page: str) -> int:
    """Return on how many pages a browser prints a page."""
    async with chromium() as browser:
        shown = await browser.new_page()
        await shown.set_content(page)
        printed = await shown.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_longest_notice_has_two_pages(
    hass: HomeAssistant,
    socket_enabled: None,
    open_site: MockConfigEntry,
    language: str,
) -> None:
    facts = longest(async_site_facts(hass, open_site.runtime_data))
    assert {facts.open_way, facts.forget_way, facts.urgent_way} == {"either"}
    page = await async_render(hass, Paper.NOTICE, language, facts)
    assert await pages(page) == MAX_PAGES


@pytest.mark.parametrize("language", LANGUAGES)
async def test_so_has_one_that_says_that_recognition_is_off(
    hass: HomeAssistant,
    socket_enabled: None,
    open_site: MockConfigEntry,
    language: str,
) -> None:
    facts = replace(
        longest(async_site_facts(hass, open_site.runtime_data)), suspended=True
    )
    page = await async_render(hass, Paper.NOTICE, language, facts)
    assert await pages(page) == MAX_PAGES


@pytest.mark.parametrize("language", LANGUAGES)
async def test_on_a_phone_it_is_read_without_moving_it_sideways(
    hass: HomeAssistant,
    socket_enabled: None,
    open_site: MockConfigEntry,
    language: str,
) -> None:
    """And in letters that are large, but not a poster's."""
    facts = longest(async_site_facts(hass, open_site.runtime_data))
    page = await async_render(hass, Paper.NOTICE, language, facts, read_at="/notice")
    async with chromium() as browser:
        phone = await browser.new_page(viewport={"width": 390, "height": 844})
        await phone.set_content(page)
        assert await cut_texts(phone, "body") == []
        (size,) = await phone.evaluate(
            """() => [getComputedStyle(document.querySelector(".poster")).fontSize]"""
        )
    assert float(size.removesuffix("px")) == pytest.approx(16 * 96 / 72, abs=0.1)
