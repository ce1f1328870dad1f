"""Papers as an administrator reads them."""

from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Final

from aiohttp.test_utils import TestClient
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.languages import LANGUAGES
from custom_components.facequota.panel.papers.render import Paper

FORGET: Final = "input_button.forget_me"
ALL: Final = [(paper, language) for paper in Paper for language in LANGUAGES]


async def read(
    client: TestClient[Any, Any],
    entry: MockConfigEntry,
    name: str,
    language: str = "en",
) -> str:
    """Return a paper that has to be there."""
    answer = await client.get(path(entry, name, language))
    assert answer.status == HTTPStatus.OK
    return await answer.text()


def path(entry: MockConfigEntry, name: str, language: str = "en") -> str:
    """Return where a paper is."""
    return f"/api/facequota/papers/{entry.entry_id}/{language}/{name}"


class Structure(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data
