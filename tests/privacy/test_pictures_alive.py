"""The proof's count of pictures in use is exact."""

from io import BytesIO

from PIL import Image
import pytest

from scripts.proof.pictures_alive import pictures


class Keeper:
    """Somebody who keeps a picture."""

    def __init__(self, picture: object) -> None:
        """Keep it."""
        self.picture = picture


def picture() -> bytes:
    """Return a camera's picture."""
    file = BytesIO()
    Image.effect_noise((320, 240), 40).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_a_picture_in_use_is_counted_until_nothing_refers_to_it(kind: type) -> None:
    before = pictures().total()
    keeper = Keeper(kind(picture()))
    found = pictures()
    assert found.total() == before + 1
    assert any(who.startswith(__name__) for who in found) or "builtins.dict" in found
    keeper.picture = None
    assert pictures().total() == before


def test_a_picture_between_a_header_and_a_boundary_counts() -> None:
    before = pictures().total()
    keeper = Keeper(b"--picture\r\nContent-Type: image/jpeg\r\n\r\n" + picture())
    assert pictures().total() == before + 1
    assert keeper.picture


def test_bytes_that_are_not_a_picture_are_not_counted() -> None:
    before = pictures().total()
    keeper = Keeper(bytes(range(256)) * 100)
    assert pictures().total() == before
    assert keeper.picture
