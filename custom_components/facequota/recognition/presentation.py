"""Presentation attacks: whether a visit shows a person or a picture of one.

Imports nothing native: Home Assistant's process decides and looks for the files,
minifasnet.py looks at the pixels in the child.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from .engine import Sighting

NETWORK = "model_1"
"""Name of the network's two files, as its makers call them."""

MODELS = Path(__file__).resolve().parent / "requirements/presentation_attack.models"
"""The model list: where the files come from, and their digests as sha256sum has them."""

LIVE_AT_LEAST = 0.0005
"""Below this mean of a visit's scores a picture of somebody is suspected.

The highest at which no crowd of one half of the people lost more than 3 % of its
frames (bench/presentation.py): far below the 0.915 of the network's makers, at which
people are suspected far more often. Doubt is in the visitor's favour.
"""


def is_attack(sightings: Iterable[Sighting]) -> bool:
    """Return whether the frames of one visit show a picture of somebody.

    The mean, so that one frame with a person in it is enough for a person.
    """
    scores = [one.live for one in sightings if one.live is not None]
    return bool(scores) and sum(scores) / len(scores) < LIVE_AT_LEAST


def wanted_files() -> dict[str, str]:
    """Return the digest of each file that the network needs, by name. Blocking."""
    lines = MODELS.read_text().splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {name: digest for digest, name in pairs}


def faulty_files(folder: Path) -> list[str]:
    """Return the files that a folder lacks, or has with other contents. Blocking."""
    return [
        name
        for name, digest in wanted_files().items()
        if not (file := folder / name).is_file()
        or sha256(file.read_bytes()).hexdigest() != digest
    ]
