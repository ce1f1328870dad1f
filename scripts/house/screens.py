"""A manager's screens in one browser: pressing and filling in dialogues, and pictures of them."""

import json
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, expect

from .browser import PATIENCE_MS
from .frontend_words import frontend_words
from .home_assistant import ROOT
from .house import House

# Paths of texts of Home Assistant's own frontend.
FLOW: Final = "ui.panel.config.integrations.config_flow"
# A moment for the last animation of a dialogue.
SETTLE_MS: Final = 1_200


class Screens:
    """A folder of pictures, taken of one browser's page in one language."""

    def __init__(self, folder: Path, page: Page, house: House, language: str) -> None:
        """Number the pictures in the order in which they are met."""
        self._folder = folder / language
        self._folder.mkdir(parents=True, exist_ok=True)
        self._taken = 0
        self.page = page
        self.house = house
        self.language = language
        texts = ROOT / f"custom_components/facequota/translations/{language}.json"
        self.texts: dict[str, Any] = json.loads(texts.read_text())
        self.frontend = frontend_words(language)
        self.dialog = page.locator("dialog-data-entry-flow")

    async def take(self, name: str, *, settle_ms: int = SETTLE_MS) -> None:
        """Take a picture of the whole page."""
        await self.page.wait_for_timeout(settle_ms)
        await self.page.screenshot(path=self.file(f"{name}.png"), animations="disabled")

    def file(self, name: str) -> Path:
        """Return where the next picture goes."""
        self._taken += 1
        file = self._folder / f"{self._taken:02}-{name}"
        print(file)
        return file

    async def go(self, path: str) -> None:
        """Open a page of Home Assistant."""
        await self.page.goto(self.house.client.url + path)

    async def press(self, words: str) -> None:
        """Press a button of the dialogue by what is written on it."""
        await self.dialog.get_by_role("button", name=words, exact=True).click()

    async def submit(self) -> None:
        """Send the form."""
        await self.press(self.frontend[f"{FLOW}.submit"])

    async def shows(self, words: str) -> None:
        """Wait until the dialogue says this."""
        await expect(self.dialog).to_contain_text(words, timeout=PATIENCE_MS)

    async def write(self, label: str, text: str) -> None:
        """Type into a field of the dialogue."""
        await self.dialog.get_by_role("textbox", name=label).first.fill(text)

    async def finish(self, name: str) -> None:
        """Take the last page of the dialogue and leave it."""
        done = self.dialog.get_by_role(
            "button", name=self.frontend[f"{FLOW}.finish"], exact=True
        ).or_(
            self.dialog.get_by_role(
                "button", name=self.frontend[f"{FLOW}.finish_skip"], exact=True
            )
        )
        await expect(done).to_be_visible(timeout=PATIENCE_MS)
        await self.take(name)
        await done.click()
        await expect(done).to_have_count(0)

    async def close(self) -> None:
        """Leave the dialogue."""
        await self.page.keyboard.press("Escape")
        # It goes back in the browser's history, which must not meet the next page.
        await self.page.wait_for_timeout(SETTLE_MS)
