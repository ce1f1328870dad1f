"""Sends the server the visitors that it lacks: those of an instance that was alone, or those that the server lost."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from custom_components.facequota.quota.protocol import Standing

from .account_format import later, text
from .copy import CLOCK_MS, Copy
from .epochs import Epochs
from .functions import EpochEnded
from .link import Link
from .seal import Forged

type Message = tuple[str | bytes | float, ...]

# By how much two estimates of one moment may differ.
_TOLERANCE_MS: Final = 50.0
# Visitors in one message, and changes in one answer.
MAX_PIECE: Final = 64
_CHANGES: Final = 200


def message(copy: Copy, name: str, mine: Standing, second: str = "") -> Message:
    """Return the message about a visitor's account for the server.

    second is the id of a second portion that was charged to this account. Raises Forged
    without a key, KeyError for an unknown id.
    """
    if copy.key is None:
        raise Forged
    tat, opened = mine.tat, list(mine.reservations)
    for settled in copy.unconfirmed.values():
        # Open on the server until it is settled there, which comes next.
        if settled.cm and name in copy.known_as(settled.names):
            rule = copy.replica.rule
            tat += rule.time_for(settled.reservation.cm)
            tat -= rule.time_for(settled.cm)
            opened.append(settled.reservation)
    for one in opened:
        copy.there.add(one.token)
    return (
        name,
        copy.sealed(name, copy.replica.template(name)),
        f"{copy.clock.server_ms(tat):.3f}",
        second,
        len(opened),
        *(
            f"{one.token} {one.cm} {copy.clock.server_ms(one.expires_at):.3f}"
            for one in opened
        ),
    )


def lacking(
    copy: Copy, before: dict[str, Standing], there: set[str]
) -> dict[str, Standing]:
    """Return the earlier accounts that a server lacks after it lost its memory."""
    found = {name: copy.replica.standing(name) for name in before}
    return {
        name: mine
        for name, mine in before.items()
        if (known := found[name]) is not None
        and (name not in there or _is_more(later(mine, known), known))
    }


def _is_more(both: Standing, there: Standing) -> bool:
    """Return whether a visitor owes more, or has more reserved, than the server has."""
    opened = {one.token for one in there.reservations}
    return (both.tat - there.tat) * 1000 > _TOLERANCE_MS or any(
        one.token not in opened for one in both.reservations
    )


async def follow(link: Link, copy: Copy, epochs: Epochs) -> set[str]:
    """Follow all changes that the server has; return the ids in them.

    Raises EpochEnded where one of them is the end of the epoch.
    """
    found: set[str] = set()
    while changes := (await link.call("changes", link.life, copy.position, _CHANGES))[
        2
    ]:
        ended = b"p" in copy.apply(changes)
        await epochs.hand_who_asked(link, copy.key, changes)
        if ended:
            raise EpochEnded
        found.update(text(state[0]) for _, _, state in changes)
    return found


@dataclass(slots=True, kw_only=True)
class _Untold:
    """A visitor's account that the server does not have yet."""

    mine: Standing
    """What was given here, or what the server lost."""
    here: Standing
    """What is in memory since, with what the server told."""
    base: float
    """The TAT before what was given here."""
    second: str = ""
    """The id of a portion too much."""


class Telling:
    """Sends accounts that the server lacks.

    A visitor who has one under another id there is one visitor from now on: the later TAT
    wins. The server refuses a message whose search did not include a visitor who came
    elsewhere meanwhile; then the search is made again.
    """

    def __init__(
        self,
        epochs: Epochs,
        copy: Copy,
        now: Callable[[], float],
        on_change: Callable[[], None],
    ) -> None:
        """Have told nothing yet; on_change sets timers for whom the server told."""
        self._epochs = epochs
        self._copy = copy
        self._now = now
        self._on_change = on_change
        self._piece = MAX_PIECE
        self.double_grants = 0

    async def lost(self, link: Link, accounts: dict[str, Standing]) -> None:
        """Send accounts that the server had and lost."""
        left = {}
        for name, mine in accounts.items():
            there = self._copy.replica.standing(name)
            here = later(mine, there) if there else mine
            self._copy.replica.put(name, here, None)
            left[name] = _Untold(mine=mine, here=here, base=self._now())
        while left:
            for name in await self._send(link, left, left):
                del left[name]

    async def alone(self, link: Link) -> None:
        """Send accounts that were charged here while the server was away.

        Only paper that was given here is sent: what the server said a moment ago may have
        been settled since.
        """
        copy = self._copy
        left: dict[str, _Untold] = {}
        while copy.alone:
            for name in list(copy.alone.keys() - left.keys())[: MAX_PIECE - len(left)]:
                if (mine := copy.replica.standing(name)) is None:
                    copy.alone.pop(name)
                else:
                    base = copy.alone[name]
                    left[name] = _Untold(mine=mine, here=mine, base=base)
            for name in await self._send(link, left, copy.alone):
                told = left.pop(name)
                if copy.replica.standing(name) in (None, told.here):
                    copy.alone.pop(name, None)
                elif name in copy.alone:
                    # The visitor had paper here again meanwhile.
                    copy.alone[name] = told.here.tat

    async def _send(
        self, link: Link, left: dict[str, _Untold], untold: Collection[str]
    ) -> list[str]:
        """Send some of those who are left; return their ids, or none to try it again."""
        copy = self._copy
        if copy.key is None:
            raise EpochEnded
        if set(copy.replica.names()) - set(untold) - copy.alone.keys():
            for name in list(islice(left, self._piece)):
                # Each of them needs a search; other tasks run in between.
                await asyncio.sleep(0)
                self._unite(name, left, untold)
        names = list(islice(left, self._piece))
        messages = [
            message(copy, name, left[name].mine, left[name].second)
            for name in names
            if copy.replica.standing(name)
        ]
        answer = await link.call(
            "merge",
            *(copy.key.epoch, link.life, copy.position),
            *chain.from_iterable(messages),
        )
        if answer[0] == b"newer":
            copy.apply(answer[2])
            await self._epochs.hand_who_asked(link, copy.key, answer[2])
            # A search among fewer is over before the next visitor comes elsewhere.
            self._piece = max(1, self._piece // 2)
            return []
        self._piece = min(MAX_PIECE, 2 * self._piece)
        self.double_grants += answer[2]
        await follow(link, copy, self._epochs)
        self._on_change()
        return names

    def _unite(
        self, name: str, left: dict[str, _Untold], untold: Collection[str]
    ) -> None:
        """Make one account of the two of a visitor whom the server knows under another id."""
        copy, one = self._copy, left[name]
        same = self._same_person(name, untold)
        if same is None or (there := copy.replica.standing(same)) is None:
            return
        # They may have had paper here again since the account was taken.
        one.mine = copy.replica.standing(name) or one.mine
        if self._is_too_much(one, there):
            one.second = name
        one.here = later(one.mine, there)
        copy.replica.drop([name])
        copy.replica.put(same, one.here, None)
        copy.aliases[name] = same
        left[same] = left.pop(name)
        if name in copy.alone:
            copy.alone[same] = copy.alone.pop(name)

    def _same_person(self, name: str, untold: Collection[str]) -> str | None:
        """Return the other id under which the server knows a visitor, if there is one.

        It does not know visitors who were not sent yet or were charged here alone.
        """
        copy = self._copy
        if copy.replica.standing(name) is None:
            return None
        template = copy.replica.template(name)
        identity = copy.replica.identify(template)
        template.fill(0)
        for one in (identity.visitor, *identity.others):
            if one and one != name and one not in untold and one not in copy.alone:
                return one
        return None

    def _is_too_much(self, one: _Untold, there: Standing) -> bool:
        """Return whether the paper at both sites together is more than the allowance."""
        owed = max(0.0, there.tat - self._now()) + max(0.0, one.mine.tat - one.base)
        return owed > self._copy.replica.rule.window_s + CLOCK_MS / 1000
