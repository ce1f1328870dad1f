"""What is attacked.

A target takes a random generator, runs one case, and returns whether the case was let
through; whatever it raises is a finding.
"""

from collections.abc import Callable
from io import BytesIO
import math
from random import Random
from types import SimpleNamespace
from typing import Any, Final, cast

import numpy as np
from PIL import Image
import voluptuous as vol

from custom_components.facequota.flows.dispenser_errors import (
    basic_errors,
    input_errors,
)
from custom_components.facequota.flows.dispenser_forms import BASICS_SCHEMA
from custom_components.facequota.flows.dispenser_inputs import (
    INPUTS_SCHEMA,
    by_section,
    flat,
)
from custom_components.facequota.flows.site_forms import (
    ENGINE_SCHEMA,
    FOLDER_SCHEMA,
    LAW_SCHEMA,
    NAME_SCHEMA,
)
from custom_components.facequota.hardware.entities import BUTTONS
from custom_components.facequota.options import (
    LIMITS,
    OPTION_KEYS,
    SiteOptions,
    options_schema,
    rule_errors,
)
from custom_components.facequota.recognition.engine import (
    EngineInfo,
    Guidance,
    Region,
    Sighting,
)
from custom_components.facequota.recognition.messages import (
    HEADER_SIZE,
    Hello,
    Kind,
    ProtocolError,
    decode_header,
    decode_hello,
    decode_sighting,
    encode_header,
    encode_hello,
    encode_sighting,
)
from custom_components.facequota.recognition.picture import (
    UnreadablePictureError,
    decode,
)
from custom_components.facequota.services import (
    DISPENSE_SCHEMA,
    PURGE_SCHEMA,
    SITE_SCHEMA,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv

DIMENSION: Final = 128
_ENGINE: Final = EngineInfo(name="a", version="1", dimension=128, metric="euclidean")
_HELLO: Final = encode_hello(Hello(engine=_ENGINE, sandbox={"own_network": True}))


def mutate(draw: Random, content: bytes) -> bytes:
    """Return some bytes with a few of them changed, cut out, doubled or added."""
    result = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(result) + 1)
        match draw.randrange(5):
            case 0 if result:
                result[at % len(result)] ^= 1 << draw.randrange(8)
            case 1 if result:
                result[at % len(result)] = draw.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))
            case 2:
                del result[at : at + draw.randint(1, 16)]
            case 3:
                result[at:at] = draw.randbytes(draw.randint(1, 16))
            case _:
                result[at:at] = result[at : at + draw.randint(1, 64)]
    return bytes(result)


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
            region=draw.choice((None, _region(draw))),
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


def _region(draw: Random) -> Region:
    """Return some part of a picture, or of what lies around it."""
    top, bottom, left, right = (
        edge for _ in range(2) for edge in sorted(draw.uniform(-0.1, 1.1) for _ in "ab")
    )
    return Region(top=top, left=left, bottom=bottom, right=right)


def _value(draw: Random) -> Any:
    """Return what somebody might put into any field."""
    return draw.choice(
        (
            *(None, True, False, "", " ", "face", "open", "staff", "NaN", "inf", "60"),
            *(0, -1, 1, 5, 60, 200, 2**31, 2**64, 10**400, -(10**400)),
            *(0.1, 60.0, math.nan, math.inf, -math.inf, 1e308, 5e-324),
            *([], {}, [60], {"hours": 1}, {"hours": math.nan}, {"days": 10**12}),
            *("x" * 65, "\0", "\ud800", "📷", b"bytes", "-00:00:01", "99999999:00"),
            draw.uniform(-300, 300),
        )
    )


def action_dispense(draw: Random) -> bool:
    """The fields of the action dispense."""
    fields = {
        k: _value(draw) for k in ("cm", "lane", "request_id") if draw.random() < 0.6
    }
    try:
        data = vol.Schema(DISPENSE_SCHEMA)(fields)
    except vol.Invalid:
        return False
    assert "cm" not in data or 0 < data["cm"] <= LIMITS["portion_cm"][1]
    return True


def action_purge(draw: Random) -> bool:
    """The fields of the action purge."""
    fields = {"config_entry_id": _value(draw), "older_than": _value(draw)}
    try:
        data = PURGE_SCHEMA(fields)
    except vol.Invalid:
        return False
    seconds = data["older_than"].total_seconds()
    assert seconds >= 0 and math.isfinite(seconds)
    return True


def action_export_log(draw: Random) -> bool:
    """The fields of the action export_log."""
    fields = {"config_entry_id": _value(draw)}
    if draw.random() < 0.2:
        fields[draw.choice(("older_than", "cm", ""))] = _value(draw)
    try:
        data = SITE_SCHEMA(fields)
    except vol.Invalid:
        return False
    assert list(data) == ["config_entry_id"] and isinstance(
        data["config_entry_id"], str
    )
    return True


_FORGET: Final = cv.make_entity_service_schema({})


def action_forget(draw: Random) -> bool:
    """The fields of the action forget: a target and nothing else."""
    # Texts only: numbers in a target are Home Assistant's to refuse, and escape it.
    targets = ("event.entrance_visit", ["event.exit_visit"], "all", "", "\0", "event.")
    fields = {"entity_id": draw.choice(targets)}
    fields |= {k: _value(draw) for k in ("cm", "template", "") if draw.random() < 0.2}
    try:
        data = _FORGET(fields)
    except vol.Invalid:
        return False
    assert not {"cm", "template"} & set(data)
    return True


def flow_reconfigure(draw: Random) -> bool:
    """The forms of a site that are no numbers: name, law, engine, folder."""
    form, sound = draw.choice(
        (
            (NAME_SCHEMA, {"name": "East gate"}),
            (
                LAW_SCHEMA,
                {
                    "camera_position": "entrance",
                    "notice_posted": True,
                    "way_without_face": True,
                },
            ),
            (ENGINE_SCHEMA, {"engine": "ncnn", "wheels_folder": "/media"}),
            (FOLDER_SCHEMA, {"wheels_folder": "/media"}),
        )
    )
    answers = {k: _value(draw) if draw.random() < 0.3 else v for k, v in sound.items()}
    try:
        data = form(answers)
    except vol.Invalid:
        return False
    assert isinstance(data.get("name", ""), str)
    assert data.get("engine", "ncnn") in ("face_recognition", "ncnn")
    assert all(
        isinstance(data.get(key, True), bool)
        for key in ("notice_posted", "way_without_face")
    )
    return True


# What a flow asks Home Assistant: every entity is there, and no other dispenser.
_HASS: Final = cast(
    HomeAssistant,
    SimpleNamespace(
        states=SimpleNamespace(get=lambda _: State("sensor.any", "1")),
        config_entries=SimpleNamespace(async_entries=lambda _: []),
    ),
)


def flow_dispenser(draw: Random) -> bool:
    """The two forms of a dispenser: what passes can be worked with."""
    basics = {
        "name": "Entrance",
        "camera": "camera.entrance",
        "motor": "switch.motor",
        "eye_line": draw.uniform(1, 99),
    }
    inputs = {
        "cm_per_second": draw.uniform(1, 200),
        **{
            key: draw.choice(("binary_sensor.a", "switch.motor", "button.b"))
            for key in BUTTONS
        },
    }
    for form in (basics, inputs):
        for key in form:
            if draw.random() < 0.1:
                form[key] = _value(draw)
    kept = {key: value for key, value in inputs.items() if draw.random() < 0.5}
    try:
        first, second = BASICS_SCHEMA(basics), flat(INPUTS_SCHEMA(by_section(kept)))
    except vol.Invalid:
        return False
    if basic_errors(_HASS, first, None) or input_errors(_HASS, first["motor"], second):
        return False
    assert first["name"].strip() and 1 <= first.get("eye_line", 1) <= 99
    assert 1 <= second.get("cm_per_second", 1) <= 200
    pressed = [second[key] for key in BUTTONS if key in second]
    assert len({first["motor"], *pressed}) == len(pressed) + 1
    return True


_OPTIONS: Final = options_schema(OPTION_KEYS)


def flow_options(draw: Random) -> bool:
    """The numbers of a site's flows: what passes makes rules that hold."""
    numbers = {
        key: _value(draw) if draw.random() < 0.2 else draw.uniform(*LIMITS[key])
        for key in OPTION_KEYS
    }
    try:
        values = _OPTIONS(numbers)
    except vol.Invalid:
        return False
    if rule_errors(values):
        return False
    options = SiteOptions.from_entry(values)
    assert options.portion_cm <= options.rule.allowance_cm
    assert 0 < options.fpir_limit <= 0.05
    return True


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
