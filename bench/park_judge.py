"""Checks the rules of the bench's day against what every visitor got and was told.

No error is excused because a failure was a short time ago. A second portion is one that
came too early by the paper that really came out; it is excused only where some instance
was disconnected while it was asked for, or the first was given by an instance that was
disconnected and died before it could say so.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.gcra import Rule
from tests.contract.gates import now

from .park_gate import DayGate

# The time that a visitor is told is rounded up to whole seconds, and a message takes
# time.
CLOSE_S: Final = 0.25
# Two estimates of the server's clock may differ by this: a second portion counts above it.
CLOCK_S: Final = 1.0
# An instance whose connection died takes this long to notice.
IN_SYNC_S: Final = 1.0


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request with a face, and its answer."""

    person: int
    gate: DayGate
    came: float
    answered: float


@dataclass(slots=True, kw_only=True)
class _Double:
    """A second portion, until the instances that gave both can know it."""

    gates: tuple[DayGate, DayGate]
    given: float
    too_much_until: float
    """Until then both accounts together are more than the allowance."""


@dataclass(slots=True)
class _Person:
    """What one person really had, in moments of the bench's own clock."""

    told: float = 0.0
    """When they were told to come again."""
    latest: float = 0.0
    """The TAT by what came out, if each charge was made as late as at its answer."""
    had: float = 0.0
    """The TAT by what came out at least: the later of two that did not know of each other."""
    least: float = 0.0
    """The TAT that the books must have at least; not that of a gate that died alone."""
    gate: DayGate | None = None
    gate_before: DayGate | None = None
    granted: float = 0.0
    alone: bool = False
    """The last portion was given by a gate that was disconnected then."""


class Judge:
    """Counts errors."""

    def __init__(
        self,
        rule: Rule,
        gates: Sequence[DayGate],
        figures: defaultdict[str, float],
    ) -> None:
        """Judge these gates, which may be killed and started; writes to figures."""
        self._rule = rule
        self._gates = gates
        self._figures = figures
        self._people: dict[int, _Person] = {}
        self._doubles: list[_Double] = []
        for key in (
            "refused_earlier_than_told",
            "double_grants",
            "double_grants_counted",
            "double_grants_to_count",
            "double_grants_while_all_was_well",
            "charged_too_much_cm",
            "charged_too_little_cm",
        ):
            figures[key] = 0.0

    def most(self, key: str, value: float) -> None:
        """Keep the largest value of a figure."""
        self._figures[key] = max(self._figures[key], value)

    def refused(self, visit: Visit, told: float) -> None:
        """Note a refusal; it is wrong where the visitor came when they were told."""
        person = self._person(visit)
        self.most("longest_answer_s", visit.answered - visit.came)
        self._figures["refused"] += 1
        self._figures["refused_earlier_than_told"] += (
            visit.came >= person.told + CLOSE_S
        )
        person.told = max(person.told, told)

    def granted(self, visit: Visit) -> None:
        """Note a portion, and whether there was one that is not whole again."""
        person = self._person(visit)
        self.most("longest_answer_s", visit.answered - visit.came)
        well = self._all_well_since(visit.came)
        self._figures["granted"] += 1
        self._figures["granted_while_all_was_well"] += well
        if visit.answered < person.had - CLOSE_S:
            known = person.least >= person.had
            self._figures["double_grants"] += 1
            self._figures["double_grants_while_all_was_well"] += well and known
        person.gate_before, person.gate = person.gate, visit.gate
        person.granted = visit.answered
        person.alone = visit.gate.connected_since is None

    def came_out(self, visit: Visit, cm: float) -> None:
        """Note the paper that really came out."""
        person, time = self._person(visit), self._rule.time_for(cm)
        if person.gate_before is not None and person.gate_before is not visit.gate:
            until = person.had + time - self._rule.window_s - CLOCK_S
            gates = (person.gate_before, visit.gate)
            self._doubles.append(
                _Double(gates=gates, given=now(), too_much_until=until)
            )
        person.latest = max(person.latest, visit.answered) + time
        person.had = max(person.had, visit.came + time)
        person.least = max(person.least, visit.came + time)

    def look(self) -> None:
        """Count the second portions that the instances must have counted by now."""
        waiting = []
        for one in self._doubles:
            since = [gate.connected_since for gate in one.gates]
            if now() > one.too_much_until + IN_SYNC_S or not all(
                gate.is_alive() for gate in one.gates
            ):
                continue
            in_sync = max(at or math.inf for at in since)
            if not one.given < in_sync < now() - IN_SYNC_S:
                waiting.append(one)
            elif in_sync < one.too_much_until - CLOSE_S:
                self._figures["double_grants_to_count"] += 1
        self._doubles = waiting

    def told(self, visit: Visit, at: float) -> None:
        """Note the time that the visitor was told; of two times the later one counts."""
        person = self._person(visit)
        had_two = visit.came < person.told - CLOSE_S
        person.told = max(person.told, at) if had_two else at

    def nothing_told(self, visit: Visit) -> None:
        """Note that the gate died before it could answer."""
        person = self._person(visit)
        person.told = max(person.told, now() + self._rule.window_s)

    def killed(self, gate: DayGate) -> None:
        """Note that a gate dies: portions that it gave alone and had not sent yet are lost."""
        since = gate.connected_since
        for person in self._people.values():
            if person.gate is gate and person.alone:
                if since is None or since < person.granted:
                    person.least = 0.0
                else:
                    person.alone = False

    async def audit(self, people: NDArray[np.float32]) -> None:
        """Compare what each person owes, by the paper that came out, with the accounts of each gate."""
        cm_per_s = self._rule.allowance_cm / self._rule.window_s
        for number, person in self._people.items():
            # Other tasks must run in between: each of these needs a search.
            await asyncio.sleep(0)
            for gate in self._gates:
                at, name = now(), gate.book.identify(people[number]).visitor
                standing = gate.replica.standing(name) if name else None
                if standing is not None and standing.reservations:
                    continue
                tat = standing.tat - gate.skew_s if standing else at
                if standing is not None:
                    more_s = tat - max(person.latest, at)
                    self.most("charged_too_much_cm", more_s * cm_per_s)
                if person.least > at:
                    less_s = person.least - tat
                    self.most("charged_too_little_cm", less_s * cm_per_s)
                    self._figures["accounts_compared"] += 1

    def _all_well_since(self, moment: float) -> bool:
        """Return whether every gate has been in sync since then without a break."""
        since = [gate.connected_since for gate in self._gates]
        return all(
            gate.is_alive() and one is not None and one < moment
            for gate, one in zip(self._gates, since, strict=True)
        )

    def _person(self, visit: Visit) -> _Person:
        return self._people.setdefault(visit.person, _Person())
