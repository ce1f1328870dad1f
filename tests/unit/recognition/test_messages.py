"""The parent trusts nothing that comes from the child."""

from dataclasses import replace
import json
import math

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.facequota.recognition.engine import (
    EngineInfo,
    Guidance,
    Region,
    Sighting,
    Unreadable,
)
from custom_components.facequota.recognition.message_parts import (
    REGION_SIZE,
    ProtocolError,
    decode_region,
    encode_region,
)
from custom_components.facequota.recognition.messages import (
    HEADER_SIZE,
    MAX_HELLO_BYTES,
    MAX_PICTURE_BYTES,
    PROTOCOL_VERSION,
    Hello,
    Kind,
    decode_header,
    decode_hello,
    decode_sighting,
    encode_header,
    encode_hello,
    encode_sighting,
)

HELLO = Hello(
    engine=EngineInfo(name="e", version="1", dimension=4, metric="euclidean"),
    sandbox={"own_network": True, "no_sockets": False},
)
USABLE = Sighting(
    guidance=None,
    template=np.array([0.5, -1.25, 0.0, 2.0], np.float32),
    quality=0.75,
    face_height_px=120.5,
    faces=1,
    recognition_ms=71.5,
    eyes=(0.25, 0.5, 0.75, 0.5),
    live=0.25,
    region=Region(top=0.0, left=0.25, bottom=0.5, right=1.0),
    squares=frozenset({1, 2**32 - 1}),
)
NO_FACE = Sighting(
    guidance=Guidance.NO_FACE,
    template=None,
    quality=0.0,
    face_height_px=None,
    faces=0,
    recognition_ms=4.0,
)


def test_a_sighting_arrives_as_it_was_sent() -> None:
    arrived = decode_sighting(encode_sighting(USABLE), dimension=4)
    assert USABLE.template is not None
    assert arrived.template is not None
    assert arrived.template.dtype == np.float32
    assert arrived.template.tolist() == USABLE.template.tolist()
    assert replace(arrived, template=None) == replace(USABLE, template=None)


def test_a_region_arrives_as_it_was_sent() -> None:
    for region in (USABLE.region, None):
        content = encode_region(region)
        assert len(content) == REGION_SIZE
        assert decode_region(content) == region


def test_a_region_of_another_size_is_refused() -> None:
    with pytest.raises(ProtocolError):
        decode_region(encode_region(None)[:-1])


def test_values_that_were_not_computed_arrive_as_missing() -> None:
    sent = replace(NO_FACE, eyes=None, live=None)
    assert decode_sighting(encode_sighting(sent), dimension=4) == sent


@pytest.mark.parametrize("guidance", Guidance)
def test_every_guidance_arrives_as_it_was_sent(guidance: Guidance) -> None:
    sent = replace(NO_FACE, guidance=guidance)
    assert decode_sighting(encode_sighting(sent), dimension=4) == sent


@pytest.mark.parametrize("why", Unreadable)
def test_what_an_unreadable_picture_is_arrives_as_it_was_sent(why: Unreadable) -> None:
    sent = replace(NO_FACE, guidance=Guidance.UNREADABLE_PICTURE, unreadable=why)
    assert decode_sighting(encode_sighting(sent), dimension=4) == sent


def test_a_crowd_of_more_faces_than_the_wire_can_count_still_arrives() -> None:
    sent = replace(NO_FACE, faces=1000)
    assert decode_sighting(encode_sighting(sent), dimension=4).faces == 255


@pytest.mark.parametrize(
    "sighting",
    [
        replace(USABLE, quality=1.5),
        replace(USABLE, quality=-0.5),
        replace(USABLE, quality=math.nan),
        replace(USABLE, recognition_ms=math.inf),
        replace(USABLE, recognition_ms=-1.0),
        replace(USABLE, face_height_px=-3.0),
        replace(USABLE, face_height_px=math.inf),
        replace(USABLE, eyes=(-0.5, 0.5, 0.75, 0.5)),
        replace(USABLE, eyes=(0.25, 0.5, 0.75, math.inf)),
        replace(USABLE, eyes=(0.25, 0.5, math.nan, 0.5)),
        replace(USABLE, live=1.5),
        replace(USABLE, live=-math.inf),
        replace(USABLE, template=np.array([1, 2, 3, math.nan], np.float32)),
        replace(USABLE, template=np.array([1, 2, 3, math.inf], np.float32)),
        replace(USABLE, template=np.zeros(3, np.float32)),
        replace(USABLE, template=None),
        replace(USABLE, region=Region(top=-0.1, left=0.0, bottom=1.0, right=1.0)),
        replace(USABLE, region=Region(top=0.0, left=0.0, bottom=1.0, right=1.5)),
        replace(USABLE, region=Region(top=0.5, left=0.0, bottom=0.5, right=1.0)),
        replace(USABLE, region=Region(top=0.0, left=1.0, bottom=1.0, right=0.0)),
        replace(USABLE, region=Region(top=0.0, left=0.0, bottom=math.nan, right=1.0)),
        replace(USABLE, guidance=Guidance.CLOSER),
        replace(USABLE, unreadable=Unreadable.WEBP),
        replace(NO_FACE, unreadable=Unreadable.WEBP),
    ],
)
def test_a_sighting_with_impossible_values_is_refused(sighting: Sighting) -> None:
    with pytest.raises(ProtocolError):
        decode_sighting(encode_sighting(sighting), dimension=4)


def test_a_hello_arrives_as_it_was_sent() -> None:
    assert decode_hello(encode_hello(HELLO)) == HELLO


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * MAX_HELLO_BYTES,
        b'{"engine": {}, "sandbox": {}}',
        json.dumps({"engine": {"name": "e"}, "sandbox": {}}).encode(),
        encode_hello(HELLO).replace(b'"dimension": 4', b'"dimension": 0'),
        encode_hello(HELLO).replace(b'"dimension": 4', b'"dimension": true'),
        encode_hello(HELLO).replace(b'"dimension": 4', b'"dimension": 1000000'),
        encode_hello(HELLO).replace(b"euclidean", b"cosine"),
        encode_hello(HELLO).replace(b'"name": "e"', b'"name": 5'),
        encode_hello(HELLO).replace(b"true", b'"yes"'),
        encode_hello(HELLO).replace(b'"sandbox"', b'"sandpit"'),
    ],
)
def test_a_hello_that_is_not_as_described_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_hello(body)


def test_another_protocol_is_refused() -> None:
    header = bytearray(encode_header(Kind.HELLO, 10))
    header[2] = PROTOCOL_VERSION - 1
    with pytest.raises(ProtocolError, match=f"protocol {PROTOCOL_VERSION - 1} "):
        decode_header(bytes(header), expected=Kind.HELLO)


@pytest.mark.parametrize(
    ("kind", "length"),
    [
        (Kind.HELLO, MAX_HELLO_BYTES + 1),
        (Kind.PICTURE, REGION_SIZE + MAX_PICTURE_BYTES + 1),
        (Kind.SIGHTING, 2**32 - 1),
    ],
)
def test_a_body_is_never_longer_than_its_kind_allows(kind: Kind, length: int) -> None:
    with pytest.raises(ProtocolError):
        decode_header(encode_header(kind, length), expected=kind)


def test_a_message_of_another_kind_than_expected_is_refused() -> None:
    with pytest.raises(ProtocolError):
        decode_header(encode_header(Kind.PICTURE, 10), expected=Kind.SIGHTING)


@given(header=st.binary(max_size=HEADER_SIZE + 2), kind=st.sampled_from(Kind))
def test_invalid_bytes_in_place_of_a_header_are_rejected(
    header: bytes, kind: Kind
) -> None:
    try:
        length = decode_header(header, expected=kind)
    except ProtocolError:
        return
    assert header == encode_header(kind, length)


@given(body=st.binary(max_size=64))
def test_invalid_bytes_in_place_of_a_sighting_are_rejected(body: bytes) -> None:
    try:
        sighting = decode_sighting(body, dimension=4)
    except ProtocolError:
        return
    assert (sighting.guidance is None) == (sighting.template is not None)


@given(body=st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_invalid_bytes_in_place_of_a_hello_are_rejected(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_hello(body)
