"""The child process: reads pictures from its standard input, answers on its output.

It keeps nothing between two pictures and ends when its input does.
"""

from importlib import import_module
import io
import os
from pathlib import Path

from PIL import Image

from . import sandbox
from .engines import Engine, load, load_detector
from .look import look
from .message_parts import REGION_SIZE, decode_region
from .messages import (
    HEADER_SIZE,
    Hello,
    Kind,
    decode_header,
    encode_header,
    encode_hello,
    encode_sighting,
)

# Modules that are imported inside of functions that a look may call: a palette, EXIF,
# several pictures in one file, a median.
_LATE_IMPORTS = (
    "PIL.ImageColor",
    "PIL.ImageFilter",
    "PIL.ImagePalette",
    "PIL.MpoImagePlugin",
    "PIL.TiffImagePlugin",
    "numpy.ma",
)


def main(engine_name: str, attack_folder: str = "") -> None:
    """Load an engine and serve until the parent goes.

    With the folder of the attack network, it looks for presentation attacks too.
    """
    granted = sandbox.enter()
    questions, answers = _take_over_pipes()
    engine = load(Engine(engine_name))
    detector = load_detector(Path(attack_folder)) if attack_folder else None
    _load_the_rest()
    granted |= sandbox.seal()
    _send(answers, Kind.HELLO, encode_hello(Hello(engine=engine.info, sandbox=granted)))
    while header := questions.read(HEADER_SIZE):
        length = decode_header(header, expected=Kind.PICTURE)
        near = decode_region(questions.read(REGION_SIZE))
        picture = questions.read(length - REGION_SIZE)
        sighting = look(engine, picture, detector, near=near)
        del picture
        _send(answers, Kind.SIGHTING, encode_sighting(sighting))
        sighting.overwrite()


def _load_the_rest() -> None:
    """Import the modules that Pillow and numpy would import only at certain pictures."""
    Image.preinit()
    for name in _LATE_IMPORTS:
        import_module(name)


def _take_over_pipes() -> tuple[io.BufferedReader, io.FileIO]:
    """Keep the pipes for messages: a library's own print goes to the log."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return questions, answers


def _send(answers: io.FileIO, kind: Kind, body: bytes) -> None:
    """Write one message."""
    message = memoryview(encode_header(kind, len(body)) + body)
    while message:
        message = message[answers.write(message) :]
