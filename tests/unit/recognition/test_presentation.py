"""A picture of a face is distinguished from a person, by several frames; in doubt it counts as a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from itertools import groupby
from pathlib import Path
import re

from PIL import Image, ImageOps
import pytest

from custom_components.facequota.recognition import presentation
from custom_components.facequota.recognition.engine import Guidance, Sighting
from custom_components.facequota.recognition.environment import Engine
from custom_components.facequota.recognition.presentation import (
    LIVE_AT_LEAST,
    MODELS,
    faulty_files,
    is_attack,
    wanted_files,
)
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures
from .conftest import ROOT, installed

BROUGHT = ROOT / ".cache/presentation_attack"
PRINTS = ROOT.parent / "shared/faces/nuaa_print/ImposterRaw"
needs_the_network = pytest.mark.skipif(
    bool(faulty_files(BROUGHT)),
    reason="needs the network in .cache/presentation_attack: docs/recognition.md",
)

# Takes a picture for a person if it is more green than red or blue.
GREEN_IS_LIVE = """\
7767517
3 3
Input data 0 1 data 0=80 1=80 2=3
Pooling mean 1 1 data mean 0=1 4=1
Softmax softmax 1 1 mean softmax 0=0
"""


def sighting(live: float | None) -> Sighting:
    """Return a frame with this score."""
    return Sighting(
        guidance=Guidance.NO_FACE,
        template=None,
        quality=0.0,
        face_height_px=None,
        faces=0,
        recognition_ms=1.0,
        live=live,
    )


@pytest.mark.parametrize(
    ("scores", "attack"),
    [
        ((), False),
        ((None,), False),
        ((0.0,), True),
        ((0.0, 0.0), True),
        ((LIVE_AT_LEAST * 1.01,), False),
        ((0.9, 0.9), False),
        # A frame that nobody would doubt does not carry one of a print.
        ((0.00001, 0.9), True),
        ((0.9, 0.00001), True),
        ((0.0, 1.0), True),
        # Nor does a doubtful frame make an attack of a person.
        ((0.001, 0.9), False),
        ((0.0, 0.9, 0.9), False),
        # A grey frame tells nothing for or against.
        ((None, 0.0), True),
        ((None, 0.9), False),
    ],
)
def test_a_visit_is_suspected_by_all_its_frames(
    scores: tuple[float | None, ...], attack: bool
) -> None:
    assert is_attack([sighting(live) for live in scores]) is attack


def test_the_model_list_says_where_the_files_come_from_and_their_licence() -> None:
    text = MODELS.read_text()
    assert re.search(r"commit [0-9a-f]{40}", text)
    assert "Apache-2.0" in text
    assert set(wanted_files()) == {"model_1.bin", "model_1.param"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in wanted_files().values())


def test_a_missing_or_unexpected_file_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "list"
    files = {"model_1.bin": b"numbers", "model_1.param": b"layers"}
    models.write_text(
        "".join(f"{sha256(c).hexdigest()}  {name}\n" for name, c in files.items())
    )
    monkeypatch.setattr(presentation, "MODELS", models)
    folder = tmp_path / "facequota"
    assert faulty_files(folder) == [*files]
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert faulty_files(folder) == []
    (folder / "model_1.bin").write_bytes(b"Numbers")
    (folder / "model_1.param").unlink()
    (folder / "model_1.param").mkdir()
    assert faulty_files(folder) == [*files]


@asynccontextmanager
async def worker(folder: Path) -> AsyncIterator[Supervisor]:
    """Run a worker that looks for presentation attacks."""
    environment = await installed(Engine.NCNN)
    supervisor = Supervisor(
        command=environment.command(folder),
        env=environment.env(),
        on_change=lambda: None,
        first_pause_s=0.01,
    )
    await supervisor.start()
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def live(supervisor: Supervisor, image: Image.Image) -> float | None:
    """Return the score of a usable frame."""
    seen = await supervisor.look(pictures.encoded(image, quality=95), timeout=60)
    assert seen.guidance is None
    return seen.live


@pytest.fixture
def portrait(portraits: Path) -> Image.Image:
    """Return a person."""
    return Image.open(portraits / "A/1.jpg").convert("RGB")


async def test_the_child_scores_what_is_around_the_face(
    tmp_path: Path, portrait: Image.Image
) -> None:
    """Also where the picture has little around it; a grey picture has no score."""
    (tmp_path / "model_1.param").write_text(GREEN_IS_LIVE)
    (tmp_path / "model_1.bin").touch()
    around = Image.blend(portrait, Image.new("RGB", portrait.size, "lime"), 0.4)
    face = portrait.crop((170, 10, 430, 280))
    around.paste(face, (170, 10))
    async with worker(tmp_path) as supervisor:
        green = await live(supervisor, around)
        assert green is not None and green > 0.9
        red = await live(supervisor, face)
        assert red is not None and red < 0.1
        assert await live(supervisor, ImageOps.grayscale(around)) is None


async def test_a_worker_that_is_not_asked_gives_no_score(
    portrait: Image.Image,
) -> None:
    environment = await installed(Engine.NCNN)
    supervisor = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await supervisor.start()
    assert await live(supervisor, portrait) is None
    await supervisor.stop()


@needs_the_network
async def test_people_are_not_suspected(portraits: Path) -> None:
    async with worker(BROUGHT) as supervisor:
        for path in portraits.glob("*/*.jpg"):
            seen = await supervisor.look(path.read_bytes(), timeout=60)
            assert seen.live is not None
            assert not is_attack([seen]), path


@needs_the_network
@pytest.mark.skipif(
    not PRINTS.is_dir(),
    reason="needs pictures of prints, which may not be part of the repository",
)
async def test_prints_are_suspected() -> None:
    """Nineteen of twenty at least, by two frames of one sitting."""
    prints = await asyncio.to_thread(lambda: sorted(PRINTS.rglob("*.jpg")))
    sittings = [
        list(frames)[:2] for _, frames in groupby(prints, lambda p: p.stem[:13])
    ]
    async with worker(BROUGHT) as supervisor:
        seen = [
            [await supervisor.look(p.read_bytes(), timeout=60) for p in sitting]
            for sitting in sittings[::2]
        ]
    scored = [pair for pair in seen if all(one.live is not None for one in pair)]
    assert len(scored) >= 15
    assert sum(map(is_attack, scored)) >= 0.95 * len(scored)
