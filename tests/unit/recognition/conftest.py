"""The real engine, real portraits and workers that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
import sys

import pytest
import pytest_asyncio

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .seen import SAME_PERSON

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "custom_components/facequota/recognition/requirements"

type MakeSupervisor = Callable[..., Supervisor]


async def installed(engine: Engine) -> EngineEnvironment:
    """Return an engine's folder, installed once for all test runs."""
    environment = EngineEnvironment(await asyncio.to_thread(engines), engine)
    assert environment.is_installed()
    return environment


@pytest.fixture(scope="session")
def engine_environment() -> EngineEnvironment:
    """Return the default engine's folder."""
    return asyncio.run(installed(Engine.FACE_RECOGNITION))


@pytest.fixture(scope="session")
def portraits() -> Path:
    """Return the folder with one folder of frames per person."""
    return portrait_folder()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(Engine))
async def worker(request: pytest.FixtureRequest) -> AsyncIterator[Supervisor]:
    """Return a running worker: every test here is run with every engine."""
    environment = await installed(request.param)
    supervisor = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await supervisor.start()
    yield supervisor
    await supervisor.stop()


@pytest.fixture
def same_person(worker: Supervisor) -> float:
    """Return a distance that tells the same person from another."""
    assert worker.engine is not None
    return SAME_PERSON[worker.engine.name]


@pytest.fixture
async def make_supervisor() -> AsyncIterator[MakeSupervisor]:
    """Return a way to make supervisors, all of which are stopped in the end."""
    made: list[Supervisor] = []

    def make(command: Sequence[str], env: dict[str, str] | None = None) -> Supervisor:
        supervisor = Supervisor(
            command=command, env=env or {}, on_change=lambda: None, first_pause_s=0.01
        )
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        await supervisor.stop()


# A worker that says hello like the real one and then does what the test wants; HERE is
# the recognition folder, of which only the wire format is used.
_ACTOR = """\
import os, signal, sys, time
sys.path.append({numpy!r})
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("recognition", {here!r} + "/__init__.py")
package = sys.modules["recognition"] = module_from_spec(spec)
spec.loader.exec_module(package)
from recognition.engine import EngineInfo, Guidance, Sighting
from recognition.message_parts import REGION_SIZE
from recognition.messages import *
info = EngineInfo(name="actor", version="1", dimension=4, metric="euclidean")
out = sys.stdout.buffer
def send(kind, body):
    out.write(encode_header(kind, len(body)) + body)
    out.flush()
def hello():
    send(Kind.HELLO, encode_hello(Hello(engine=info, sandbox={{}})))
def read_picture():
    header = sys.stdin.buffer.read(HEADER_SIZE)
    if not header:
        sys.exit()
    return sys.stdin.buffer.read(decode_header(header, expected=Kind.PICTURE))[REGION_SIZE:]
def answer():
    send(Kind.SIGHTING, encode_sighting(Sighting(guidance=Guidance.NO_FACE,
        template=None, quality=0.0, face_height_px=None, faces=0, recognition_ms=1.0)))
{script}
"""


@pytest.fixture(scope="session")
def actor(engine_environment: EngineEnvironment) -> Callable[[str], list[str]]:
    """Return a way to make the command line of a worker from a few lines of script."""
    here = ROOT / "custom_components/facequota/recognition"

    def command(script: str) -> list[str]:
        program = _ACTOR.format(
            numpy=str(engine_environment.folder()), here=str(here), script=script
        )
        return [sys.executable, "-I", "-S", "-B", "-c", program]

    return command


@contextmanager
def no_process_left(*, but: int = 0) -> Iterator[None]:
    """Fail if this process has other children, dead or alive, after than before.

    `but` is how many of those before were to end.
    """
    before = _children()
    yield
    after = _children()
    assert after <= before
    assert len(after) == len(before) - but


def is_running(process: Path) -> bool:
    """Return if a process, named by its folder in /proc, has not ended."""
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError, ProcessLookupError:
        return False
    return state != "Z"


def _children() -> set[str]:
    return {
        child
        for children in Path("/proc/self/task").glob("*/children")
        for child in children.read_text().split()
    }


def nothing(part: float) -> None:
    """Ignore progress."""
