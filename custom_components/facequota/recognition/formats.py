"""The format of bytes that cannot be read as a picture, by their beginning."""

from .engine import Unreadable

_BEGINNINGS = (
    (b"BM", Unreadable.BMP),
    (b"GIF8", Unreadable.GIF),
    (b"II*\0", Unreadable.TIFF),
    (b"MM\0*", Unreadable.TIFF),
    (b"\xff\x4f\xff\x51", Unreadable.JPEG_2000),
    (b"\0\0\0\x0cjP  ", Unreadable.JPEG_2000),
    # A raw stream of H.264 or H.265 begins every part with a start code.
    (b"\0\0\0\x01", Unreadable.H264),
    (b"\0\0\x01", Unreadable.H264),
    (b"\xff\xd8", Unreadable.BROKEN),
    (b"\x89PNG", Unreadable.BROKEN),
)

_RIFF, _WEBP = b"RIFF", b"WEBP"

# ISO/IEC 14496-12: four bytes of length, then the type of the box and its brand.
_FILE_TYPE = b"ftyp"
_BRANDS = {
    b"avif": Unreadable.AVIF,
    b"avis": Unreadable.AVIF,
    b"heic": Unreadable.HEIF,
    b"heix": Unreadable.HEIF,
    b"mif1": Unreadable.HEIF,
    b"msf1": Unreadable.HEIF,
}

_LOOKED_AT = 16


def what_it_is(data: bytes) -> Unreadable:
    """Return the format of bytes that no decoder could, or may, read."""
    if not data:
        return Unreadable.EMPTY
    if data.startswith(_RIFF) and data[8:12] == _WEBP:
        return Unreadable.WEBP
    if data[4:8] == _FILE_TYPE:
        return _BRANDS.get(data[8:12], Unreadable.MP4)
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning):
            return what
    # A page that asks for a password, or a text that says why there is no picture.
    is_text = all(
        0x20 <= byte < 0x7F or byte in b"\t\r\n" for byte in data[:_LOOKED_AT]
    )
    return Unreadable.TEXT if is_text else Unreadable.UNKNOWN_FORMAT
