"""A folder of screenshots for the documentation."""

from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Page

# A moment for pictures, fonts and the last animation of a page.
SETTLE_MS: Final = 2_500
COLOURS: Final = 128


class Album:
    """A folder of screenshots."""

    def __init__(self, folder: Path, page: Page, *, covered: str = "") -> None:
        """Fill a folder from a page; what `covered` selects is grey in every picture."""
        self._folder = folder
        self._covered = covered
        self.page = page
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, name: str) -> None:
        """Take a picture of the page, with few colours."""
        await self.page.wait_for_timeout(SETTLE_MS)
        file = self._folder / f"{name}.png"
        covered = [self.page.locator(self._covered)] if self._covered else []
        await self.page.screenshot(path=file, mask=covered, mask_color="#b4b4b4")
        with Image.open(file) as taken:
            taken.convert("RGB").quantize(COLOURS).save(file, optimize=True)
        print(file)
