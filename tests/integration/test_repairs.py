"""Issues that a manager finds, and repairs with a click where that is possible."""

from pathlib import Path
from typing import override

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.private_packages import PrivatePackages
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component
from scripts.house.cameras.scene import Scene

from . import fake_dispenser as fake
from .broken_engine import BreakEngine
from .cameras.kinds import HoldingCamera
from .conftest import ask, set_up_site, unload
from .engine_sources import no_engine, real_engine, wheel_files
from .fake_dispenser import FakeDispenser
from .log import Log
from .repairs import Fix, issues
from .stage import Stage


@pytest.fixture
async def fix(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Fix:
    """Return how to click through a repair."""
    assert await async_setup_component(hass, "repairs", {})
    return Fix(hass, hass_client)


async def take_packages_from(
    hass: HomeAssistant, entry: MockConfigEntry, folder: Path
) -> None:
    """Let a site's engine come from a folder; it starts again."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "wheels_folder": str(folder)}
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_missing_engine_is_installed_with_a_click(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    config_folder: Path,
    engine_root: Path,
    tmp_path: Path,
    fix: Fix,
    log: Log,
) -> None:
    """Nothing is downloaded before; what fails is told and can be tried again."""
    log.tell("no_wheel")
    root = no_engine(config_folder)
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    (tmp_path / "empty").mkdir()
    await take_packages_from(hass, entry, tmp_path / "empty")
    assert set(issues(hass)) == {"engine_missing"}
    assert list(root.iterdir()) == []

    shown = await fix.open(issues(hass)["engine_missing"])
    assert (shown["type"], shown["step_id"]) == ("form", "confirm")
    assert shown["description_placeholders"] == {"site": "East gate"}
    shown = await fix.press()
    assert (shown["step_id"], shown["errors"]) == ("confirm", {"base": "no_wheel"})
    assert set(issues(hass)) == {"engine_missing"}

    real_engine(config_folder, engine_root)
    shown = await fix.press()
    assert shown["type"] == "create_entry"
    assert issues(hass) == {}
    assert entry.runtime_data.recogniser.ready
    await unload(hass, entry)


async def test_a_broken_engine_is_installed_anew_with_a_click(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    break_engine: BreakEngine,
    fix: Fix,
    log: Log,
) -> None:
    """All of it, from the manager's folder of packages."""
    log.tell("does not start")
    break_engine(at_start="sys.exit(3)")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    await take_packages_from(hass, entry, wheel_files())
    issue = issues(hass)["engine_failed"]
    assert issue.translation_placeholders == {"site": "East gate", "reason": "died"}
    await fix.open(issue)
    assert (await fix.press())["type"] == "create_entry"
    assert issues(hass) == {}
    assert entry.runtime_data.recogniser.ready
    await unload(hass, entry)


class OnAStream(HoldingCamera):
    """A camera whose pictures Home Assistant takes from a stream."""

    @override
    async def stream_source(self) -> str:
        return "rtsp://127.0.0.1:9/video"


async def test_a_missing_reader_of_streams_is_installed_with_a_click(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    portraits: Path,
    fix: Fix,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until then nothing counts that Home Assistant makes of the stream."""
    there = PrivatePackages.is_installed
    monkeypatch.setattr(
        PrivatePackages,
        "is_installed",
        lambda self: self.name != "stream" and there(self),
    )
    assert await async_setup_component(hass, "camera", {})
    scene = Scene()
    scene.show(portraits / "A/1.jpg")
    await hass.data[DATA_INSTANCES]["camera"].async_add_entities([OnAStream(scene)])
    entry = await set_up_site(hass)
    visit = await ask(hass)
    assert (visit["outcome"], visit["reason"]) == ("unrecognised", "old_picture")
    assert set(issues(hass)) == {"stream_reader_missing"}
    monkeypatch.setattr(PrivatePackages, "is_installed", there)
    shown = await fix.open(issues(hass)["stream_reader_missing"])
    assert shown["description_placeholders"] == {
        "site": "East gate",
        "dispenser": "Entrance",
        "entity": "camera.entrance",
    }
    assert (await fix.press())["type"] == "create_entry"
    assert issues(hass) == {}
    await unload(hass, entry)


async def test_a_processor_without_avx_gets_the_other_engine_with_a_click(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    config_folder: Path,
    engine_root: Path,
    break_engine: BreakEngine,
    fix: Fix,
    log: Log,
) -> None:
    """It needs no AVX; the site has it from then on."""
    log.tell("SIGILL")
    break_engine(at_start="signal.raise_signal(signal.SIGILL)")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    assert entry.data["engine"] == "face_recognition"
    real_engine(config_folder, engine_root, Engine.NCNN)
    shown = await fix.open(issues(hass)["engine_no_avx"])
    assert (shown["type"], shown["step_id"]) == ("form", "confirm")
    assert entry.data["engine"] == "face_recognition"
    assert (await fix.press())["type"] == "create_entry"
    assert issues(hass) == {}
    assert entry.data["engine"] == "ncnn"
    recogniser = entry.runtime_data.recogniser
    assert recogniser.ready
    assert recogniser.diagnostics()["engine"].startswith("ncnn ")
    await unload(hass, entry)


async def test_a_processor_that_can_run_neither_engine_is_reported(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    config_folder: Path,
    break_engine: BreakEngine,
    fix: Fix,
    log: Log,
) -> None:
    """Nothing is changed then; the issue goes with face recognition."""
    log.tell("SIGILL")
    log.tell("no_avx")
    break_engine(at_start="signal.raise_signal(signal.SIGILL)")
    entry = await set_up_site(hass, engine=Engine.FACE_RECOGNITION)
    root = config_folder / ".cache" / DOMAIN
    broken = EngineEnvironment(root, Engine.FACE_RECOGNITION).folder()
    other = EngineEnvironment(root, Engine.NCNN).folder()
    other.symlink_to(broken)
    (broken / "ncnn.py").write_text((broken / "dlib.py").read_text())
    await fix.open(issues(hass)["engine_no_avx"])
    shown = await fix.press()
    assert (shown["step_id"], shown["errors"]) == ("confirm", {"base": "no_avx"})
    assert entry.data["engine"] == "face_recognition"
    await hass.services.async_call(
        "switch",
        "turn_off",
        {"entity_id": "switch.east_gate_face_recognition"},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}
    await unload(hass, entry)


async def test_what_a_site_complains_of_goes_with_the_site(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    config_folder: Path,
    log: Log,
) -> None:
    no_engine(config_folder)
    entry = await set_up_site(hass)
    hass.states.async_remove(fake.JAM)
    await hass.async_block_till_done()
    assert set(issues(hass)) == {"engine_missing", "entity_missing"}
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues(hass) == {}


async def test_an_entity_that_is_gone_is_named_until_it_is_there_again(
    hass: HomeAssistant, open_site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    """The camera that was never there, and the counter that goes."""
    hass.states.async_set("camera.entrance", "idle")
    await hass.async_block_till_done()
    assert issues(hass) == {}
    hass.states.async_remove(fake.COUNTER)
    hass.states.async_remove(fake.JAM)
    await hass.async_block_till_done()
    assert issues(hass)["entity_missing"].translation_placeholders == {
        "site": "East gate",
        "dispenser": "Entrance",
        "entities": f"{fake.JAM}, {fake.COUNTER}",
    }
    dispenser.set(fake.COUNTER, "0")
    dispenser.set(fake.JAM, "off")
    await hass.async_block_till_done()
    assert issues(hass) == {}


async def test_an_entity_that_is_gone_is_no_longer_named_when_another_is_chosen(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Or when the dispenser is removed."""
    hass.states.async_set("camera.entrance", "idle")
    hass.states.async_remove(fake.JAM)
    await hass.async_block_till_done()
    assert set(issues(hass)) == {"entity_missing"}
    (subentry,) = open_site.subentries.values()
    hass.config_entries.async_update_subentry(
        open_site, subentry, data={**subentry.data, "jam": fake.PAPER_OUT}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}
    hass.states.async_remove(fake.PAPER_OUT)
    await hass.async_block_till_done()
    assert set(issues(hass)) == {"entity_missing"}
    hass.config_entries.async_remove_subentry(open_site, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {}
