"""Visitors at several dispensers, and an independent ledger of their paper."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.const import Lane
from custom_components.facequota.hardware.motor import Motor
from custom_components.facequota.options import SiteOptions
from custom_components.facequota.quota.account import Refusal, Reservation, Settlement
from custom_components.facequota.quota.replica import Replica
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.visit.accounts import Account, Accounts
from custom_components.facequota.visit.probe import Probe
from custom_components.facequota.visit.purge_receipt import Cause
from custom_components.facequota.visit.request_queue import RequestQueue
from custom_components.facequota.visit.visit import (
    Request,
    VisitContext,
    VisitResult,
    visit,
)
from custom_components.facequota.visit.visitors import Visitors, wall_clock
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.unit.quota.people import any_face

from .machine import LENGTH_CM, Machine, Trouble, register

PEOPLE: Final = 400
DISPENSERS: Final = 4
TROUBLE: Final = 0.2
# What the counters round away in one portion.
ROUNDED_CM: Final = 0.01


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Where every centimetre went, in cm; given names why somebody was not charged."""

    visits: int = 0
    dispensed: float = 0.0
    charged: float = 0.0
    open_lane: float = 0.0
    staff: float = 0.0
    given: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    outcomes: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def difference(self) -> float:
        """Return the centimetres that the ledger cannot account for."""
        accounted = (
            self.charged + self.open_lane + self.staff + sum(self.given.values())
        )
        return self.dispensed - accounted


class Watched:
    """An account whose settlement is written down."""

    def __init__(self, account: Account) -> None:
        """Wrap an account."""
        self._account = account
        self.lane = account.lane
        self.reserved: Reservation | None = None
        self.settled: Settlement | None = None
        self.measured = 0.0

    async def reserve(self, cm: float) -> Reservation | Refusal:
        """Hold cm."""
        answer = await self._account.reserve(cm)
        if isinstance(answer, Reservation):
            self.reserved = answer
        return answer

    def settle(self, reservation: Reservation, cm: float) -> Settlement:
        """Charge cm."""
        self.measured = cm
        self.settled = self._account.settle(reservation, cm)
        return self.settled

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return when there is as much again."""
        return await self._account.next_portion_at(reservation, settlement)


class _WatchedAccounts(Accounts):
    """Accounts that remember the last one that was asked for."""

    last: Watched | None = None

    def account(self, lane: Lane, probe: Probe | None) -> Account:
        """Return who is charged, watched."""
        self.last = Watched(super().account(lane, probe))
        return self.last


class Entrance:
    """A dispenser without camera and entities."""

    def __init__(
        self, hass: HomeAssistant, visitors: Visitors, machine: Machine
    ) -> None:
        """Wire the product's parts."""
        self._hass = hass
        self.machine = machine
        self.motor = Motor(hass, machine.entities)
        options = SiteOptions.from_entry({"open_portions": 20})
        self.watched = _WatchedAccounts(visitors, options, hass.loop.time)
        self.face: NDArray[np.float32] | None = None
        self._context = VisitContext(
            accounts=self.watched,
            motor=self.motor,
            clock=hass.loop.time,
            to_date=partial(wall_clock, hass),
            look=self._look,
            on_step=lambda _step: None,
        )
        self.open()

    def open(self) -> None:
        """Let people in, as a site does when it is built again."""
        # Background tasks are all that a request queue wants of an entry.
        entry = cast(ConfigEntry, _Entry())
        self.requests = RequestQueue(
            self._hass, entry, lambda request: visit(request, self._context)
        )

    async def _look(self) -> Probe:
        """Look at the visitor."""
        await asyncio.sleep(0.2)
        if self.face is None:
            return Probe(template=None, reason="no_face", recognition_ms=75.0, frames=1)
        # A copy: a visit overwrites what it looked up.
        template = self.face.copy()
        return Probe(template=template, reason=None, recognition_ms=75.0, frames=1)


class _Entry:
    """Starts background tasks as a config entry does."""

    def async_create_background_task(
        self, hass: HomeAssistant, target: object, name: str
    ) -> asyncio.Task[VisitResult]:
        """Start a task."""
        return hass.async_create_background_task(target, name)  # type: ignore[arg-type]


class Day:
    """Everything that happens at a site."""

    def __init__(self, hass: HomeAssistant, seed: int) -> None:
        """Open the site."""
        self._hass = hass
        self._draw = Random(seed)
        options = SiteOptions.from_entry({})
        threshold = Threshold(cohort=any_face(), limit=options.fpir_limit)
        book = Replica(rule=options.rule, threshold=threshold, dimension=128)
        self.visitors = Visitors(hass, lambda: book)
        machines = {
            f"d{n}": Machine(hass, f"d{n}", self._draw) for n in range(DISPENSERS)
        }
        register(hass, machines)
        self._places = [Entrance(hass, self.visitors, m) for m in machines.values()]
        numbers = np.random.default_rng(seed).normal(size=(PEOPLE, 128))
        numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
        self._faces = numbers.astype(np.float32)
        self._purges = 0
        self.ledger = Ledger()

    async def run(self, visits: int) -> Ledger:
        """Let so many visits take place at all dispensers at once."""
        each = [self._people_at(place, visits // DISPENSERS) for place in self._places]
        await asyncio.gather(*each)
        self.visitors.stop()
        return self.ledger

    async def _people_at(self, place: Entrance, visits: int) -> None:
        for number in range(visits):
            await asyncio.sleep(self._draw.expovariate(1 / 12.0))
            await self._one(place, f"{place.machine.name}-{number}")

    async def _one(self, place: Entrance, name: str) -> None:
        """Let one visit take place and write down where its paper went."""
        draw, machine = self._draw, place.machine
        machine.trouble = (
            draw.choice(list(Trouble)) if draw.random() < TROUBLE else Trouble.NONE
        )
        lane = draw.choices([Lane.FACE, Lane.OPEN, Lane.STAFF], [80, 15, 5])[0]
        seen = lane is Lane.FACE and draw.random() < 0.95
        place.face = self._faces[draw.randrange(PEOPLE)] if seen else None
        place.watched.last = None
        before, purges = machine.dispensed_cm, self._purges
        if draw.random() < 0.02:
            self._hass.loop.call_later(draw.uniform(0, 2.5), self._purge)
        called_off = draw.random() < 0.01
        if called_off:
            loop = self._hass.loop
            loop.call_later(
                draw.uniform(0, 2.5), lambda: loop.create_task(place.requests.stop())
            )
        cm = LENGTH_CM if draw.random() < 0.9 else draw.choice([5.0, 20.0, 33.3])
        request = Request(lane=lane, cm=cm, request_id=name)
        told: VisitResult | None = None
        try:
            told = await place.requests.request(request)
            if draw.random() < 0.1:
                # The same request again is the same visit.
                assert await place.requests.request(request) is told
        except HomeAssistantError:
            self.ledger.outcomes["called off"] += 1
        # Whatever still runs or comes back does so before the next visitor.
        await asyncio.sleep(6.0)
        while machine.runs:
            await asyncio.sleep(1.0)
        if called_off:
            place.open()
        out = machine.dispensed_cm - before
        self._write_down(place, name, told, out, purged=self._purges > purges)

    def _purge(self) -> None:
        self._purges += 1
        self.visitors.purge(Cause.PERSON)

    def _write_down(
        self,
        place: Entrance,
        name: str,
        told: VisitResult | None,
        out: float,
        *,
        purged: bool,
    ) -> None:
        """Find the place of every centimetre of one visit."""
        ledger, account = self.ledger, place.watched.last
        trouble = place.machine.trouble
        ledger.visits += 1
        ledger.dispensed += out
        ledger.troubles[trouble] += 1
        if told is not None:
            ledger.outcomes[told.outcome] += 1
        if account is None or account.reserved is None:
            measured = told.cm if told else 0.0
            if told is not None and told.lane is Lane.STAFF:
                ledger.staff += measured
            elif measured:
                ledger.wrong.append(f"{name}: {measured} cm of nobody's")
            self._give(name, out - measured, trouble, called_off=told is None)
            return
        assert account.settled is not None
        charged, measured = account.settled.charged_cm, account.measured
        # Kept beside the book: who was there all the time owes what was measured.
        may_be_gone = account.lane is Lane.FACE and purged
        owed = 0.0 if may_be_gone and not charged else measured
        if abs(charged - owed) > ROUNDED_CM:
            ledger.wrong.append(f"{name}: charged {charged} instead of {owed} cm")
        if account.lane is Lane.FACE:
            ledger.charged += charged
        else:
            ledger.open_lane += charged
        if measured - charged:
            ledger.given["purged meanwhile"] += measured - charged
        self._give(name, out - measured, trouble, called_off=told is None)

    def _give(
        self, name: str, cm: float, trouble: Trouble, *, called_off: bool
    ) -> None:
        """Write down paper that came out and was not measured; there is a reason."""
        if abs(cm) < ROUNDED_CM:
            self.ledger.given["rounding"] += cm
        elif called_off:
            self.ledger.given["called off"] += cm
        elif trouble in _UNMEASURED and cm > 0:
            self.ledger.given[trouble] += cm
        else:
            self.ledger.wrong.append(
                f"{name}: {cm:.2f} cm without a reason ({trouble})"
            )


_UNMEASURED: Final = {
    Trouble.COASTS,
    Trouble.LOST,
    Trouble.NEVER_OFF,
    Trouble.NO_COUNT,
    Trouble.REPLACED,
}
