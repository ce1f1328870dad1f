"""FaceQuota set up by a person who reads, clicks and types."""

import re
from typing import Final

from playwright.async_api import Locator, Page, expect

from .browser import PATIENCE_MS
from .home_assistant import HouseError

# The dialog lets a device be named at the end; a dispenser's flow only says that it was added.
DONE: Final = re.compile("^(Skip and finish|Finish|跳过并完成|完成)$")
INTEGRATION: Final = "/config/integrations/integration/facequota"


class Forms:
    """The dialog in which Home Assistant shows the forms of a flow."""

    def __init__(self, page: Page, url: str) -> None:
        """Work on a page of a browser that is logged in to the house at `url`."""
        self.page = page
        self.dialog: Locator = page.locator("dialog-data-entry-flow")
        self._url = url

    async def open_new_site(self) -> None:
        """Begin to set up a site, as the button in the documentation does."""
        address = "/config/integrations/dashboard/add?domain=facequota"
        await self.page.goto(self._url + address)
        await self.page.get_by_role("button", name="OK", exact=True).click()
        await self._shows("New site")

    async def open_new_dispenser(self) -> None:
        """Begin to add a dispenser to the only site."""
        await self.page.goto(self._url + INTEGRATION)
        await self.page.get_by_role("button", name="Add dispenser").first.click()
        await self._shows("Dispenser")

    async def open_shared_quota(self) -> None:
        """Begin to share the quota of the only site."""
        await self.page.goto(self._url + INTEGRATION)
        await self.page.get_by_role("button", name="Share the quota").first.click()
        await self._shows("Encrypted (TLS)")

    async def open_another_server(self) -> None:
        """Begin to enter another server for the only shared quota."""
        await self.page.goto(self._url + INTEGRATION)
        await self.page.get_by_role("button", name="Change the server").first.click()
        await self._shows("Encrypted (TLS)")

    async def take(self, choice: str, following: str) -> None:
        """Take a choice of a menu and wait for words of what comes next."""
        await self.dialog.get_by_text(choice).click()
        await self._shows(following)

    async def write(self, label: str, text: str) -> None:
        """Type into a field for text."""
        await self.dialog.get_by_role("textbox", name=label).fill(text)

    async def count(self, label: str, number: float) -> None:
        """Type into a field for a number."""
        await self.dialog.get_by_role("spinbutton", name=label).fill(f"{number:g}")

    async def choose(self, value: str) -> None:
        """Choose one of several by its value."""
        await self.dialog.locator(f"ha-radio-option[value={value}]").click()

    async def agree(self, number: int) -> None:
        """Turn on the switch with this number on the form, counted from 0."""
        await self.dialog.locator("ha-switch").nth(number).click()

    async def pick(self, number: int, name: str) -> None:
        """Pick an entity in the picker with this number on the form, counted from 0."""
        await self.dialog.locator("ha-entity-picker").nth(number).click()
        await self.dialog.get_by_placeholder("Search").fill(name)
        # The chosen entity is an item too, but without these words.
        words = name.rsplit(maxsplit=1)[-1]
        found = self.dialog.locator("ha-combo-box-item").filter(has_text=words)
        await found.first.click()

    async def submit(self, following: str) -> None:
        """Send the form and wait for words of what comes next."""
        await self.dialog.get_by_role("button", name="Submit").click()
        await self._shows(following)

    async def finish(self) -> None:
        """Send the last form; the new device keeps its name and gets no area."""
        await self.dialog.get_by_role("button", name="Submit").click()
        done = self.dialog.get_by_role("button", name=DONE)
        await expect(done).to_be_visible(timeout=PATIENCE_MS)
        await done.click()
        await expect(done).to_have_count(0)

    async def says(self, words: str) -> None:
        """Wait until the form says this."""
        await self._shows(words)

    async def _shows(self, words: str) -> None:
        try:
            await expect(self.dialog).to_contain_text(words, timeout=PATIENCE_MS)
        except AssertionError:
            shown = await self.dialog.inner_text()
            raise HouseError(f"{words!r} is not on the form, but: {shown}") from None


async def set_up_by_hand(
    forms: Forms, *, dispenser: str, camera: str, motor: str
) -> None:
    """Set up a site with one dispenser; first try a position that the law forbids."""
    await forms.open_new_site()
    await forms.write("Name", "East gate")
    await forms.submit("Before a camera looks at anybody")
    await forms.choose("inside")
    await forms.submit("Post the notice first")
    await forms.choose("entrance")
    await forms.agree(0)
    await forms.agree(1)
    await forms.submit("face_recognition")
    await forms.finish()
    await forms.open_new_dispenser()
    await forms.write("Name", dispenser)
    await forms.pick(0, camera)
    # Between them is the picker of the sensor that somebody stands there.
    await forms.pick(2, motor)
    await forms.submit("Request")
    await forms.finish()
