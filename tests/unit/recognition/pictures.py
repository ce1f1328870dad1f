"""Pictures that a broken, cheap or hostile camera might send."""

from functools import cache
from io import BytesIO
from pathlib import Path
import struct
import zlib

import numpy as np
from PIL import Image

from custom_components.facequota.recognition.engine import Unreadable


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return the bytes of an image file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(width: int, height: int) -> Image.Image:
    """Return a picture without a face."""
    values = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return Image.fromarray(values)


def png_that_promises(width: int, height: int) -> bytes:
    """Return a tiny PNG whose header claims a size; its pixels are zeros for ever."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack("!I", zlib.crc32(kind + content))
        return struct.pack("!I", len(content)) + kind + content + check

    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )


@cache
def unusable() -> dict[str, tuple[bytes, Unreadable]]:
    """Return what cannot be read as a picture, and what is told of it, by name."""
    jpeg = encoded(noise(320, 240))
    png = encoded(noise(320, 240), "PNG")
    return {
        "empty": (b"", Unreadable.EMPTY),
        "one byte": (b"\xff", Unreadable.UNKNOWN_FORMAT),
        "text": (b"<html>401 Unauthorized</html>" * 20, Unreadable.TEXT),
        "truncated jpeg": (jpeg[: len(jpeg) // 2], Unreadable.BROKEN),
        "header of a jpeg only": (jpeg[:200], Unreadable.BROKEN),
        "jpeg that ends with its header": (jpeg[:700], Unreadable.BROKEN),
        "truncated png": (png[: len(png) // 2], Unreadable.BROKEN),
        "png with a broken checksum": (
            png[:500] + b"\0" + png[501:],
            Unreadable.BROKEN,
        ),
        "one pixel": (encoded(Image.new("RGB", (1, 1))), Unreadable.TOO_SMALL),
        "a line": (
            encoded(Image.new("RGB", (4000, 2)), "PNG"),
            Unreadable.TOO_SMALL,
        ),
        "gif": (encoded(noise(320, 240), "GIF"), Unreadable.GIF),
        "bmp": (encoded(noise(320, 240), "BMP"), Unreadable.BMP),
        "tiff": (encoded(noise(320, 240), "TIFF"), Unreadable.TIFF),
        "webp": (encoded(noise(320, 240), "WEBP"), Unreadable.WEBP),
        "avif": (b"\0\0\0\x20ftypavif" + bytes(200), Unreadable.AVIF),
        "heif": (b"\0\0\0\x20ftypheic" + bytes(200), Unreadable.HEIF),
        "mp4": (b"\0\0\0\x20ftypisom" + bytes(200), Unreadable.MP4),
        "raw h.264": (b"\0\0\0\x01\x67\x42" + bytes(200), Unreadable.H264),
        "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", Unreadable.JPEG_2000),
        "decompression bomb": (png_that_promises(60_000, 60_000), Unreadable.TOO_LARGE),
        "bomb below the limit": (png_that_promises(4096, 4096), Unreadable.BROKEN),
        "huge jpeg": (
            encoded(Image.new("RGB", (8000, 8000))),
            Unreadable.TOO_LARGE,
        ),
    }


def readable(portrait: Path) -> dict[str, bytes]:
    """Return one face in every form that a camera may send it, by name."""
    image = Image.open(portrait).convert("RGB")
    grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
    turned = Image.Exif()
    turned[0x0112] = 6  # turn a quarter clockwise to see it upright
    broken_exif = encoded(image, exif=b"Exif\0\0II*\0\xff\xff\xff\xff" * 3)
    return {
        "jpeg": encoded(image),
        "jpeg without its end marker": encoded(image)[:-2],
        "jpeg with half an end marker": encoded(image)[:-1],
        "jpeg followed by zeros": encoded(image) + bytes(512),
        "png": encoded(image, "PNG"),
        "progressive jpeg": encoded(image, progressive=True),
        "greyscale jpeg": encoded(image.convert("L")),
        "greyscale png": encoded(image.convert("L"), "PNG"),
        "cmyk jpeg": encoded(image.convert("CMYK")),
        "png with alpha": encoded(image.convert("RGBA"), "PNG"),
        "palette png": encoded(image.quantize(256), "PNG"),
        "16-bit png": encoded(Image.fromarray(grey), "PNG"),
        "turned by exif": encoded(image.rotate(90, expand=True), exif=turned),
        "16-bit png turned by exif": encoded(
            Image.fromarray(np.rot90(grey)), "PNG", exif=turned
        ),
        "greyscale png with alpha": encoded(image.convert("LA"), "PNG"),
        "several jpegs joined": encoded(image) + encoded(noise(320, 240)),
        "several jpegs in one file": encoded(
            image, "MPO", save_all=True, append_images=[noise(320, 240)]
        ),
        "broken exif": broken_exif,
        "full hd": encoded(image.resize((1440, 1080))),
        "twelve megapixels": encoded(image.resize((4000, 3000))),
        "twelve megapixels, progressive": encoded(
            image.resize((4000, 3000)), progressive=True
        ),
        "large cmyk jpeg": encoded(image.resize((2560, 1920)).convert("CMYK")),
        "large png with alpha": encoded(
            image.resize((2560, 1920)).convert("RGBA"), "PNG", compress_level=1
        ),
        "large 16-bit png": encoded(
            Image.fromarray(grey).resize((2560, 1920), Image.Resampling.NEAREST),
            "PNG",
            compress_level=1,
        ),
        "large and turned by exif": encoded(
            image.rotate(90, expand=True).resize((3000, 4000)), exif=turned
        ),
        "large png": encoded(image.resize((2560, 1920)), "PNG", compress_level=1),
        "small": encoded(image.resize((320, 240))),
    }
