"""A paper as plain text: for a screen reader, a mail, or a machine that reads aloud."""

from html.parser import HTMLParser
from typing import Final, override

from custom_components.facequota.languages import columns

# The text between two of these elements is one line.
_BLOCKS: Final = {"p", "li", "tr", "dt", "dd", "h1", "h2", "h3", "title"}
_UNDERLINED: Final = {"h1": "=", "h2": "-"}
_APART: Final = {"h1", "h2", "h3", "p", "table", "ul", "ol", "dt"}
BLANK: Final = "________________"


def plain_text(page: str) -> str:
    """Return the text of a page that render.py made, with blanks to write on."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return "\n".join(reader.lines).strip() + "\n"


class _Reader(HTMLParser):
    """Collects the lines of a page's body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._text = ""
        self._in_body = False
        self._numbers: list[int | None] = []
        self._cells = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or write what an element is."""
        match tag:
            case "body":
                self._in_body = True
            case "ul" | "ol":
                self._numbers.append(0 if tag == "ol" else None)
            case "br":
                self._end_line()
            case "tr":
                self._cells = 0
            case "td" | "th":
                self._text += " | " if self._cells else ""
                self._cells += 1
            case "li":
                self._text = self._bullet()
            case "span" if ("role", "textbox") in attrs:
                self._text += BLANK
        if tag in _APART and self.lines and self.lines[-1]:
            self.lines.append("")

    @override
    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        if tag in _BLOCKS:
            self._end_line()
        if line := _UNDERLINED.get(tag):
            self.lines.append(line * max(8, columns(self.lines[-1])))
        if tag in {"ul", "ol"}:
            self._numbers.pop()

    @override
    def handle_data(self, data: str) -> None:
        """Add text; the page's line breaks are spaces."""
        if self._in_body:
            self._text += " ".join(data.split("\n"))

    def _bullet(self) -> str:
        if (number := self._numbers[-1]) is None:
            return "- "
        self._numbers[-1] = number + 1
        return f"{number + 1}. "

    def _end_line(self) -> None:
        if text := " ".join(self._text.split()):
            self.lines.append(text)
        self._text = ""
