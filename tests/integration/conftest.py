"""A site with dispensers inside Home Assistant's test harness, with the real engine."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
import shutil
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN, SUBENTRY_DISPENSER
from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from . import fake_dispenser as fake
from .fake_dispenser import FakeDispenser

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / ".cache" / "engine"
PORTRAITS = ROOT / ".cache" / "portraits"
CAMERA = "camera.entrance"
SITE_DATA = {
    "name": "East gate",
    "engine": "face_recognition",
    "camera_position": "entrance",
    "notice_posted": True,
    "way_without_face": True,
}
DISPENSER_DATA = {
    "camera": CAMERA,
    "motor": fake.MOTOR,
    "request": fake.REQUEST,
    "request_without_face": fake.REQUEST_WITHOUT_FACE,
    "portion_length": fake.LENGTH,
    "paper_dispensed": fake.COUNTER,
    "jam": fake.JAM,
    "display": fake.DISPLAY,
}


@pytest.fixture(scope="session")
def engine_root() -> Path:
    """Return the folder with the real engine, installed as a site installs it."""
    environment = EngineEnvironment(ENGINES, Engine.FACE_RECOGNITION)
    asyncio.run(environment.install(lambda _part: None))
    return ENGINES


@pytest.fixture(autouse=True)
def config_folder(
    hass: HomeAssistant,
    engine_root: Path,
    tmp_path: Path,
    enable_custom_integrations: None,
) -> Path:
    """Give each test a configuration folder of its own, with the engine in its cache."""
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / DOMAIN).symlink_to(engine_root)
    hass.config.config_dir = str(tmp_path)
    return tmp_path


class Stage:
    """What the camera sees: a file that a local_file camera of Home Assistant shows."""

    def __init__(self, folder: Path) -> None:
        """Begin with nobody."""
        self.picture = folder / "stage.jpg"
        self.nobody()

    def nobody(self) -> None:
        """Show an empty room."""
        shutil.copy(PORTRAITS.parent / "stage" / "nobody.jpg", self.picture)

    def person(self, name: str, number: int = 0) -> None:
        """Show somebody: A or B, in one of their pictures."""
        shutil.copy(sorted((PORTRAITS / name).iterdir())[number], self.picture)

    def data(self, content: bytes) -> None:
        """Show whatever these bytes are."""
        self.picture.write_bytes(content)


@pytest.fixture
async def stage(hass: HomeAssistant, config_folder: Path) -> Stage:
    """Set up Home Assistant's local_file camera and return what it shows."""
    stage = Stage(config_folder)
    hass.config.allowlist_external_dirs.add(str(config_folder))
    assert await async_setup_component(hass, "homeassistant", {})
    camera = MockConfigEntry(
        domain="local_file",
        title="Entrance",
        options={"name": "Entrance", "file_path": str(stage.picture)},
    )
    camera.add_to_hass(hass)
    assert await hass.config_entries.async_setup(camera.entry_id)
    return stage


@pytest.fixture
async def dispenser(hass: HomeAssistant) -> AsyncGenerator[FakeDispenser]:
    """Return the entities of one dispenser."""
    made = FakeDispenser(hass)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def site(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site with one dispenser whose recognition is ready."""
    entry = await set_up_site(hass)
    yield entry
    if entry.state.recoverable:
        await hass.config_entries.async_unload(entry.entry_id)


async def set_up_site(
    hass: HomeAssistant,
    *,
    options: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> MockConfigEntry:
    """Set up a site with one dispenser and wait for its worker."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="East gate",
        data=SITE_DATA,
        options=options or {},
        subentries_data=[
            ConfigSubentryData(
                data=DISPENSER_DATA if data is None else data,
                subentry_type=SUBENTRY_DISPENSER,
                title="Entrance",
                unique_id=None,
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def ask(hass: HomeAssistant, **fields: Any) -> dict[str, Any]:
    """Ask for paper by the action and return its answer."""
    answer = await hass.services.async_call(
        DOMAIN,
        "dispense",
        {"entity_id": "event.entrance_visit", **fields},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    visit = answer["event.entrance_visit"]
    assert isinstance(visit, dict)
    return visit
