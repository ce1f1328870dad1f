"""Messages to staff: a roll that ends, cleaning, the month, an urgent need."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, unload
from tests.integration.fake_dispenser import FakeDispenser, Fault

from .automations import VISIT, Automate, pass_time


async def test_a_phone_is_told_of_a_roll_that_ends_and_its_button_marks_the_refill(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    device_registry: dr.DeviceRegistry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    entry = await set_up_site(
        hass, options={"suspended": True}, data={**DISPENSER_DATA, "roll_length": 3}
    )
    owner = MockConfigEntry(domain="mobile_app")
    owner.add_to_hass(hass)
    phone = device_registry.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("mobile_app", "x")}, name="Pat"
    )
    sent = async_mock_service(hass, "notify", "mobile_app_pat")
    await automate(
        "refill_message",
        site=entry.entry_id,
        within={"hours": 100},
        phone=phone.id,
    )
    await hass.services.async_call(
        "button", "press", {"entity_id": "button.entrance_refilled"}, blocking=True
    )
    await ask(hass)
    freezer.tick(timedelta(minutes=1))
    async_fire_time_changed(hass)
    # Not until all is done: the automation waits for the button.
    async with asyncio.timeout(30):
        while not sent:
            await asyncio.sleep(0.01)
    (message,) = sent
    assert message.data["message"].startswith("Entrance: empty at about ")
    (action,) = message.data["data"]["actions"]
    left = "sensor.entrance_paper_left"
    state = hass.states.get(left)
    assert state is not None and float(state.state) < 3
    hass.bus.async_fire("mobile_app_notification_action", {"action": action["action"]})
    await hass.async_block_till_done()
    state = hass.states.get(left)
    assert state is not None and float(state.state) == 3
    await unload(hass, entry)


@pytest.mark.parametrize("by_the_button", [True, False])
async def test_a_phone_is_told_that_cleaning_is_due_and_its_button_marks_it_done(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    automate: Automate,
    by_the_button: bool,
) -> None:
    """Unless it was marked elsewhere meanwhile: then the button is over."""
    due, cleaned = "binary_sensor.east_gate_cleaning_due", "sensor.east_gate_cleaned_at"
    hass.config_entries.async_update_entry(
        open_site,
        options={**open_site.options, "upkeep": {"cleaning_visits": 1}},
    )
    owner = MockConfigEntry(domain="mobile_app")
    owner.add_to_hass(hass)
    phone = device_registry.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("mobile_app", "x")}, name="Pat"
    )
    sent = async_mock_service(hass, "notify", "mobile_app_pat")
    await automate("cleaning_message", due=due, phone=phone.id)
    await ask(hass, lane="open")
    async with asyncio.timeout(30):
        while not sent:
            await asyncio.sleep(0.01)
    (message,) = sent
    assert message.data["message"] == "East gate: cleaning is due"
    (action,) = message.data["data"]["actions"]
    pressed = {"action": action["action"]}
    if not by_the_button:
        await hass.services.async_call(
            "button", "press", {"entity_id": "button.east_gate_cleaned"}, blocking=True
        )
        await hass.async_block_till_done()
    before = hass.states.get(cleaned)
    assert before is not None
    hass.bus.async_fire("mobile_app_notification_action", pressed)
    await hass.async_block_till_done()
    after = hass.states.get(cleaned)
    assert after is not None and after.state != "unknown"
    assert (after.state != before.state) is by_the_button


async def test_the_month_is_told_on_its_first_day_only(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    last_day = dt_util.now().replace(
        year=2027, month=1, day=31, hour=6, minute=59, second=59, microsecond=0
    )
    freezer.move_to(last_day)
    told = async_capture_events(hass, "told")
    await automate(
        "monthly_report",
        site=long_site.entry_id,
        at="07:00:00",
        tell=[{"event": "told", "event_data": {"text": "{{ message }}"}}],
    )
    await pass_time(hass, freezer, timedelta(seconds=1))
    assert not told
    await pass_time(hass, freezer, timedelta(days=1))
    # Nothing recorded them here: that is another thing than no visitors.
    assert [event.data["text"] for event in told] == [
        "East gate: visitors –, without a face –, refused –, refills 0"
    ]


async def test_staff_are_told_of_an_urgent_need_a_failure_and_a_warning(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    automate: Automate,
) -> None:
    """And of nothing else: an ordinary portion needs no staff."""
    told: list[str] = []
    hass.services.async_register(
        "test", "tell", lambda call: told.append(call.data["message"])
    )
    hass.states.async_set(
        "binary_sensor.warning", "off", {"friendly_name": "Paper low"}
    )
    await automate(
        "tell_staff",
        visits={"entity_id": VISIT},
        warnings=["binary_sensor.warning"],
        tell=[{"action": "test.tell", "data": {"message": "{{ message }}"}}],
        failed="出纸失败",
    )
    await ask(hass, lane="open")
    await hass.async_block_till_done()
    assert told == []
    await ask(hass, lane="urgent")
    await hass.async_block_till_done()
    assert told == ["Entrance Visit: urgent need, somebody got a portion"]
    dispenser.fault = Fault.JAM_AT_20_CM
    await ask(hass, lane="open")
    hass.states.async_set("binary_sensor.warning", "on", {"friendly_name": "Paper low"})
    await hass.async_block_till_done()
    assert told[1:] == [
        "Entrance Visit: 出纸失败",
        "Paper low: please look after it",
    ]


async def test_staff_are_told_by_home_assistant_where_nothing_else_is_chosen(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    open_site: MockConfigEntry,
    automate: Automate,
) -> None:
    """Without any warning chosen either."""
    assert await async_setup_component(hass, "persistent_notification", {})
    await automate("tell_staff", visits={"entity_id": VISIT})
    await ask(hass, lane="urgent")
    await hass.async_block_till_done()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "persistent_notification/get"})
    [shown] = (await client.receive_json())["result"]
    assert shown["message"] == "Entrance Visit: urgent need, somebody got a portion"
