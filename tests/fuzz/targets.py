"""What is attacked.

A target takes a random generator, runs one case, and returns whether the input was
accepted; any exception is a finding.
"""

from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Final

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.picture import (
    UnreadablePictureError,
    decode,
)

from .draws import mutate
from .forms import (
    action_dispense,
    action_export_log,
    action_forget,
    action_purge,
    flow_dispenser,
    flow_options,
    flow_reconfigure,
)
from .messages import header, hello, sighting


def _pictures() -> list[bytes]:
    pixels = np.random.default_rng(1).integers(0, 255, (64, 80, 3)).astype(np.uint8)
    found = []
    for kind in ("JPEG", "PNG"):
        for mode in ("RGB", "L"):
            buffer = BytesIO()
            Image.fromarray(pixels).convert(mode).save(buffer, kind)
            found.append(buffer.getvalue())
    return found


_PICTURES: Final = _pictures()


def picture(draw: Random) -> bool:
    """The bytes of a picture, decoded as the child does."""
    try:
        decoded = decode(mutate(draw, draw.choice(_PICTURES)))
    except UnreadablePictureError:
        return False
    assert decoded.pixels.ndim == 3 and decoded.pixels.dtype == np.uint8
    return True


TARGETS: Final[dict[str, Callable[[Random], bool]]] = {
    "header": header,
    "hello": hello,
    "sighting": sighting,
    "action_dispense": action_dispense,
    "action_purge": action_purge,
    "action_forget": action_forget,
    "action_export_log": action_export_log,
    "flow_options": flow_options,
    "flow_reconfigure": flow_reconfigure,
    "flow_dispenser": flow_dispenser,
    "picture": picture,
}
