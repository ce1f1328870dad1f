"""The motors that a dispenser can have, and what each needs between pin and motor."""

from .symbols import PLUS, SIGNAL, Sheet

PITCH = 34


def draw() -> str:
    """Return the drawing of the drivers side by side; the MOSFET is in each board's drawing."""
    sheet = Sheet(
        1120,
        650,
        "Motors and their drivers",
        "In each of them the motor pin alone can cut the power, because the interrupt that counts the paper switches it off.",
    )
    panels = [
        ("relay", "A module with optocoupler: a low pin switches it on.", _relay),
        (
            "hbridge",
            "L298N, TB6612, DRV8833: the motor pin on ENA, STBY or nSLEEP.",
            _hbridge,
        ),
        ("servo", "Continuous rotation: the motor pin switches its supply.", _servo),
        (
            "stepper",
            "A4988, DRV8825, TMC2209: the motor pin on SLEEP or ENABLE.",
            _stepper,
        ),
    ]
    for place, (name, note, draw_one) in enumerate(panels):
        x = 28 + (place % 2) * 540
        y = 88 + (place // 2) * 278
        sheet.box(x, y, 524, 262, fill="#fcfcfb", colour="#bbb")
        sheet.text(x + 16, y + 28, f"motor: {name}", size=16, weight=600)
        sheet.text(x + 16, y + 48, note, size=12, colour="#555")
        draw_one(sheet, x, y + 130)
    return sheet.svg()


def _driver(
    sheet: Sheet, x: float, y: float, name: str, pins: list[tuple[str, str]], volts: str
) -> None:
    """Draw a driver at x+180 … x+350: pins of the board with wires to its inputs, supply above, GND below."""
    height = len(pins) * PITCH + 34
    sheet.box(x + 180, y - 46, 170, height, fill="#f3f6fb")
    sheet.text(x + 192, y - 26, name, weight=600)
    for row, (pin, there) in enumerate(pins):
        wire = y + row * PITCH
        sheet.text(x + 16, wire + 4, pin, size=12, weight=600, colour=SIGNAL)
        if pin:
            sheet.line((x + 148, wire), (x + 180, wire), colour=SIGNAL)
        sheet.text(x + 192, wire + 4, there, size=12)
    sheet.line((x + 325, y - 46), (x + 325, y - 50), colour=PLUS)
    sheet.supply(x + 325, y - 50, volts)
    sheet.line((x + 325, y - 46 + height), (x + 325, y - 38 + height))
    sheet.ground(x + 325, y - 38 + height)


def _motor(sheet: Sheet, x: float, y: float) -> None:
    """Draw a motor with both ends on the driver."""
    sheet.line((x + 350, y - 12), (x + 440, y - 12), (x + 440, y))
    sheet.motor(x + 440, y + 22)
    sheet.line((x + 440, y + 44), (x + 440, y + 48), (x + 350, y + 48))


def _relay(sheet: Sheet, x: float, y: float) -> None:
    _driver(
        sheet, x, y, "relay", [("motor_pin", "IN"), ("", "contact: COM, NO")], "5 V"
    )
    sheet.line((x + 350, y - 12), (x + 385, y - 12), colour=PLUS)
    sheet.line((x + 385, y - 12), (x + 385, y - 50), colour=PLUS)
    sheet.supply(x + 385, y - 50, "12 V")
    sheet.text(x + 356, y - 18, "COM", size=11)
    sheet.line((x + 350, y + 12), (x + 440, y + 12), (x + 440, y + 20))
    sheet.text(x + 356, y + 26, "NO", size=11)
    sheet.motor(x + 440, y + 42)
    sheet.line((x + 440, y + 64), (x + 440, y + 78))
    sheet.ground(x + 440, y + 78)
    sheet.node(x + 440, y + 14)
    sheet.node(x + 440, y + 74)
    sheet.line((x + 440, y + 14), (x + 490, y + 14), (x + 490, y + 28))
    sheet.diode(x + 490, y + 28, "")
    sheet.line((x + 490, y + 60), (x + 490, y + 74), (x + 440, y + 74))


def _hbridge(sheet: Sheet, x: float, y: float) -> None:
    pins = [
        ("motor_pin", "ENA, 10 kΩ to GND"),
        ("bridge_forward_pin", "IN1"),
        ("bridge_reverse_pin", "IN2"),
    ]
    _driver(sheet, x, y, "H-bridge", pins, "12 V")
    _motor(sheet, x, y)


def _servo(sheet: Sheet, x: float, y: float) -> None:
    pins = [("motor_pin", "gate of the MOSFET"), ("signal_pin", "signal of the servo")]
    _driver(sheet, x, y, "MOSFET and servo", pins, "5 V")
    _motor(sheet, x, y)
    sheet.text(
        x + 16,
        y + 104,
        "The MOSFET is in the servo's GND line, with 100 Ω and 10 kΩ as for",
        size=12,
        colour="#555",
    )
    sheet.text(
        x + 16,
        y + 120,
        "a DC motor; 470 µF between 5 V and GND at the servo.",
        size=12,
        colour="#555",
    )


def _stepper(sheet: Sheet, x: float, y: float) -> None:
    pins = [
        ("motor_pin", "SLEEP, 10 kΩ to GND"),
        ("signal_pin", "STEP"),
        ("direction_pin", "DIR"),
    ]
    _driver(sheet, x, y, "driver", pins, "12 V")
    _motor(sheet, x, y)
