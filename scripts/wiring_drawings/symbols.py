"""The symbols of a circuit diagram, drawn into an SVG. Coordinates in pixels, y downwards."""

from html import escape

SIGNAL = "#1f5fbf"
PLUS = "#c62828"
MINUS = "#222222"
OPTION = "#6b6b6b"
FONT = "Inter, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"


class Sheet:
    """One drawing."""

    def __init__(self, width: int, height: int, title: str, subtitle: str) -> None:
        """Begin an empty sheet with a title."""
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []
        self.text(28, 40, title, size=22, weight=600)
        self.text(28, 62, subtitle, size=13, colour="#555")

    def svg(self) -> str:
        """Return the sheet as an SVG document."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'font-family="{FONT}" role="img" aria-label="{escape(self.title)}">\n'
            f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>\n'
        )
        return head + "\n".join(self._parts) + "\n</svg>\n"

    # --- strokes -------------------------------------------------------------------------------

    def line(
        self,
        *points: tuple[float, float],
        colour: str = MINUS,
        width: float = 1.8,
        dashed: bool = False,
        fill: str = "none",
    ) -> None:
        """Draw a line through the points."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self._parts.append(
            f'<polyline points="{path}" fill="{fill}" stroke="{colour}" stroke-width="{width:g}" '
            f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 13,
        weight: int = 400,
        colour: str = "#222",
        anchor: str = "start",
    ) -> None:
        """Write one line; `y` is its base line."""
        self._parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
            f'text-anchor="{anchor}">{escape(words)}</text>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "#f7f7f5",
        colour: str = MINUS,
        dashed: bool = False,
        radius: int = 6,
    ) -> None:
        """Draw a rectangle."""
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}" fill="{fill}" '
            f'stroke="{colour}" stroke-width="1.6"{dash}/>'
        )

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str = "#fff",
        colour: str = MINUS,
    ) -> None:
        """Draw a circle."""
        self._parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{colour}" stroke-width="1.6"/>'
        )

    def node(self, x: float, y: float, colour: str = MINUS) -> None:
        """Mark where wires are joined."""
        self.circle(x, y, 3.2, fill=colour, colour=colour)

    # --- symbols -------------------------------------------------------------------------------

    def ground(self, x: float, y: float) -> None:
        """Draw GND, its wire coming from above."""
        self.line((x, y), (x, y + 8))
        for half, down in ((9, 8), (6, 12), (3, 16)):
            self.line((x - half, y + down), (x + half, y + down))

    def supply(self, x: float, y: float, volts: str) -> None:
        """Draw a supply, its wire going down."""
        self.line((x, y), (x, y - 10), colour=PLUS)
        self.line((x - 9, y - 10), (x + 9, y - 10), colour=PLUS, width=2.4)
        self.text(x, y - 15, volts, size=12, weight=600, colour=PLUS, anchor="middle")

    def resistor(
        self, x: float, y: float, value: str, *, upright: bool = False
    ) -> None:
        """Draw a resistor, 40 long, beginning at the point."""
        if upright:
            self.box(x - 7, y, 14, 40, fill="#fff", radius=1)
            self.text(x + 13, y + 25, value, size=12)
        else:
            self.box(x, y - 7, 40, 14, fill="#fff", radius=1)
            self.text(x + 20, y - 12, value, size=12, anchor="middle")

    def diode(self, x: float, y: float, value: str) -> None:
        """Draw a diode, 30 high, beginning at the point, that conducts upwards."""
        self.line(
            (x - 9, y + 24), (x + 9, y + 24), (x, y + 8), (x - 9, y + 24), fill=MINUS
        )
        self.line((x - 9, y + 8), (x + 9, y + 8), width=2.2)
        self.line((x, y), (x, y + 8))
        self.line((x, y + 24), (x, y + 32))
        self.text(x - 14, y + 21, value, size=12, anchor="end")

    def motor(self, x: float, y: float) -> None:
        """Draw a motor around the point, its ends 22 above and below."""
        self.circle(x, y, 22)
        self.text(x, y + 7, "M", size=20, weight=600, anchor="middle")

    def mosfet(self, x: float, y: float) -> None:
        """Draw an N-channel MOSFET: gate at the point, drain at (x+34, y-32), source at (x+34, y+32)."""
        self.line((x, y), (x + 14, y))
        self.line((x + 14, y - 16), (x + 14, y + 16), width=2.4)
        for top in (-16, -4, 8):
            self.line((x + 20, y + top), (x + 20, y + top + 9), width=2.4)
        self.line((x + 20, y - 12), (x + 34, y - 12), (x + 34, y - 32))
        self.line((x + 20, y + 12), (x + 34, y + 12), (x + 34, y + 32))
        self.line((x + 20, y), (x + 34, y), (x + 34, y + 12))
        self.line((x + 28, y - 4), (x + 20, y), (x + 28, y + 4), fill=MINUS)

    def module(
        self,
        x: float,
        y: float,
        width: float,
        name: str,
        note: str,
        *,
        option: bool = False,
    ) -> None:
        """Draw a ready-made part with its name and a line about it; 52 high."""
        colour = OPTION if option else MINUS
        self.box(
            x,
            y,
            width,
            52,
            colour=colour,
            dashed=option,
            fill="#fbfbfa" if option else "#f3f6fb",
        )
        self.text(x + 12, y + 22, name, weight=600, colour=colour)
        self.text(x + 12, y + 40, note, size=12, colour="#555")
