"""The local copy of a shared book: it also takes over visitors, accounts and removals.

It is a complete book, so that it decides alone while the shared one is not reachable.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from .account import Account, Refusal, Reservation, Settlement
from .book import Book, PurgeCounts
from .protocol import Standing
from .template import as_template


class Replica(Book):
    """The visitors of another book in memory; quota/protocol.py says what each does."""

    async def reserve(
        self, probe: NDArray[np.float32], cm: float, now: float
    ) -> Reservation | Refusal:
        """Recognise the probe and reserve paper: no server is asked."""
        return self.request(probe, cm, now)

    async def next_portion_at(
        self, reservation: Reservation, settlement: Settlement
    ) -> float:
        """Return the time of the next portion; no server has to confirm it."""
        return settlement.next_portion_at

    def names(self) -> list[str]:
        """Return the random ids of those who are remembered."""
        return list(self._visitors)

    def standing(self, name: str) -> Standing | None:
        """Return a visitor's account; None for an unknown id."""
        visitor = self._visitors.get(name)
        if visitor is None:
            return None
        account = visitor.account
        return Standing(tat=account.tat, reservations=account.reservations)

    def template(
        self, name: str, probe: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return a visitor's template, moved half way to a probe if there is one."""
        template = self._gallery.template(name)
        if probe is not None:
            unit = as_template(probe, self._gallery.dimension)
            template += unit
            unit.fill(0)
            template /= np.float32(np.linalg.norm(template))
        return template

    def put(
        self,
        name: str,
        standing: Standing,
        template: NDArray[np.float32] | None,
    ) -> None:
        """Remember a visitor, or change one who is remembered."""
        visitor = self._visitors.get(name)
        if visitor is None:
            if template is None:
                raise KeyError(name)
            self.put_all({name: standing}, template[np.newaxis])
            return
        if template is not None:
            self._gallery.replace(name, template)
        account = visitor.account
        for token in [t for t, one in self._running.items() if one is account]:
            del self._running[token]
        self._stand(account, standing)

    def put_all(
        self, standings: Mapping[str, Standing], templates: NDArray[np.float32]
    ) -> None:
        """Remember visitors who are not remembered yet, in one step."""
        if not standings.keys().isdisjoint(self._visitors):
            raise ValueError("somebody is remembered already")
        accounts = {name: Account(one.tat) for name, one in standings.items()}
        self._keep(accounts, templates)
        for name, standing in standings.items():
            self._stand(accounts[name], standing)

    def _stand(self, account: Account, standing: Standing) -> None:
        account.restore(standing.tat, standing.reservations)
        for reservation in standing.reservations:
            self._running[reservation.token] = account

    def drop(self, names: Iterable[str]) -> PurgeCounts:
        """Forget these visitors and their reservations; unknown ids are ignored."""
        return self._purge([name for name in names if name in self._visitors])
