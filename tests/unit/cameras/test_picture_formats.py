"""What a manager is told of pictures that cannot be read: their format, by its name."""

from io import BytesIO

from PIL import Image
import pytest

from custom_components.facequota.cameras.source import format_of


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((kind, kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "AVIF")),
        ("WEBP", "WebP"),
        ("JPEG2000", "JPEG 2000"),
    ],
)
def test_a_picture_is_named_by_its_format(kind: str, name: str) -> None:
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, kind)
    assert format_of(file.getvalue()) == name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0\0\x20ftypheic" + bytes(20), "HEIC"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "MP4"),
        (b"\0\0\0\1\x67\x42", "H.264 / H.265"),
        (b"\r\n<!doctype html><title>Log in</title>", "HTML"),
        (b'<?xml version="1.0"?><error/>', "XML"),
        (b'{"error": "busy"}', "JSON"),
        (b"", "?"),
        (b"busy", "?"),
    ],
)
def test_bytes_that_are_not_a_picture_are_named_too(content: bytes, name: str) -> None:
    assert format_of(content) == name
