"""Presentation attacks: whether a visit shows a person or a picture of one.

Imports nothing native: Home Assistant's process decides and checks the files;
minifasnet.py looks at the pixels, in the child.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from math import exp, log
from pathlib import Path

from .engine import Sighting

NETWORK = "model_1"
"""Name of the network's two files, as its makers call them."""

MODELS = Path(__file__).resolve().parent / "requirements/presentation_attack.models"
"""The model list: where the files come from, and their digests as sha256sum has them."""

LIVE_AT_LEAST = 0.005
"""Below this geometric mean of a visit's scores a picture of somebody is suspected.

Chosen by one half of the people in bench/presentation.py: a tenth of the highest at which
no group before a camera, by day or in the dark, has more than 3 % of its visits suspected
(0.0064, rounded down). The network's makers name 0.915, which suspects people far more
often. Doubt is in the visitor's favour.
"""

_MIN_SCORE = 1e-6
"""What a score counts at least, so that no frame alone decides against a visitor."""


def is_attack(sightings: Iterable[Sighting]) -> bool:
    """Return whether the frames of one visit show a picture of somebody.

    By the geometric mean of their scores. Scores of prints lie near 0 and those of
    people near 1, so one frame of a print that passes would decide an arithmetic mean.
    """
    scores = [one.live for one in sightings if one.live is not None]
    return bool(scores) and together(scores) < LIVE_AT_LEAST


def together(scores: Sequence[float]) -> float:
    """Return the score of several frames, 0..1, in which no single frame decides."""
    return exp(sum(log(max(score, _MIN_SCORE)) for score in scores) / len(scores))


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
