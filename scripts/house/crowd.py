"""Each person of a folder visits once, and comes back within the window with another picture."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import cycle
from pathlib import Path
import sys
from typing import Any, Final

import numpy as np

from .flows import OPTIONS, Flow
from .home_assistant import ROOT, HouseError
from .people import Person, stand
from .site import Site
from .site_setup import RULES
from .table import Line
from .visit_watch import Watch

# A short portion, since the time that a motor turns is not measured here, and a
# window longer than the run.
RULES_OF_A_CROWD: Final = {
    **RULES,
    "portion_cm": 5,
    "allowance_cm": 5,
    "window_min": 1440,
}
OPEN_PORTIONS: Final = 1000
STEP_UP_S: Final = 0.6

type Vector = np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass(slots=True, kw_only=True)
class Tally:
    """How the visits of a crowd ended, and how far apart its pictures are.

    own: from a return's picture to the person's own first one; nearest_other: from a
    first picture to the nearest first picture of somebody else. Euclidean, as the
    engine gives them.
    """

    first: Counter[str] = field(default_factory=Counter)
    returns: Counter[str] = field(default_factory=Counter)
    own: list[float] = field(default_factory=list)
    nearest_other: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the tally as plain values."""
        return {
            "first": dict(self.first),
            "returns": dict(self.returns),
            "distances": {"own": self.own, "nearest_other": self.nearest_other},
        }

    def as_text(self) -> str:
        """Return the tally for a person."""
        return "\n".join(
            [
                f"first visits  {_counts(self.first)}",
                f"returns       {_counts(self.returns)}",
                f"distances     own {_range(self.own)}; "
                f"nearest other {_range(self.nearest_other)}",
            ]
        )


class Crowd:
    """The people of a folder at a site's dispensers."""

    def __init__(self, site: Site, watch: Watch, people: Sequence[Person]) -> None:
        """Take everybody's pictures."""
        self._site = site
        self._watch = watch
        self._dispensers = cycle(site.dispensers)
        folder = site.dispensers[0].pictures / "crowd"
        folder.mkdir(exist_ok=True)
        self._first = {
            person.name: stand(person.photographs[0], folder / f"{number}.jpg")
            for number, person in enumerate(people)
        }
        self._again = {
            person.name: stand(person.photographs[1], folder / f"{number}_again.jpg")
            for number, person in enumerate(people)
            if len(person.photographs) > 1
        }
        self.tally = Tally()

    async def run(self) -> AsyncIterator[Line]:
        """Let everybody visit, then everybody with a second picture return."""
        options = await Flow.start(self._site.client, OPTIONS, self._site.entry_id)
        many = {**options.suggested, "open_portions": OPEN_PORTIONS}
        await options.finish("init", many)
        for name, picture in self._first.items():
            line = await self._visit(name, picture)
            self.tally.first[line.outcome] += 1
            yield line
        for name, picture in self._again.items():
            line = await self._visit(f"{name} again", picture)
            self.tally.returns[line.outcome] += 1
            yield line

    async def measure(self, engine_root: Path) -> None:
        """Measure the distances with the engine that the site has installed."""
        templates = await _templates(
            engine_root, [*self._first.values(), *self._again.values()]
        )
        for name, picture in self._again.items():
            one, other = templates[picture], templates[self._first[name]]
            if one is not None and other is not None:
                self.tally.own.append(_distance(one, other))
        known = [t for p in self._first.values() if (t := templates[p]) is not None]
        self.tally.nearest_other += [
            min(_distance(one, other) for other in known if other is not one)
            for one in known
            if len(known) > 1
        ]

    async def _visit(self, name: str, picture: Path) -> Line:
        """Let one person ask for paper at the next dispenser."""
        dispenser = next(self._dispensers)
        dispenser.scene.show(picture)
        await asyncio.sleep(STEP_UP_S)
        told = await self._watch.visit(dispenser, lambda: self._site.press(dispenser))
        return Line(
            time=told.time,
            dispenser=dispenser.name,
            visit=name,
            lane=told.lane,
            outcome=told.outcome,
            cm=told.cm,
            next_portion=told.next_portion,
            motor_on_ms=told.motor_on_ms,
            wrong=told.reason if told.outcome == "failed" else None,
        )


async def _templates(
    engine_root: Path, pictures: Sequence[Path]
) -> dict[Path, Vector | None]:
    """Return each picture's template from a worker of our own; None without a usable face."""
    # As the child process does: the room of recognition alone, without Home Assistant.
    sys.path.insert(0, str(ROOT / "custom_components/facequota"))
    room = import_module("recognition.environment")
    supervisor = import_module("recognition.supervisor")
    environment = room.EngineEnvironment(engine_root, room.Engine.FACE_RECOGNITION)
    if not environment.is_installed():
        raise HouseError(f"no engine in {engine_root}")
    worker = supervisor.Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    try:
        return {
            picture: (await worker.look(picture.read_bytes(), timeout=10)).template
            for picture in pictures
        }
    finally:
        await worker.stop()


def _distance(one: Vector, other: Vector) -> float:
    """Return the Euclidean distance, rounded to the digits that matter."""
    return round(float(np.linalg.norm(one - other)), 4)


def _counts(counter: Counter[str]) -> str:
    """Return how many of each outcome."""
    outcomes = ("granted", "refused", "unrecognised", "failed")
    return ", ".join(f"{counter[outcome]} {outcome}" for outcome in outcomes)


def _range(values: Sequence[float]) -> str:
    """Return minimum, median and maximum."""
    if not values:
        return "none"
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2]
    return f"{ordered[0]:.3f} … {middle:.3f} … {ordered[-1]:.3f}"
