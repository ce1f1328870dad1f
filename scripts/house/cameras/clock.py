"""The time at which a picture was taken, drawn into it: digits for people, cells for programs.

The cells are a row of light and dark fields over the whole width of the picture, which
survives JPEG, H.264 and scaling: 32 bits of milliseconds and 8 bits that check them.
"""

from functools import cache
from io import BytesIO
import time
from typing import Final
from zlib import crc32

from PIL import Image, ImageDraw, ImageFont

CELLS: Final = 40
# Of the picture's height.
CELLS_HIGH: Final = 1 / 36
LIGHT: Final = 235
DARK: Final = 20
MODULUS: Final = 1 << 32


def milliseconds(moment: float) -> int:
    """Return a moment (Unix time in s) in ms, modulo 49 days, which fits into a picture."""
    return int(moment * 1000) % MODULUS


def draw(picture: Image.Image, moment: float) -> None:
    """Draw a moment (Unix time in s) into a picture (RGB)."""
    taken_ms = milliseconds(moment)
    number = taken_ms << 8 | _check(taken_ms)
    cells = Image.new("L", (CELLS, 1))
    cells.putdata(
        [LIGHT if number >> place & 1 else DARK for place in reversed(range(CELLS))]
    )
    high = round(picture.height * CELLS_HIGH)
    row = cells.resize((picture.width, high), Image.Resampling.NEAREST)
    picture.paste(row.convert("RGB"), (0, 0))
    digits = time.strftime("%H:%M:%S", time.gmtime(moment))
    ImageDraw.Draw(picture).text(
        (8, high + 4),
        f"{digits}.{int(moment * 1000) % 1000:03d}",
        font=_font(high),
        fill=(255, 255, 255),
        stroke_width=1,
        stroke_fill=(0, 0, 0),
    )


def read(picture: Image.Image) -> int | None:
    """Return the milliseconds drawn into a picture, None where there are none to read."""
    high = round(picture.height * CELLS_HIGH)
    # The edges of the cells are blurred: only their middle counts.
    row = picture.convert("L").crop((0, high // 4, picture.width, high - high // 4))
    wide = row.resize((CELLS * 4, 1), Image.Resampling.BOX)
    values = [wide.getpixel((4 * cell + 1, 0)) for cell in range(CELLS)]
    number = 0
    for value in values:
        assert isinstance(value, int | float)
        number = number << 1 | (value > (LIGHT + DARK) / 2)
    taken_ms = number >> 8
    return taken_ms if number & 0xFF == _check(taken_ms) else None


def age_ms(picture: bytes, moment: float) -> int | None:
    """Return how old an encoded picture was at a moment, None without a clock in it."""
    with Image.open(BytesIO(picture)) as opened:
        taken_ms = read(opened)
    if taken_ms is None:
        return None
    age = (milliseconds(moment) - taken_ms) % MODULUS
    return age - MODULUS if age > MODULUS // 2 else age


def _check(taken_ms: int) -> int:
    """Return the eight bits that check a moment."""
    # Neither only light nor only dark fields are a valid moment.
    return crc32(taken_ms.to_bytes(4)) & 0xFF ^ 0xA5


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font."""
    return ImageFont.load_default(size)
