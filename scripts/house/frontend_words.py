"""What Home Assistant's own frontend says: its buttons are found by that, in any language."""

from functools import cache
import json
from pathlib import Path

import hass_frontend

# A file is named by its language and a digest.
DIGEST = "[0-9a-f]" * 32


@cache
def frontend_words(language: str) -> dict[str, str]:
    """Return its texts of the dialogues and the settings, by paths such as ui.common.ok."""
    folder = Path(hass_frontend.where()) / "static/translations"
    words: dict[str, str] = {}
    for part in (folder, folder / "config"):
        (file,) = part.glob(f"{language}-{DIGEST}.json")
        words |= json.loads(file.read_text())
    return words
