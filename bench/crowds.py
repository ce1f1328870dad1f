"""People to measure with, by crowd: of photographs, or drawn.

Everybody belongs to one of two halves by their name alone. By the one half constants and
cohorts are chosen; figures come from the other half, which has chosen nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from .pictures import ROLES, Light, Vectors, photographs, templates

CHILDREN: Final = "children"
DRAWN: Final = "drawn"
# How much the pictures of one drawn person differ, compared with different people.
_WITHIN: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person, with the templates of all pictures."""

    name: str
    crowd: str
    templates: Vectors
    """As the engine gives them, of any length; in the order they were taken."""

    @property
    def directions(self) -> Vectors:
        """Return the templates brought to length 1."""
        return unit(self.templates)

    def fused(self, pictures: Sequence[int] | slice) -> Vectors:
        """Return the mean template of some pictures, of length 1, as in a visit."""
        mean: Vectors = self.templates[pictures].mean(axis=0)
        return unit(mean[None]).reshape(-1)

    @property
    def chooses(self) -> bool:
        """Return whether this person is in the half that chooses constants."""
        return self.is_in_half(0)

    def is_in_half(self, of: int) -> bool:
        """Return on which side this person is, in one of 32 ways to halve people."""
        return sha256(self.name.encode()).digest()[of] % 2 == 0


type Crowds = dict[str, list[Person]]


def load(
    folder: Path,
    engine: str,
    light: Light = Light.DAY,
    *,
    roles: Iterable[str] = ROLES,
    keep: bool = True,
) -> Crowds:
    """Return the people in the folder who have a usable picture, by crowd."""
    pictures = list(photographs(folder, frozenset(roles)))
    seen = templates(folder, engine, pictures, light, keep=keep)
    people: dict[tuple[str, str], list[Vectors]] = {}
    for picture in pictures:
        if (template := seen.get(str(picture.path.relative_to(folder)))) is not None:
            people.setdefault((picture.crowd, picture.person), []).append(template)
    crowds: Crowds = {}
    for (crowd, name), those in people.items():
        crowds.setdefault(crowd, []).append(
            Person(name=name, crowd=crowd, templates=np.stack(those))
        )
    return crowds


def half(crowds: Crowds, *, chooses: bool) -> Crowds:
    """Return the people of one half."""
    return {
        name: [person for person in crowd if person.chooses is chooses]
        for name, crowd in crowds.items()
    }


def unit(templates: Vectors) -> Vectors:
    """Return templates brought to length 1."""
    directions: Vectors = templates / np.linalg.norm(templates, axis=1, keepdims=True)
    return directions


def drawn(like: Sequence[Person], count: int, rng: np.random.Generator) -> list[Person]:
    """Return people who do not exist, four pictures each.

    Drawn from the normal law that has the crowd's mean and covariance; the latter is
    brought nearer to a ball, so that its square's trace is what it would be for many
    people: for few of them the covariance is too uneven.
    """
    first = np.stack([person.fused(slice(None)) for person in like]).astype(np.float64)
    middle, spread = first.mean(axis=0), np.cov(first, rowvar=False)
    whole, square = np.trace(spread), np.trace(spread @ spread)
    ball = whole**2 / len(middle)
    even = 1 - np.sqrt(max(0.0, 1 - whole**2 / len(like) / (square - ball)))
    spread = (1 - even) * spread + even * whole / len(middle) * np.eye(len(middle))
    root = np.linalg.cholesky(spread + 1e-9 * np.eye(len(middle)))
    faces = middle + rng.normal(size=(count, len(middle))) @ root.T
    people = []
    for number, face in enumerate(faces):
        seen = face + _WITHIN * rng.normal(size=(4, len(middle))) @ root.T
        templates = unit(seen.astype(np.float32))
        people.append(Person(name=f"drawn {number}", crowd=DRAWN, templates=templates))
    return people
