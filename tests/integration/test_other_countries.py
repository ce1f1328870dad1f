"""A house with US customary units and a 12-hour clock, from the papers to the displays."""

from collections.abc import AsyncGenerator
from datetime import timedelta
import html
import re
from typing import Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.local_format import LocalFormat
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
from tests.integration.conftest import ask, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.panel.paper_pages import Structure, path, read

PAGES: Final = ("notice", "assessment", "log", "report-week")
# From right to left, a picture, markup, and what would turn around the rest of a line.
NAME: Final = "<b>שער מזרחי</b> 🚻 & \u202ezzz"


@pytest.fixture
async def us_site(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a suspended site in the United States; its rules were changed once."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    hass.config.country = "US"
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    yield entry
    await unload(hass, entry)


async def test_rolls_are_in_feet(hass: HomeAssistant, us_site: MockConfigEntry) -> None:
    total = hass.states.get("sensor.entrance_paper_dispensed")
    assert total is not None
    assert total.attributes["unit_of_measurement"] == "ft"


async def _set(hass: HomeAssistant, number: str, value: float) -> float:
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": f"number.east_gate_{number}", "value": value},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get(f"number.east_gate_{number}")
    assert state is not None
    return float(state.state)


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("in", (13, 34, 37, 52, 63, 77, 70.1)),
        ("ft", (1, 2.5, 3.3, 6)),
        ("mm", (55, 601, 1999)),
        ("m", (0.6, 1.9)),
    ],
)
async def test_a_rule_in_a_unit_that_was_chosen_is_shown_as_it_was_entered(
    hass: HomeAssistant,
    us_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    unit: str,
    values: tuple[float, ...],
) -> None:
    """Whole ones and tenths, though Home Assistant converts them to centimetres."""
    for number in ("portion", "allowance"):
        entity_registry.async_update_entity_options(
            f"number.east_gate_{number}", "number", {"unit_of_measurement": unit}
        )
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(us_site.entry_id)
    for value in values:
        us_site.runtime_data.change_options({"portion_cm": 5.0, "allowance_cm": 2000.0})
        assert await _set(hass, "portion", value) == value
        assert await _set(hass, "allowance", value) == value


@pytest.mark.parametrize("unit", ["in", "ft", "m"])
@pytest.mark.parametrize("number", ["portion", "allowance"])
async def test_lengths_that_are_shown_alike_are_alike(
    hass: HomeAssistant,
    us_site: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    number: str,
    unit: str,
) -> None:
    """An allowance of one portion, as the portion is shown: 34.2 cm are 13.5 inches."""
    us_site.runtime_data.change_options({"portion_cm": 34.2, "allowance_cm": 34.2})
    for one in ("portion", "allowance"):
        entity_registry.async_update_entity_options(
            f"number.east_gate_{one}", "number", {"unit_of_measurement": unit}
        )
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(us_site.entry_id)
    shown = hass.states.get(f"number.east_gate_{number}")
    assert shown is not None
    value = float(shown.state)
    assert await _set(hass, number, value) == value
    rule = us_site.runtime_data.options
    assert rule.portion_cm == rule.rule.allowance_cm == 34.2


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_paper_speaks_of_centimetres_there(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    us_site: MockConfigEntry,
    language: str,
) -> None:
    """Not for what is in force, nor for what was changed, nor in a table's head."""
    site = us_site.runtime_data
    site.change_options({"portion_cm": 45.0})
    await hass.async_block_till_done(wait_background_tasks=True)
    await ask(hass)
    # A report ends with the last midnight.
    (changed,) = site.log.decisions
    changed["time"] = (dt_util.utcnow() - timedelta(days=1)).isoformat()
    client = await hass_client()
    inches = LocalFormat.of(hass, language)
    for name in PAGES:
        page = Structure(await read(client, us_site, f"{name}.html", language))
        # The page's own style has lengths, too.
        body = page.text.rpartition("@media print")[2]
        assert not re.search(r"\d ?(cm|厘米|公分)|\(cm\)", body), name
        assert inches.length(45) in body, name


async def test_times_of_the_papers_go_to_twelve(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, us_site: MockConfigEntry
) -> None:
    client = await hass_client()
    log = await read(client, us_site, "log.txt")
    assert re.search(r"As of \d\d/\d\d/\d{4} \d{1,2}:\d\d [AP]M\.", log)


async def test_a_text_display_names_the_time_as_people_there_do(
    hass: HomeAssistant, us_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    await ask(hass)
    assert (await ask(hass))["outcome"] == "refused"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert re.fullmatch(
        r"Your next portion comes at \d{1,2}:\d\d [AP]M", dispenser.said[-1]
    )


@pytest.mark.parametrize("kind", ["html", "txt"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_name_of_any_script_stays_what_it_is_and_where_it_is(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    dispenser: FakeDispenser,
    kind: str,
    language: str,
) -> None:
    entry = await set_up_site(
        hass, options={"suspended": True, "operator": NAME, "contact": NAME}, title=NAME
    )
    (one,) = entry.runtime_data.dispensers.values()
    hass.config_entries.async_update_subentry(entry, one.subentry, title=NAME)
    await hass.async_block_till_done(wait_background_tasks=True)
    client = await hass_client()
    for name in PAGES:
        if (name, kind) == ("report-week", "txt"):
            continue
        answer = await client.get(path(entry, f"{name}.{kind}", language))
        page = await answer.text()
        if kind == "txt":
            assert NAME in page
            continue
        body = page.partition("<body")[2]
        written = html.escape(NAME)
        assert NAME not in page and written in body
        assert body.count(f"<bdi>{written}</bdi>") == body.count(written), name
    await unload(hass, entry)
