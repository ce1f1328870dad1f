"""One visit at a time, each request once, and no invalid number."""

import asyncio
from datetime import timedelta
import math
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.facequota.visit.request_queue import REMEMBERED_REQUESTS
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.integration.conftest import ask, set_up_site, summary, unload
from tests.integration.fake_dispenser import FakeDispenser, Fault

pytestmark = pytest.mark.usefixtures("log")

GRANTED = ("granted", "open", 60.0, None)


async def refusal(hass: HomeAssistant, **fields: Any) -> str | None:
    """Ask for paper and return the key of the sentence by which it is refused."""
    with pytest.raises(HomeAssistantError) as caught:
        await ask(hass, **fields)
    assert caught.value.translation_domain == "facequota"
    return caught.value.translation_key


async def test_the_same_request_twice_pays_once(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """At the same moment and later: the same answer, one portion."""
    first, same = await asyncio.gather(
        ask(hass, request_id="one"), ask(hass, request_id="one")
    )
    assert summary(first) == GRANTED
    assert same == first
    assert await ask(hass, request_id="one") == first
    assert dispenser.turned_on == 1
    assert summary(await ask(hass, request_id="two")) == GRANTED
    assert dispenser.turned_on == 2


@pytest.mark.parametrize("other", [{"cm": 30}, {"lane": "staff"}])
async def test_the_same_request_with_other_values_is_refused(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    other: dict[str, Any],
) -> None:
    await ask(hass, request_id="one")
    assert await refusal(hass, request_id="one", **other) == "request_id_used"
    assert dispenser.turned_on == 1


async def test_a_request_is_known_for_as_long_as_its_answer_could_be_repeated(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """Not for ever: the ids are kept in memory, and no more than a few."""
    for number in range(REMEMBERED_REQUESTS + 1):
        await ask(hass, request_id=f"{number}", lane="staff", cm=5)
    await ask(hass, request_id="1", lane="staff", cm=5)
    assert dispenser.turned_on == REMEMBERED_REQUESTS + 1
    await ask(hass, request_id="0", lane="staff", cm=5)
    assert dispenser.turned_on == REMEMBERED_REQUESTS + 2


async def test_of_three_at_once_one_is_served_one_waits_and_one_is_told_to_come_again(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    dispenser.fault = Fault.HANGS
    first = asyncio.create_task(ask(hass, cm=20))
    await dispenser.started.wait()
    second = asyncio.create_task(ask(hass))
    await asyncio.sleep(0.05)
    assert await refusal(hass) == "busy"
    assert dispenser.turned_on == 1
    dispenser.fault = None
    dispenser.hang.set()
    assert summary(await first) == ("granted", "open", 20.0, None)
    assert summary(await second) == GRANTED
    assert dispenser.turned_on == 2


async def test_a_rule_that_became_smaller_gives_a_waiting_visitor_what_it_allows(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Sixty centimetres were asked for; the whole lane has thirty now."""
    options = {"suspended": True, "open_portions": 1}
    entry = await set_up_site(hass, options=options)
    dispenser.fault = Fault.HANGS
    first = asyncio.create_task(ask(hass, lane="staff", cm=20))
    await dispenser.started.wait()
    second = asyncio.create_task(ask(hass))
    await asyncio.sleep(0.05)
    hass.config_entries.async_update_entry(entry, options={**options, "portion_cm": 30})
    while entry.runtime_data.options.portion_cm != 30:
        await asyncio.sleep(0)
    dispenser.fault = None
    dispenser.hang.set()
    await first
    assert summary(await second) == ("granted", "open", 30.0, None)
    await unload(hass, entry)


async def test_more_than_the_allowance_is_refused_before_anything_happens(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """It would be refused for ever."""
    assert await refusal(hass, cm=61) == "more_than_allowance"
    assert dispenser.turned_on == 0


@pytest.mark.parametrize(
    "cm", [math.nan, math.inf, -math.inf, -1, 0, 4.9, 200.1, 1e308, "far", None, [60]]
)
async def test_an_invalid_length_is_refused(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    cm: object,
) -> None:
    with pytest.raises(vol.Invalid):
        await ask(hass, cm=cm)
    assert dispenser.turned_on == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"lane": "both"},
        {"lane": ""},
        {"request_id": ""},
        {"request_id": "x" * 65},
        {"request_id": None},
        {"person": "Ada"},
    ],
)
async def test_an_unknown_kind_of_request_is_refused(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    fields: dict[str, Any],
) -> None:
    with pytest.raises(vol.Invalid):
        await ask(hass, **fields)
    assert dispenser.turned_on == 0


@pytest.mark.parametrize(
    "older_than",
    [
        -1,
        timedelta(seconds=-1),
        {"minutes": -1},
        {"seconds": math.nan},
        {"seconds": math.inf},
        {"days": 1e308},
        "soon",
    ],
)
async def test_a_purge_older_than_no_time_at_all_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry, older_than: object
) -> None:
    with pytest.raises((vol.Invalid, ServiceValidationError)):
        await hass.services.async_call(
            "facequota",
            "purge",
            {"config_entry_id": open_site.entry_id, "older_than": older_than},
            blocking=True,
        )


@pytest.mark.parametrize("entity", ["portion", "allowance", "window"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1, 0, 1e308])
async def test_a_rule_that_is_no_number_is_refused_and_the_old_rule_stays(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    entity: str,
    value: float,
) -> None:
    before = dict(open_site.options)
    with pytest.raises((vol.Invalid, ServiceValidationError)):
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": f"number.east_gate_{entity}", "value": value},
            blocking=True,
        )
    await hass.async_block_till_done()
    assert dict(open_site.options) == before
    assert summary(await ask(hass)) == GRANTED
