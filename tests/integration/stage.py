"""What the camera of a test shows."""

from pathlib import Path
import shutil

from PIL import Image
from pytest_homeassistant_custom_component.common import MockConfigEntry

from scripts.house.people import stand


class Stage:
    """What a camera sees: a file that a local_file camera of Home Assistant shows."""

    def __init__(self, picture: Path, people: Path) -> None:
        """Begin with nobody."""
        self.picture = picture
        self.camera: MockConfigEntry
        self._people = people
        self.nobody()

    def nobody(self) -> None:
        """Show an empty room."""
        Image.new("RGB", (640, 480), (176, 172, 164)).save(self.picture, "JPEG")

    def person(self, name: str, number: int = 0) -> None:
        """Show somebody: A or B, in one of their pictures."""
        shutil.copy(sorted((self._people / name).iterdir())[number], self.picture)

    def person_later(self, name: str) -> None:
        """Show the same person some minutes later: nearer, aside, in less light."""
        stand(min((self._people / name).iterdir()), self.picture, later=True)

    def data(self, content: bytes) -> None:
        """Show whatever these bytes are."""
        self.picture.write_bytes(content)

    def empty(self) -> None:
        """Show nothing at all: the camera gives no picture."""
        self.picture.unlink()
