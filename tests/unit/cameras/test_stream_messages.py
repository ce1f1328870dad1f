"""Messages of a stream reader are checked before they are used."""

import math
import struct

import pytest

from custom_components.facequota.recognition.message_parts import ProtocolError
from custom_components.facequota.recognition.messages import MAX_PICTURE_BYTES
from custom_components.facequota.recognition.stream_messages import (
    HEADER_SIZE,
    PICTURE_HEAD_SIZE,
    Answer,
    Question,
    decode_address,
    decode_header,
    decode_picture,
    encode,
    encode_address,
    encode_picture,
)


def test_what_is_sent_is_what_arrives() -> None:
    body = encode_picture(12.5, b"\xff\xd8")
    message = encode(Answer.PICTURE, body)
    header, rest = message[:HEADER_SIZE], message[HEADER_SIZE:]
    assert decode_header(header, Answer) == (Answer.PICTURE, len(body))
    assert decode_picture(rest) == (12.5, b"\xff\xd8")
    assert decode_picture(encode_picture(-math.inf, b"x")) == (-math.inf, b"x")
    address = ("rtsp://camera/1", {"rtsp_transport": "udp"})
    assert decode_address(encode_address(*address)) == address


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\0" * HEADER_SIZE,
        encode(Answer.FAILED)[:-1],
        struct.pack("!BI", 99, 0),
        struct.pack("!BI", Answer.FAILED, 201),
        struct.pack("!BI", Answer.PICTURE, PICTURE_HEAD_SIZE + MAX_PICTURE_BYTES + 1),
    ],
)
def test_an_invalid_header_is_refused(header: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_header(header, Answer)


def test_a_picture_has_a_time_and_bytes() -> None:
    for body in (b"", struct.pack("!d", 1.0), struct.pack("!d", math.nan) + b"x"):
        with pytest.raises(ProtocolError):
            decode_picture(body)


def test_questions_and_answers_are_not_mixed_up() -> None:
    assert decode_header(encode(Question.CLOSE), Question) == (Question.CLOSE, 0)
    with pytest.raises(ProtocolError):
        decode_header(encode(Question.OPEN, bytes(20_000))[:HEADER_SIZE], Question)
