"""Hostile messages of a worker."""

import math
from random import Random
from typing import Final

import numpy as np

from custom_components.facequota.recognition.engine import (
    EngineInfo,
    Guidance,
    Sighting,
)
from custom_components.facequota.recognition.message_parts import ProtocolError
from custom_components.facequota.recognition.messages import (
    HEADER_SIZE,
    Hello,
    Kind,
    decode_header,
    decode_hello,
    decode_sighting,
    encode_header,
    encode_hello,
    encode_sighting,
)

from .draws import any_region, mutate

DIMENSION: Final = 128
_ENGINE: Final = EngineInfo(name="a", version="1", dimension=128, metric="euclidean")
_HELLO: Final = encode_hello(Hello(engine=_ENGINE, sandbox={"own_network": True}))


def header(draw: Random) -> bool:
    """The header of an answer."""
    kind = draw.choice(tuple(Kind))
    content = encode_header(kind, draw.choice((0, 1, 4096, 2**24, 2**32 - 1)))
    if draw.random() < 0.8:
        content = mutate(draw, content)
    try:
        length = decode_header(content, expected=draw.choice(tuple(Kind)))
    except ProtocolError:
        return False
    assert len(content) == HEADER_SIZE and 0 <= length < 2**25
    return True


def hello(draw: Random) -> bool:
    """What a worker says of itself."""
    try:
        heard = decode_hello(mutate(draw, _HELLO))
    except ProtocolError:
        return False
    assert 0 < heard.engine.dimension <= 4096
    return True


def sighting(draw: Random) -> bool:
    """A worker's answer to a picture."""
    usable = draw.random() < 0.5
    template = np.frombuffer(draw.randbytes(4 * DIMENSION), np.float32)
    content = encode_sighting(
        Sighting(
            guidance=None if usable else draw.choice(tuple(Guidance)),
            template=template if usable else None,
            quality=draw.choice((0.0, 0.5, 1.0, math.nan, -1.0, math.inf)),
            face_height_px=draw.choice((None, 1.0, math.inf, -1.0)),
            faces=draw.randrange(255),
            recognition_ms=draw.choice((0.0, 75.0, math.inf, math.nan)),
            eyes=draw.choice((None, (0.0, 0.5, 1.0, 0.5), (math.inf, 0.0, -1.0, 0.0))),
            live=draw.choice((None, 0.0, 1.0, math.inf, -1.0)),
            region=draw.choice((None, any_region(draw))),
        )
    )
    if draw.random() < 0.7:
        content = mutate(draw, content)
    try:
        seen = decode_sighting(content, dimension=DIMENSION)
    except ProtocolError:
        return False
    assert (seen.template is None) == (seen.guidance is not None)
    assert seen.template is None or np.isfinite(seen.template).all()
    assert 0 <= seen.quality <= 1 and math.isfinite(seen.recognition_ms)
    assert seen.eyes_at is None or 0 <= seen.eyes_at <= 1
    assert seen.live is None or 0 <= seen.live <= 1
    if (region := seen.region) is not None:
        assert 0 <= region.top < region.bottom <= 1
        assert 0 <= region.left < region.right <= 1
    return True
