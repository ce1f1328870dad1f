"""The pictures in a stream, also from cameras that do not follow the standard."""

from itertools import batched

import pytest

from custom_components.facequota.cameras.multipart import Multipart, boundary_of
from custom_components.facequota.cameras.source import MAX_PICTURE_BYTES, CameraError

# A JPEG with a thumbnail in it: an end marker that is not the end.
JPEG = b"\xff\xd8 thumb \xff\xd9 rest " + bytes(range(256)) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


def part(body: bytes, *heads: bytes, line: bytes = b"\r\n") -> bytes:
    """Return a part as it is sent."""
    return line.join([b"--frame", *heads, b"", body, b""])


def length(body: bytes) -> bytes:
    """Return a part's Content-Length."""
    return b"Content-Length: %d" % len(body)


def pictures(stream: bytes, step: int = 0, boundary: bytes = b"frame") -> list[bytes]:
    """Return the pictures of a stream that comes in pieces of `step` bytes."""
    parts = Multipart(boundary)
    pieces = map(bytes, batched(stream, step or len(stream)))  # noqa: B911
    return [picture for piece in pieces for picture in parts.feed(piece)]


@pytest.mark.parametrize("step", [0, 1, 7, 100])
@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
def test_a_part_with_a_length_is_whole_with_its_last_byte(
    step: int, line: bytes
) -> None:
    for body in (JPEG, PNG):
        stream = part(body, b"Content-Type: image/jpeg", length(body), line=line)
        assert pictures(stream[: -len(line)], step) == [body]


@pytest.mark.parametrize("step", [0, 100])
def test_a_part_without_a_length_ends_at_the_next_boundary(step: int) -> None:
    assert pictures(part(PNG) + part(PNG) + b"--frame", step) == [PNG, PNG]


def test_a_jpeg_without_a_length_does_not_wait_for_the_next_boundary() -> None:
    """That comes with the next picture only."""
    assert pictures(part(JPEG, b"Content-Type: image/jpeg")) == [JPEG]
    parts = Multipart(b"frame")
    assert list(parts.feed(part(JPEG))) == [JPEG]
    assert list(parts.feed(part(JPEG))) == [JPEG]


@pytest.mark.parametrize("step", [0, 1, 100])
@pytest.mark.parametrize(
    "kind", [b"text/plain", b"", b"image/jpg", b"video/x-jpeg", b"Image/JPEG; a=b"]
)
def test_a_picture_is_one_whatever_type_it_is_sent_by(kind: bytes, step: int) -> None:
    for body in (JPEG, PNG):
        stream = part(body, b"Content-Type: " + kind, length(body))
        assert pictures(stream * 2, step) == [body, body]


@pytest.mark.parametrize("step", [0, 100])
@pytest.mark.parametrize("heads", [(), (length(JPEG),)], ids=["without", "length"])
def test_a_boundary_that_is_not_named_is_the_first_line_with_dashes(
    step: int, heads: tuple[bytes, ...]
) -> None:
    sent = b"\r\n" + part(JPEG, b"Content-Type: image/jpeg", *heads) * 3
    assert pictures(sent, step, b"") == [JPEG, JPEG, JPEG]


@pytest.mark.parametrize("step", [0, 1, 100])
def test_a_boundary_may_be_named_other_than_it_is_sent(step: int) -> None:
    sent = part(JPEG, b"Content-Type: image/jpeg", length(JPEG)) * 3
    for named in (b"camera", b"'frame'"):
        assert pictures(sent, step, named) == [JPEG, JPEG, JPEG]


def test_a_page_is_no_stream_whose_boundary_is_not_named() -> None:
    with pytest.raises(CameraError):
        pictures(b"<!-- Camera -->\n<h1>Camera</h1>\n" * 1000, 100, b"")


def test_bytes_that_are_not_a_picture_are_left_out() -> None:
    page = part(b"<html>", b"Content-Type: text/html", length(b"<html>"))
    assert pictures(b"garbage" * 5000 + page + part(JPEG, length(JPEG))) == [JPEG]


@pytest.mark.parametrize("wrong", [1, len(JPEG) - 20, len(JPEG) + 20])
def test_a_wrong_length_costs_no_picture(wrong: int) -> None:
    parts = part(JPEG, b"Content-Length: %d" % wrong) * 4
    assert pictures(parts)[:3] == [JPEG, JPEG, JPEG]


def test_a_length_may_count_what_follows_the_picture() -> None:
    assert pictures(part(JPEG, b"Content-Length: %d" % (len(JPEG) + 2)) * 2) == [
        JPEG + b"\r\n",
        JPEG + b"\r\n",
    ]


@pytest.mark.parametrize("heads", [(), (length(JPEG),)], ids=["without", "length"])
@pytest.mark.parametrize("dashes", [b"", b"--", b"----"])
def test_a_boundary_is_looked_for_as_it_is_sent(
    dashes: bytes, heads: tuple[bytes, ...]
) -> None:
    sent = part(JPEG, *heads).replace(b"--frame", dashes + b"frame")
    assert pictures(sent * 3, 100) == [JPEG, JPEG, JPEG]


def test_empty_lines_before_a_picture_are_not_part_of_it() -> None:
    sent = part(b"\r\n\r\n" + JPEG, length(JPEG))
    assert pictures(sent * 2) == [JPEG, JPEG]


def test_no_more_than_one_picture_is_ever_kept() -> None:
    with pytest.raises(CameraError):
        pictures(part(b"", b"Content-Length: %d" % (MAX_PICTURE_BYTES + 1)))
    with pytest.raises(CameraError):
        pictures(part(b"\xff\xd8" + bytes(MAX_PICTURE_BYTES + 1)))
    with pytest.raises(CameraError):
        pictures(b"--frame\r\n" + b"Name: value\r\n" * 1000)


def test_a_boundary_is_found_with_its_dashes_and_without() -> None:
    for named in ("frame", "--frame", '"frame"', '"--frame"'):
        assert boundary_of(f"multipart/x-mixed-replace; boundary={named}") == b"frame"
    for content_type in ("", "text/html", "multipart/x-mixed-replace", "image/jpeg"):
        assert boundary_of(content_type) == b""
