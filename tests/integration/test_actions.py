"""The actions: what they answer, what they refuse, and that nobody is paid twice."""

import asyncio
import math
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .actions import VISIT, act
from .conftest import CAMERA, ask, set_up_site, summary, unload
from .fake_dispenser import FakeDispenser, Fault


async def test_dispense_answers_how_the_visit_ended(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    answer = await ask(hass, lane="open", cm=42)
    assert summary(answer) == ("granted", "open", 42.0, None)
    assert set(answer) == {
        *("outcome", "lane", "cm", "reason", "next_portion"),
        *("motor_on_ms", "recognition_ms"),
    }
    assert isinstance(answer["motor_on_ms"], int)
    # One portion of ten is gone, and whole again after a tenth of the window.
    assert dt_util.parse_datetime(answer["next_portion"]) is not None


async def test_a_refusal_says_when_the_next_portion_comes(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    await ask(hass)
    answer = await ask(hass)
    assert summary(answer) == ("refused", "open", 0.0, None)
    next_portion = dt_util.parse_datetime(answer["next_portion"])
    assert next_portion is not None
    assert 0 < (next_portion - dt_util.utcnow()).total_seconds() <= 9 * 60 + 1
    assert dispenser.turned_on == 1
    await unload(hass, entry)


async def test_a_failure_says_what_went_wrong_and_how_much_came(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    dispenser.fault = Fault.JAM_AT_20_CM
    assert summary(await ask(hass)) == ("failed", "open", 20.0, "jam")


@pytest.mark.parametrize(
    ("asked", "given"),
    [("face", "open"), ("open", "open"), ("urgent", "urgent"), ("staff", "staff")],
)
async def test_every_lane_can_be_asked_for(
    hass: HomeAssistant, open_site: MockConfigEntry, asked: str, given: str
) -> None:
    """Where face recognition is off, the lane with a face is the one without."""
    assert summary(await ask(hass, lane=asked)) == ("granted", given, 60.0, None)


@pytest.mark.parametrize(
    "fields",
    [
        *({"cm": cm} for cm in (math.nan, math.inf, -math.inf, -60, 0, 4.9, 200.1)),
        {"cm": "long"},
        {"lane": "back door"},
        {"request_id": ""},
        {"request_id": "x" * 65},
        {"visitor": "somebody"},
    ],
)
async def test_an_invalid_request_moves_nothing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    fields: dict[str, Any],
) -> None:
    with pytest.raises(vol.Invalid):
        await ask(hass, **fields)
    assert dispenser.turned_on == 0


async def test_more_than_can_ever_be_given_is_refused_with_a_message(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """By a visitor's lane; staff gives what the machine can."""
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 2})
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, lane="open", cm=121)
    assert refused.value.translation_key == "more_than_allowance"
    assert refused.value.translation_placeholders == {"cm": "121", "allowance": "120"}
    assert dispenser.turned_on == 0
    assert summary(await ask(hass, lane="staff", cm=200))[2] == 200
    await unload(hass, entry)


async def test_the_same_request_sent_twice_pays_once(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """Later, and at the same moment."""
    first = await ask(hass, request_id="a")
    assert await ask(hass, request_id="a") == first
    both = await asyncio.gather(
        ask(hass, request_id="b"), ask(hass, request_id="b"), ask(hass, request_id="b")
    )
    assert both[0] == both[1] == both[2]
    assert dispenser.turned_on == 2
    await ask(hass, request_id="c")
    assert dispenser.turned_on == 3


async def test_a_request_that_comes_again_with_other_values_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    await ask(hass, request_id="a")
    for change in ({"cm": 30}, {"lane": "staff"}):
        with pytest.raises(ServiceValidationError) as refused:
            await ask(hass, request_id="a", **change)
        assert refused.value.translation_key == "request_id_used"
    assert dispenser.turned_on == 1


async def test_one_waits_and_a_third_is_asked_to_come_again(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    served = asyncio.gather(ask(hass), ask(hass))
    await asyncio.sleep(0)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass)
    assert refused.value.translation_key == "busy"
    assert [one["outcome"] for one in await served] == ["granted", "granted"]
    assert dispenser.turned_on == 2


async def test_dispensers_are_named_by_their_devices_too(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    second_dispenser: FakeDispenser,
    entity_registry: er.EntityRegistry,
) -> None:
    """Each answers for itself."""
    entry = await set_up_site(
        hass,
        options={"suspended": True},
        more={"Exit": {"camera": CAMERA, **second_dispenser.entities}},
    )
    devices = [
        entity.device_id
        for entity_id in (VISIT, "event.exit_visit")
        if (entity := entity_registry.async_get(entity_id))
    ]
    second_dispenser.fault = Fault.JAM_AT_20_CM
    answers = await act(hass, "dispense", target={"device_id": devices}, lane="open")
    assert {key: one["outcome"] for key, one in answers.items()} == {
        VISIT: "granted",
        "event.exit_visit": "failed",
    }
    await unload(hass, entry)


async def test_no_answer_needs_to_be_asked_for(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    await hass.services.async_call(
        DOMAIN, "dispense", {"entity_id": VISIT}, blocking=True
    )
    assert dispenser.turned_on == 1


@pytest.mark.parametrize("action", ["dispense", "forget"])
async def test_an_id_that_is_not_a_dispenser_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry, action: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(
            DOMAIN, action, {"entity_id": "event.east_gate_purge"}, blocking=True
        )
    assert refused.value.translation_key == "not_a_dispenser"
    assert refused.value.translation_placeholders == {"entity": "event.east_gate_purge"}


async def test_what_is_not_ours_and_what_does_not_run_gives_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    for entity_id in ("event.doorbell", "switch.motor"):
        with pytest.raises(HomeAssistantError):
            await act(hass, "dispense", target={"entity_id": entity_id})
    await hass.config_entries.async_unload(open_site.entry_id)
    with pytest.raises(HomeAssistantError):
        await ask(hass)
    assert dispenser.turned_on == 0


async def test_without_remembered_visitors_nobody_needs_to_be_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """No camera is read: there is none here at all."""
    await hass.services.async_call(
        DOMAIN, "forget", {"entity_id": VISIT}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.said[-1] == "Done. You are forgotten."
