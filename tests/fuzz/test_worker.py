"""Hostile pictures and hostile messages, against the real process that decodes them."""

import asyncio
from io import BytesIO
from random import Random
import subprocess

from PIL import Image
import pytest

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.messages import Kind, encode_header
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .draws import mutate

PICTURES = 300
MESSAGES = 6


async def installed() -> EngineEnvironment:
    """Return the default engine's folder."""
    root = await asyncio.to_thread(engines)
    environment = EngineEnvironment(root, Engine.FACE_RECOGNITION)
    assert environment.is_installed()
    return environment


def face() -> list[bytes]:
    """Return a person's picture, small, in both formats."""
    portrait = min((portrait_folder() / "A").glob("*.jpg"))
    image = Image.open(portrait).convert("RGB").resize((160, 120))
    found = []
    for kind in ("JPEG", "PNG"):
        buffer = BytesIO()
        image.save(buffer, kind)
        found.append(buffer.getvalue())
    return found


async def test_no_picture_ends_the_process_or_keeps_it_busy() -> None:
    environment = await installed()
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    pid, sound = worker.pid, face()
    seen = 0
    for number in range(PICTURES):
        draw = Random(f"worker:{number}")
        sighting = await worker.look(mutate(draw, draw.choice(sound)), timeout=20)
        assert (sighting.template is None) == (sighting.guidance is not None)
        seen += sighting.guidance != "unreadable_picture"
    assert (worker.pid, worker.restarts) == (pid, 0)
    # Both what is decoded and what is not has been tried.
    assert 0 < seen < PICTURES
    await worker.stop()


@pytest.mark.parametrize("number", range(MESSAGES))
def test_an_invalid_message_ends_the_process(number: int) -> None:
    """It neither hangs nor is killed by the kernel, and sends nothing but its hello."""
    environment = asyncio.run(installed())
    draw = Random(f"message:{number}")
    message = encode_header(Kind.PICTURE, draw.choice((0, 8, 2**24, 2**32 - 1)))
    ran = subprocess.run(
        environment.command(),
        env=environment.env(),
        input=mutate(draw, message) + draw.randbytes(draw.randrange(64)),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode >= 0
    assert ran.stdout.startswith(b"FQ")
