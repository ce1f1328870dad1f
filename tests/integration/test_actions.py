"""The actions: what they answer, what they refuse, and that nobody is paid twice."""

import asyncio
import math
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.facequota.const import DOMAIN
from homeassistant.core import Context, HomeAssistant, ServiceResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .conftest import CAMERA, ask, faces, set_up_site, summary, unload
from .fake_dispenser import FakeDispenser, Fault
from .people import somebody

VISIT: Final = "event.entrance_visit"


async def act(
    hass: HomeAssistant,
    action: str,
    *,
    target: dict[str, Any] | None = None,
    context: Context | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Call an action and return its answer."""
    answer: ServiceResponse = await hass.services.async_call(
        DOMAIN,
        action,
        fields,
        blocking=True,
        context=context,
        target=target,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)


# Dispense


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
async def test_a_request_that_makes_no_sense_moves_nothing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    fields: dict[str, Any],
) -> None:
    with pytest.raises(vol.Invalid):
        await ask(hass, **fields)
    assert dispenser.turned_on == 0


async def test_more_than_can_ever_be_given_is_refused_in_words(
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
async def test_what_is_no_dispenser_is_told_so(
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


# Forget


async def test_where_nobody_is_remembered_nobody_needs_to_be_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """No camera is read: there is none here at all."""
    await hass.services.async_call(
        DOMAIN, "forget", {"entity_id": VISIT}, blocking=True
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert dispenser.said[-1] == "Done. You are forgotten."


# Purge


async def test_a_purge_answers_with_a_receipt_and_a_second_one_finds_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    visitors = open_site.runtime_data.visitors
    visitors.settle(visitors.reserve(somebody(1), 60), 60)
    visitors.reserve(somebody(2), 60)
    receipt = await act(hass, "purge", config_entry_id=open_site.entry_id)
    time = dt_util.parse_datetime(receipt.pop("time"))
    assert time is not None and time <= dt_util.utcnow()
    assert receipt == {
        "faces": 2,
        "reservations": 1,
        "cause": "automation",
        "older_than": None,
        "already_purged": False,
    }
    assert faces(open_site) == 0
    again = await act(hass, "purge", config_entry_id=open_site.entry_id)
    assert (again["faces"], again["reservations"]) == (0, 0)
    assert again["already_purged"] is True


async def test_a_purge_can_spare_those_who_have_just_had_paper(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Half an allowance owed is half a window ago, as far as anybody can tell."""
    visitors = open_site.runtime_data.visitors
    visitors.reserve(somebody(1), 60)
    visitors.reserve(somebody(2), 30)
    receipt = await act(
        hass,
        "purge",
        config_entry_id=open_site.entry_id,
        older_than={"minutes": 4},
    )
    assert (receipt["faces"], receipt["older_than"]) == (1, 240)
    assert faces(open_site) == 1


async def test_a_receipt_says_whether_a_person_or_an_automation_did_it(
    hass: HomeAssistant, open_site: MockConfigEntry, hass_admin_user: MockUser
) -> None:
    """An automation that a person's action set off is still an automation."""
    person = Context(user_id=hass_admin_user.id)
    follow_up = Context(user_id=hass_admin_user.id, parent_id=person.id)
    for context, cause in (
        (person, "person"),
        (follow_up, "automation"),
        (Context(), "automation"),
    ):
        receipt = await act(
            hass, "purge", context=context, config_entry_id=open_site.entry_id
        )
        assert receipt["cause"] == cause


@pytest.mark.parametrize(
    "older_than", [-1, "-00:05:00", {"minutes": -5}, "soon", 1e300, math.nan, math.inf]
)
async def test_an_age_that_makes_no_sense_purges_nobody(
    hass: HomeAssistant, open_site: MockConfigEntry, older_than: object
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    with pytest.raises(vol.Invalid):
        await act(
            hass,
            "purge",
            config_entry_id=open_site.entry_id,
            older_than=older_than,
        )
    assert faces(open_site) == 1


@pytest.mark.parametrize("action", ["purge", "export_log"])
async def test_what_is_no_running_site_is_told_so(
    hass: HomeAssistant, open_site: MockConfigEntry, action: str
) -> None:
    """An id of nothing, another integration's, a site that is stopped."""
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    stopped = MockConfigEntry(domain=DOMAIN, title="Lake", data={"name": "Lake"})
    stopped.add_to_hass(hass)
    told = []
    for entry_id in ("nothing", other.entry_id, stopped.entry_id):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, action, config_entry_id=entry_id)
        told.append(refused.value.translation_key)
    assert len(set(told)) == len(told)


# Export


async def test_the_log_of_a_site_holds_receipts_and_figures_and_nobody(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    await ask(hass)
    await act(hass, "purge", config_entry_id=open_site.entry_id)
    log = await act(hass, "export_log", config_entry_id=open_site.entry_id)
    (receipt,) = log["receipts"]
    assert receipt.keys() == {*("time", "cause", "faces", "reservations", "older_than")}
    assert log["lanes"]["open"]["granted"] == 1
    assert set(log["lanes"]) == {"face", "open", "urgent", "staff"}


@pytest.mark.parametrize("action", ["purge", "export_log"])
async def test_only_administrators_and_automations_forget_everybody_or_read_the_log(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_read_only_user: MockUser,
    hass_admin_user: MockUser,
    action: str,
) -> None:
    site = {"config_entry_id": open_site.entry_id}
    for user in (hass_read_only_user.id, "nobody"):
        with pytest.raises((Unauthorized, UnknownUser)):
            await act(hass, action, context=Context(user_id=user), **site)
    for allowed in (Context(user_id=hass_admin_user.id), Context()):
        assert await act(hass, action, context=allowed, **site)
