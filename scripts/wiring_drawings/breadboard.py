"""The shortest way to paper on a breadboard: where each wire goes."""

from .symbols import MINUS, PLUS, SIGNAL, Sheet

PITCH = 22
LEFT, TOP = 60, 130
COLUMNS = 24
# Where the parts are: the first column of each, from 0.
BOARD, BUTTON = 1, 19


def draw(pins: dict[str, str]) -> str:
    """Return the drawing; `pins` are the substitutions of starter.yaml."""
    sheet = Sheet(
        980,
        620,
        "Quick start: the starter on a breadboard",
        "One ESP32 board, one relay module, one button. Red is plus, black is minus, blue is a signal.",
    )
    _breadboard(sheet)
    _board(sheet, pins)
    _button(sheet, pins["button_pin"])
    _relay(sheet, pins["motor_pin"])
    sheet.text(
        28,
        596,
        "The holes of a column are joined, five above the middle and five below; so is each long row. Go by the names on your board.",
        size=12,
        colour="#555",
    )
    return sheet.svg()


def _x(column: float) -> float:
    return LEFT + column * PITCH


def _y(row: float) -> float:
    """Rows 0 and 1 are the long ones, 3 to 7 lie above the middle, 9 to 13 below."""
    return TOP + row * PITCH


def _breadboard(sheet: Sheet) -> None:
    sheet.box(
        _x(-1),
        _y(-1),
        (COLUMNS + 1) * PITCH,
        16 * PITCH,
        fill="#fbfaf4",
        colour="#c9c4b0",
    )
    for row, colour in ((0, PLUS), (1, MINUS)):
        sheet.line(
            (_x(-0.6), _y(row - 0.45)),
            (_x(COLUMNS - 0.4), _y(row - 0.45)),
            colour=colour,
            width=1,
        )
    for row in (0, 1, *range(3, 8), *range(9, 14)):
        for column in range(COLUMNS):
            sheet.circle(_x(column), _y(row), 2, fill="#888", colour="#888")


def _board(sheet: Sheet, pins: dict[str, str]) -> None:
    """Draw the ESP32 across the middle, with the pins that are used."""
    sheet.box(
        _x(BOARD - 0.6),
        _y(4.4),
        15.2 * PITCH,
        7.2 * PITCH,
        fill="#22313a",
        colour="#22313a",
    )
    sheet.box(_x(BOARD - 1.3), _y(7), 30, 2 * PITCH, fill="#b9bdc2", radius=3)
    sheet.text(
        _x(BOARD + 7),
        _y(8.2),
        "ESP32 DevKit",
        size=17,
        weight=600,
        colour="#fff",
        anchor="middle",
    )
    for column, name in (
        (1, "5V"),
        (3, "GND"),
        (7, pins["motor_pin"]),
        (11, pins["button_pin"]),
    ):
        x = _x(BOARD + column)
        sheet.circle(x, _y(5), 4, fill="#e0b341")
        sheet.text(x, _y(6), name, size=11, weight=600, colour="#fff", anchor="middle")
    for column, row, colour in ((1, 0, PLUS), (3, 1, MINUS)):
        sheet.line(
            (_x(BOARD + column), _y(4)),
            (_x(BOARD + column), _y(row)),
            colour=colour,
            width=3,
        )


def _button(sheet: Sheet, pin: str) -> None:
    """Draw the button across the middle: one side to its pin, the other to GND."""
    x, y = _x(BUTTON), _y(7)
    sheet.box(x - 10, y - 8, 2 * PITCH + 20, 2 * PITCH + 16, fill="#3a3a3a")
    sheet.circle(x + PITCH, y + PITCH, 15, fill="#c0392b")
    sheet.text(
        x + PITCH,
        y + 7.6 * PITCH,
        "button",
        size=12,
        weight=600,
        anchor="middle",
    )
    pin_x = _x(BOARD + 11)
    sheet.line(
        (pin_x, _y(4)),
        (pin_x, _y(2.4)),
        (x, _y(2.4)),
        (x, _y(6)),
        colour=SIGNAL,
        width=3,
    )
    sheet.text((pin_x + x) / 2, _y(2.1), pin, size=11, colour=SIGNAL, anchor="middle")
    sheet.line((x + 2 * PITCH, _y(6)), (x + 2 * PITCH, _y(1)), width=3)


def _relay(sheet: Sheet, pin: str) -> None:
    """Draw the relay module beside the breadboard, with the motor's circuit of its own."""
    x, y = 690, 150
    sheet.box(x, y, 250, 130, fill="#e3ecf7")
    sheet.text(x + 14, y + 26, "Relay module, 5 V", weight=600)
    sheet.text(x + 14, y + 44, "optocoupler, on by a low pin", size=12, colour="#555")
    wires = [
        ("VCC", PLUS, 0.0, (COLUMNS - 1, 0)),
        ("GND", MINUS, 26.0, (COLUMNS - 1, 1)),
    ]
    for name, colour, down, (column, row) in wires:
        sheet.text(x + 14, y + 74 + down, name, size=12, weight=600)
        sheet.line(
            (_x(column), _y(row)),
            (640 + down, _y(row)),
            (640 + down, y + 70 + down),
            (x, y + 70 + down),
            colour=colour,
            width=3,
        )
    sheet.text(x + 14, y + 122, "IN", size=12, weight=600)
    pin_x = _x(BOARD + 7)
    sheet.line(
        (pin_x, _y(4)),
        (pin_x, 96),
        (626, 96),
        (626, y + 118),
        (x, y + 118),
        colour=SIGNAL,
        width=3,
    )
    sheet.text(600, 90, pin, size=11, colour=SIGNAL, anchor="end")
    sheet.text(x + 236, y + 74, "COM", size=12, weight=600, anchor="end")
    sheet.text(x + 236, y + 112, "NO", size=12, weight=600, anchor="end")
    sheet.line(
        (x + 250, y + 70),
        (x + 270, y + 70),
        (x + 270, 316),
        (930, 316),
        (930, 330),
        colour=PLUS,
    )
    sheet.line(
        (x + 250, y + 108), (x + 258, y + 108), (x + 258, 300), (820, 300), (820, 348)
    )
    sheet.motor(820, 370)
    sheet.text(790, 374, "motor", size=12, anchor="end")
    sheet.line((820, 392), (820, 470), (880, 470))
    sheet.box(880, 330, 72, 160, fill="#fff")
    sheet.text(916, 404, "12 V", weight=600, anchor="middle")
    sheet.text(916, 424, "supply", size=12, anchor="middle")
    sheet.text(926, 346, "+", weight=600, colour=PLUS, anchor="end")
    sheet.text(888, 474, "−", weight=600)
    sheet.text(
        690,
        530,
        "The motor's circuit touches the board nowhere.",
        size=12,
        colour="#555",
    )
