"""Pictures and templates are not in memory after use, freed or not.

The search keeps its targets masked; otherwise it would find its own list.
"""

import asyncio
from collections.abc import Callable
import os
import subprocess
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.quota import orthogonal
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.recognition.fuse import fuse
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.proof.memory import Memory
from scripts.proof.needles import Needles, Secret
from tests.unit.quota.people import any_face
from tests.unit.recognition import conftest as recognition

actor = recognition.actor
engine_environment = recognition.engine_environment

MASK: Final = 0xA5
PIECE: Final = 16

# The actor answers every picture with a template of its own, kept from this process.
_DRAWN: Final = (
    "import numpy as np\n"
    "values = np.random.default_rng(41).normal(0, 0.1, 128).astype(np.float32)\n"
)
_ACTS: Final = (
    _DRAWN
    + """\
info = EngineInfo(name="actor", version="1", dimension=128, metric="euclidean")
hello()
while read_picture() is not None:
    send(Kind.SIGHTING, encode_sighting(Sighting(guidance=None, template=values,
        quality=1.0, face_height_px=100.0, faces=1, recognition_ms=1.0)))
"""
)
_DISGUISED: Final = (
    _DRAWN
    + """\
import sys
unit = values / np.float32(np.linalg.norm(values))
for vector in (values, unit, abs(values)):
    for order in ("<f4", ">f4"):
        content = vector.astype(order).tobytes()
        sys.stdout.buffer.write(bytes(one ^ 0xA5 for one in content))
"""
)


def found(disguised: bytes) -> int:
    """Return how many pieces of something disguised are in this process's memory."""
    pieces = {disguised[at : at + PIECE] for at in range(0, len(disguised), PIECE)}
    needles = Needles([Secret(name="it", pieces=tuple(pieces))])
    return sum(
        needles.count(disguise(piece.content))["it"]
        for piece in Memory(os.getpid()).pieces(overlap=PIECE)
    )


def disguise(content: bytes | bytearray | memoryview) -> bytes:
    """Return content XORed with the mask."""
    return (np.frombuffer(content, np.uint8) ^ np.uint8(MASK)).tobytes()


@pytest.fixture
def disguised() -> bytes:
    """Return the actor's template in the forms that it could be met in."""
    ran = subprocess.run(
        [sys.executable, "-c", _DISGUISED], capture_output=True, check=True
    )
    return ran.stdout


async def test_no_template_is_left_of_a_visit_and_a_purge(
    actor: Callable[[str], list[str]], disguised: bytes
) -> None:
    worker = Supervisor(command=actor(_ACTS), env={}, on_change=lambda: None)
    await worker.start()
    book = Book(
        rule=Rule(allowance_cm=60, window_s=540),
        threshold=Threshold(cohort=any_face(), limit=1e-3),
        dimension=128,
    )
    sightings = [await worker.look(b"picture", timeout=30) for _ in range(3)]
    probe = fuse(sightings)
    assert probe is not None
    # The search finds what is there.
    assert found(disguised)
    for sighting in sightings:
        sighting.overwrite()
    # A new visitor, and one who returns and whose template is refreshed.
    book.request(probe, 30, 0.0)
    book.request(probe, 30, 1.0)
    assert book.statistics(2.0).faces == 1
    probe.fill(0)
    book.purge(3.0)
    assert found(disguised) == 0
    await worker.stop()


async def test_a_picture_is_left_only_where_it_came_from(
    actor: Callable[[str], list[str]],
) -> None:
    """A camera's bytes cannot be overwritten; here they can, and no copy is left."""
    worker = Supervisor(
        command=actor("hello()\nwhile read_picture() is not None: answer()"),
        env={},
        on_change=lambda: None,
    )
    await worker.start()
    picture = bytearray(np.random.default_rng(43).bytes(300_000))
    masked = disguise(picture[:4096]) + disguise(picture[-4096:])
    await asyncio.gather(
        *(worker.look(picture, timeout=30) for _ in range(3))  # type: ignore[arg-type]
    )
    assert found(masked)
    picture[:] = bytes(len(picture))
    assert found(masked) == 0
    await worker.stop()


def test_nothing_is_left_of_what_the_key_was_drawn_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = orthogonal._random_words  # noqa: SLF001
    drawn = []

    def watched(count: int) -> NDArray[np.uint64]:
        words = draw(count)
        drawn.append(disguise(memoryview(words).cast("B")))
        return words

    monkeypatch.setattr(orthogonal, "_random_words", watched)
    key = orthogonal.random_orthogonal(128)
    rows = key[::16].copy()
    # No copy of our own: what is freed as bytes lies there until it is written over.
    masked = disguise(memoryview(rows).cast("B"))
    rows.fill(0)
    assert found(masked)
    key.fill(0)
    assert found(masked) == 0
    assert found(drawn[0][: 512 * PIECE]) == 0
