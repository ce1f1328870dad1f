"""A site with dispensers inside Home Assistant's test harness, with a real engine."""

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
import logging
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN, SUBENTRY_DISPENSER
from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.site.site import Site
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from . import fake_dispenser as fake
from .broken_engine import BROKEN_API, BROKEN_ENGINE, BreakEngine
from .fake_dispenser import FakeDispenser
from .log import Log
from .stage import Stage

CAMERA = "camera.entrance"
SITE_DATA = {
    "name": "East gate",
    "camera_position": "entrance",
    "notice_posted": True,
    "way_without_face": True,
}
DISPENSER_DATA = {"camera": CAMERA, **fake.ENTITIES}


@pytest.fixture(scope="session")
def engine_root() -> Path:
    """Return the folder with the real engine, installed as a site installs it."""
    return engines()


@pytest.fixture(scope="session")
def portraits() -> Path:
    """Return the folder with one folder of frames per person."""
    return portrait_folder()


@pytest.fixture
def log() -> Generator[Log]:
    """Watch the log from before the set-up of a test until after its tear-down."""
    log = Log()
    handler = logging.Handler(logging.WARNING)
    handler.emit = log.records.append  # type: ignore[assignment,method-assign]
    logging.getLogger().addHandler(handler)
    yield log
    logging.getLogger().removeHandler(handler)
    log.check()


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


@pytest.fixture
def break_engine(config_folder: Path, engine_root: Path) -> BreakEngine:
    """Return how to put an engine that misbehaves in the place of the real one.

    at_start runs while the worker loads the engine, at_look when it gets a picture.
    """

    def put(*, at_start: str = "", at_look: str = "pass") -> None:
        real = EngineEnvironment(engine_root, Engine.FACE_RECOGNITION).folder()
        root = config_folder / ".cache" / DOMAIN
        root.unlink()
        folder = root / real.name
        folder.mkdir(parents=True)
        for part in real.iterdir():
            if part.name not in ("dlib", "face_recognition"):
                (folder / part.name).symlink_to(part)
        (folder / "dlib.py").write_text(BROKEN_ENGINE.format(at_start=at_start))
        (folder / "face_recognition").mkdir()
        api = folder / "face_recognition" / "api.py"
        api.write_text(BROKEN_API.format(at_look=at_look))

    return put


type MakeStage = Callable[[str], Any]


@pytest.fixture
async def make_stage(
    hass: HomeAssistant, config_folder: Path, portraits: Path
) -> MakeStage:
    """Return how to set up a local_file camera of Home Assistant; awaited, a Stage."""
    hass.config.allowlist_external_dirs.add(str(config_folder))
    assert await async_setup_component(hass, "homeassistant", {})

    async def make(title: str) -> Stage:
        stage = Stage(config_folder / f"{title.lower()}.jpg", portraits)
        stage.camera = MockConfigEntry(
            domain="local_file",
            title=title,
            options={"name": title, "file_path": str(stage.picture)},
        )
        stage.camera.add_to_hass(hass)
        assert await hass.config_entries.async_setup(stage.camera.entry_id)
        return stage

    return make


@pytest.fixture
async def stage(make_stage: MakeStage) -> Stage:
    """Set up the camera at the entrance and return what it shows."""
    made = await make_stage("Entrance")
    assert isinstance(made, Stage)
    return made


@pytest.fixture
async def dispenser(hass: HomeAssistant) -> AsyncGenerator[FakeDispenser]:
    """Return the entities of one dispenser."""
    made = FakeDispenser(hass)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def second_dispenser(hass: HomeAssistant) -> AsyncGenerator[FakeDispenser]:
    """Return the entities of another dispenser."""
    made = FakeDispenser(hass, "exit")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def engine() -> Engine:
    """Return a site's engine: the light one, where a test is not about the engine."""
    return Engine.NCNN


@pytest.fixture
async def site(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, engine: Engine
) -> AsyncGenerator[MockConfigEntry]:
    """Return a site with one dispenser whose recognition is ready."""
    entry = await set_up_site(hass, engine=engine)
    yield entry
    await unload(hass, entry)


@pytest.fixture
async def open_site(
    hass: HomeAssistant, dispenser: FakeDispenser, engine: Engine
) -> AsyncGenerator[MockConfigEntry]:
    """Return a suspended site: no worker runs, the open lane gives paper."""
    entry = await set_up_site(hass, options={"suspended": True}, engine=engine)
    yield entry
    await unload(hass, entry)


async def set_up_site(
    hass: HomeAssistant,
    *,
    title: str = "East gate",
    options: dict[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    more: Mapping[str, Mapping[str, Any]] | None = None,
    engine: Engine = Engine.NCNN,
) -> MockConfigEntry:
    """Set up a site and wait for its worker.

    data is the data of its dispenser "Entrance", more those of others by their titles.
    """
    dispensers = {"Entrance": DISPENSER_DATA if data is None else data, **(more or {})}
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=title,
        data={**SITE_DATA, "engine": engine.value},
        options=options or {},
        subentries_data=[
            ConfigSubentryData(
                data=one,
                subentry_type=SUBENTRY_DISPENSER,
                title=title,
                unique_id=None,
            )
            for title, one in dispensers.items()
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def unload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload a site, unless the test did or removed it."""
    known = hass.config_entries.async_get_entry(entry.entry_id)
    if known and entry.state.recoverable:
        await hass.config_entries.async_unload(entry.entry_id)


async def ask(
    hass: HomeAssistant, at: str = "entrance", **fields: Any
) -> dict[str, Any]:
    """Ask for paper by the action and return its answer."""
    entity_id = f"event.{at}_visit"
    answer = await hass.services.async_call(
        DOMAIN,
        "dispense",
        {"entity_id": entity_id, **fields},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    visit = answer[entity_id]
    assert isinstance(visit, dict)
    return visit


def summary(visit: Mapping[str, Any]) -> tuple[str, str, float, str | None]:
    """Return what matters most of a visit: outcome, lane, cm and reason."""
    return visit["outcome"], visit["lane"], visit["cm"], visit["reason"]


def step(hass: HomeAssistant) -> str | None:
    """Return the step of the visit at the dispenser Entrance, None while there is none."""
    state = hass.states.get("sensor.entrance_state")
    assert state is not None
    shown: str | None = state.attributes.get("step")
    return shown


def faces(entry: MockConfigEntry) -> int:
    """Return how many faces a site remembers."""
    site = entry.runtime_data
    assert isinstance(site, Site)
    return site.visitors.statistics.faces


def issues(issue_registry: ir.IssueRegistry) -> dict[str, dict[str, str] | None]:
    """Return FaceQuota's repair issues: their placeholders by their kind."""
    return {
        str(issue.translation_key): issue.translation_placeholders
        for issue in issue_registry.issues.values()
        if issue.domain == DOMAIN and issue.active
    }


@pytest.fixture
async def sites_unloaded(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Stop the sites that a test has set up by flows."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state.recoverable:
            await hass.config_entries.async_unload(entry.entry_id)
