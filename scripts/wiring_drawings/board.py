"""The wiring of one board: what is soldered to which pin."""

from .symbols import OPTION, PLUS, SIGNAL, Sheet

# Substitution of the pin, what hangs on it, a word about it, how it is supplied.
INPUTS = [
    ("pulse_pin", "Pulse sensor", "slotted disc or Hall, open collector", "3.3 V"),
    ("cover_pin", "Cover switch", "closed while the cover is shut", ""),
    ("paper_out_pin", "Paper sensor", "low while there is paper", "3.3 V"),
    ("button_pin", "Visitor's button", "face · 1 s: no face · 5 s: forget me", ""),
    ("presence_pin", "Presence sensor", "PIR or radar, 3.3 V output", "5 V"),
]
OPTIONS = [
    ("second_button_pin", "Second button", "no face · 5 s: urgent need"),
    ("paper_low_pin", "Low-paper switch", "closed while there is enough"),
    ("second_switch_pin", "Second switch", "in the motor's supply"),
    ("led_pin", "LED ring", "WS2812, 330 Ω in the line"),
    ("buzzer_pin", "Buzzer", "passive"),
]
BUS = [("sda_pin", "SDA"), ("scl_pin", "SCL")]


def draw(board: str, title: str, pins: dict[str, str]) -> str:
    """Return the drawing of a board; `pins` are the substitutions of its configuration."""
    sheet = Sheet(1120, 820, f"Wiring: {board}", title)
    sheet.box(410, 100, 230, 660, fill="#e9f0ea")
    sheet.text(525, 128, board.upper(), size=16, weight=600, anchor="middle")
    _inputs(sheet, pins)
    _motor(sheet, pins["motor_pin"])
    _options(sheet, board, pins)
    _power(sheet)
    sheet.text(
        28,
        802,
        "Solid: every dispenser. Dashed: options. Where two options name one pin, only one of them can be there.",
        size=12,
        colour="#555",
    )
    return sheet.svg()


def _pin(
    sheet: Sheet, y: float, name: str, *, right: bool, option: bool = False
) -> float:
    """Draw a pin of the board; return where its wire begins."""
    colour = OPTION if option else SIGNAL
    if right:
        sheet.box(610, y - 9, 36, 18, fill="#fff", colour=colour, radius=2)
        sheet.text(602, y + 5, name, size=12, weight=600, anchor="end")
        return 646
    sheet.box(404, y - 9, 36, 18, fill="#fff", colour=colour, radius=2)
    sheet.text(448, y + 5, name, size=12, weight=600)
    return 404


def _inputs(sheet: Sheet, pins: dict[str, str]) -> None:
    for row, (key, name, note, volts) in enumerate(INPUTS):
        y = 172 + row * 100
        sheet.module(28, y - 26, 250, name, note)
        wire = _pin(sheet, y, pins[key], right=False)
        sheet.line((278, y), (wire, y), colour=SIGNAL)
        sheet.line((258, y + 26), (258, y + 34))
        sheet.ground(258, y + 34)
        if volts:
            sheet.line((120, y - 26), (120, y - 30), colour=PLUS)
            sheet.supply(120, y - 30, volts)


def _motor(sheet: Sheet, pin: str) -> None:
    y = 250
    wire = _pin(sheet, y, pin, right=True)
    sheet.line((wire, y), (680, y), colour=SIGNAL)
    sheet.resistor(680, y, "100 Ω")
    sheet.line((720, y), (800, y), colour=SIGNAL)
    sheet.node(760, y, SIGNAL)
    sheet.line((760, y), (760, y + 18))
    sheet.resistor(760, y + 18, "10 kΩ", upright=True)
    sheet.line((760, y + 58), (760, y + 66))
    sheet.ground(760, y + 66)
    sheet.mosfet(800, y)
    sheet.text(848, y + 5, "AO3400, or a D4184 module", size=12)
    sheet.line((834, y + 32), (834, y + 66))
    sheet.ground(834, y + 66)
    sheet.line((834, y - 32), (834, y - 52), (834, 176))
    sheet.motor(834, 154)
    sheet.line((834, 132), (834, 116), colour=PLUS)
    sheet.supply(834, 116, "12 V")
    sheet.node(834, 120, PLUS)
    sheet.node(834, 190)
    sheet.line((834, 120), (760, 120), (760, 138))
    sheet.diode(760, 138, "1N5819")
    sheet.line((760, 170), (760, 190), (834, 190))
    sheet.text(866, 150, "gear motor of the dispenser,", size=12)
    sheet.text(866, 166, "in series: a fuse (2 × its current)", size=12)


def _options(sheet: Sheet, board: str, pins: dict[str, str]) -> None:
    rows = [one for one in OPTIONS if not (one[0] == "led_pin" and board == "esp8266")]
    for row, (key, name, note) in enumerate(rows):
        y = 380 + row * 62
        wire = _pin(sheet, y, pins[key], right=True, option=True)
        sheet.line((wire, y), (760, y), colour=OPTION, dashed=True)
        sheet.module(760, y - 26, 250, name, note, option=True)
    top = 380 + len(rows) * 62
    for line, (key, _) in enumerate(BUS):
        y = top + line * 24 - 12
        wire = _pin(sheet, y, pins[key], right=True, option=True)
        sheet.line((wire, y), (760, y), colour=OPTION, dashed=True)
        sheet.text(700, y - 5, BUS[line][1], size=12, colour=OPTION)
    sheet.module(
        760,
        top - 26,
        250,
        "OLED · INA219 · VL53L0X",
        "on one I²C bus, 3.3 V",
        option=True,
    )


def _power(sheet: Sheet) -> None:
    y = 690
    sheet.module(
        28,
        y - 26,
        250,
        "Converter 12 V → 5 V, 2 A",
        "feeds the board; all GND are joined",
    )
    sheet.line((120, y - 26), (120, y - 30), colour=PLUS)
    sheet.supply(120, y - 30, "12 V")
    sheet.line((258, y + 26), (258, y + 34))
    sheet.ground(258, y + 34)
    sheet.box(404, y - 9, 36, 18, fill="#fff", colour=PLUS, radius=2)
    sheet.text(448, y + 5, "5 V", size=12, weight=600)
    sheet.line((278, y), (404, y), colour=PLUS)
    sheet.line((525, 760), (525, 762))
    sheet.ground(525, 762)
