"""The blueprints: importable by their address, and each ends where it says."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.facequota.site.site import Site
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict

from .conftest import DISPENSER_DATA, ask, faces, set_up_site, unload
from .fake_dispenser import FakeDispenser, Fault
from .remembered import remember

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "blueprints/automation/facequota"
ALL: Final = sorted(path.stem for path in FOLDER.glob("*.yaml"))
REPOSITORY: Final = "github.com/facequota/facequota/blob"
RAW: Final = "raw.githubusercontent.com/facequota/facequota"
VISIT: Final = "event.entrance_visit"


@pytest.fixture(autouse=True)
def importable(config_folder: Path) -> None:
    """Put the blueprints where Home Assistant puts those that were imported."""
    target = config_folder / "blueprints/automation/facequota"
    target.parent.mkdir(parents=True)
    target.symlink_to(FOLDER)


type Automate = Callable[..., Awaitable[None]]


@pytest.fixture
async def automate(hass: HomeAssistant) -> AsyncGenerator[Automate]:
    """Return how to make an automation of a blueprint; it is off after the test."""
    made: list[str] = []

    async def make(name: str, **inputs: Any) -> None:
        use = {"path": f"facequota/{name}.yaml", "input": inputs}
        assert await async_setup_component(
            hass, "automation", {"automation": [{"alias": name, "use_blueprint": use}]}
        )
        await hass.async_block_till_done()
        made.append(f"automation.{name}")
        state = hass.states.get(made[-1])
        assert state is not None and state.state == "on"

    yield make
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": made}, blocking=True
    )


@pytest.fixture
async def long_site(
    hass: HomeAssistant, dispenser: FakeDispenser, second_dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site that remembers for a day, so that nobody is forgotten by itself."""
    entry = await set_up_site(
        hass,
        options={"suspended": True, "window_min": 1440},
        more={"Exit": {**DISPENSER_DATA, **second_dispenser.entities}},
    )
    yield entry
    await unload(hass, entry)


def last_receipt(entry: MockConfigEntry) -> dict[str, Any]:
    """Return the receipt of the last purge."""
    site = entry.runtime_data
    assert isinstance(site, Site)
    return site.log.receipts[-1]


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, until: datetime | timedelta
) -> None:
    """Let Home Assistant's clock go on."""
    if isinstance(until, timedelta):
        until = dt_util.utcnow() + until
    freezer.move_to(until)
    async_fire_time_changed(hass, until)
    await hass.async_block_till_done()


@pytest.mark.parametrize("name", ALL)
async def test_a_blueprint_is_imported_in_the_ui_by_its_address(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: AiohttpClientMocker,
    name: str,
) -> None:
    """The address in the file is its own, and Home Assistant accepts what lies there."""
    text = (FOLDER / f"{name}.yaml").read_text()
    address = f"main/blueprints/automation/facequota/{name}.yaml"
    assert f"source_url: https://{REPOSITORY}/{address}\n" in text
    aioclient_mock.get(f"https://{RAW}/{address}", text=text)
    assert await async_setup_component(hass, "automation", {})
    assert await async_setup_component(hass, "blueprint", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "blueprint/import", "url": f"https://{REPOSITORY}/{address}"}
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    assert answer["result"]["suggested_filename"] == f"facequota/{name}"
    assert not answer["result"]["validation_errors"]


@pytest.mark.parametrize("name", ALL)
def test_a_blueprint_speaks_both_languages(name: str) -> None:
    blueprint = load_yaml_dict(str(FOLDER / f"{name}.yaml"))["blueprint"]
    said = [blueprint["description"]] + [
        one["name"] for one in blueprint["input"].values()
    ]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in said)


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
    assert [event.data["text"] for event in told] == [
        "East gate: 0 visitors, 0 without a face, 0 refused, 0 refills"
    ]


async def test_everybody_is_forgotten_at_closing_time(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    closing = dt_util.now().replace(hour=22, minute=0, second=0, microsecond=0)
    closing += timedelta(days=1)
    freezer.move_to(closing - timedelta(hours=2))
    await automate(
        "purge_at_closing_time",
        site=long_site.entry_id,
        closing_time="22:00:00",
    )
    remember(long_site, 1, 2)
    await pass_time(hass, freezer, closing - timedelta(minutes=1))
    assert faces(long_site) == 2
    await pass_time(hass, freezer, closing)
    assert faces(long_site) == 0
    receipt = last_receipt(long_site)
    assert (receipt["cause"], receipt["faces"]) == ("automation", 2)


async def test_everybody_is_forgotten_when_the_crowd_leaves_and_stays_away(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    people = "sensor.people"
    hass.states.async_set(people, "12")
    await automate(
        "purge_when_the_crowd_leaves",
        site=long_site.entry_id,
        people=people,
        fewer_than=3,
        stays_for={"minutes": 5},
    )
    remember(long_site, 1)
    hass.states.async_set(people, "2")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=4))
    assert faces(long_site) == 1
    hass.states.async_set(people, "7")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=4))
    assert faces(long_site) == 1
    hass.states.async_set(people, "0")
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=5, seconds=1))
    assert faces(long_site) == 0


async def test_everybody_is_forgotten_when_no_dispenser_was_asked_for_an_hour(
    hass: HomeAssistant,
    long_site: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    automate: Automate,
) -> None:
    """An hour of silence at one of them is not enough."""
    await automate(
        "purge_when_nobody_asks",
        site=long_site.entry_id,
        visits=[VISIT, "event.exit_visit"],
        quiet_for={"hours": 1},
    )
    remember(long_site, 1)
    await ask(hass, lane="open")
    await pass_time(hass, freezer, timedelta(minutes=40))
    await ask(hass, at="exit", lane="open")
    await pass_time(hass, freezer, timedelta(minutes=21))
    assert faces(long_site) == 1
    await pass_time(hass, freezer, timedelta(minutes=40))
    assert faces(long_site) == 0


@pytest.mark.parametrize(
    ("older_than", "left"), [({"minutes": 0}, 0), ({"minutes": 1}, 3)]
)
async def test_faces_are_forgotten_when_there_are_many(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    automate: Automate,
    older_than: dict[str, int],
    left: int,
) -> None:
    """Everybody, or those who had paper longest ago; here nobody had it so long ago."""
    await automate(
        "purge_when_many_are_remembered",
        site=open_site.entry_id,
        visits={"entity_id": VISIT},
        more_than=2,
        older_than=older_than,
    )
    remember(open_site, 1, 2)
    await ask(hass, lane="open")
    await hass.async_block_till_done()
    assert faces(open_site) == 2
    remember(open_site, 3)
    await ask(hass, lane="open")
    await hass.async_block_till_done()
    assert faces(open_site) == left
    assert last_receipt(open_site)["older_than"] == (
        None if not left else older_than["minutes"] * 60
    )


async def test_staff_are_told_of_an_urgent_need_a_failure_and_a_warning(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    dispenser: FakeDispenser,
    automate: Automate,
) -> None:
    """And of nothing else: a usual portion is no reason to come."""
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
