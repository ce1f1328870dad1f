"""How an instance comes into sync with the server: at first, and after it was alone."""

import asyncio
from collections.abc import Callable
from typing import Final

from custom_components.facequota.quota.protocol import Rule, Standing

from .account_format import later, text, unpacked
from .copy import Copy
from .epochs import Epochs, Tick, new_epoch
from .functions import EpochEnded
from .link import Link
from .missing_visitors import Message, message, missing

_PIECE: Final = 200


class Entry:
    """Brings an instance into sync: the epoch's key, all visitors, what the server missed."""

    def __init__(
        self, epochs: Epochs, copy: Copy, on_rule: Callable[[Rule], None]
    ) -> None:
        """Start without knowing anything of the server."""
        self._epochs = epochs
        self._copy = copy
        self._on_rule = on_rule
        self._life = ""
        # The last purge of everybody that was followed here.
        self.purge = ""
        # The rule that was changed here and the server does not know yet.
        self.purge_due: str | None = None
        self.rule_due: Rule | None = None
        self.double_grants = 0

    def follow_rule(self, rule: Rule | None) -> None:
        """Take over a rule that another instance changed."""
        if rule and rule != self._copy.replica.rule and self.rule_due is None:
            self._on_rule(rule)

    async def enter(self, link: Link) -> None:
        """Come into sync. Raises EpochEnded or Fallen when it has to be tried again."""
        copy = self._copy
        if self.purge_due is not None:
            await link.call("finish", "", self.purge_due)
            self.purge, self.purge_due = self.purge_due, None
        if self.rule_due is not None:
            await change_rule(link, self.rule_due)
            self.rule_due = None
        tick = await self._epochs.tick(link, copy.key)
        if tick.life and tick.purge != self.purge:
            await self._follow_purge(link, tick)
        self.follow_rule(tick.rule)
        created = await self._share_epoch(link, tick)
        tick = await self._epochs.tick(link, copy.key)
        if copy.key is None or tick.epoch != copy.key.epoch:
            raise EpochEnded
        before: dict[str, Standing] = {}
        if tick.life != self._life:
            # The server lost its memory: send it what no other instance has sent.
            copy.give_back_others(copy.replica.names())
            if created:
                copy.alone.clear()
            before = copy.standings()
        await self._everybody(link, tick.position, before)
        self._life = tick.life
        while copy.alone:
            await self._tell_alone(link, dict(copy.alone))

    async def _follow_purge(self, link: Link, tick: Tick) -> None:
        """Forget everybody who was here when another instance purged."""
        if self._life:
            self._copy.forget_all()
        self.purge = tick.purge
        await link.call("acknowledge", tick.purge, self._epochs.instance)

    async def _share_epoch(self, link: Link, tick: Tick) -> bool:
        """Get the present epoch's key; return if the server knew nothing before."""
        copy = self._copy
        if copy.key is not None and copy.key.epoch == tick.epoch:
            return False
        created = False
        if not tick.epoch:
            # A server that lost its memory goes on with the epoch that there was.
            key = copy.key if copy.key and not tick.life else new_epoch()
            begun = await self._epochs.begin(
                link, key, copy.position, self.purge, copy.replica.rule
            )
            if begun is None:
                raise EpochEnded
            created = begun
        else:
            found = await self._epochs.obtain(link, tick.epoch)
            if found is None:
                # Nobody is left who could read what is there.
                await link.call("finish", tick.epoch, "")
                raise EpochEnded
            key = found
        copy.use(key)
        return created

    async def _everybody(
        self, link: Link, position: int, before: dict[str, Standing]
    ) -> None:
        """Take all visitors from the server, and what changed meanwhile.

        before are the accounts here when the server lost its memory; they are sent.
        """
        copy = self._copy
        assert copy.key is not None
        found: set[str] = set()
        cursor = b"0"
        while True:
            answer = await link.call("snapshot", copy.key.epoch, cursor)
            page = list(unpacked(answer[3]))
            copy.take_all(page)
            found.update(text(state[0]) for state in page)
            cursor = answer[2]
            if cursor == b"0":
                break
        await self._tell(link, missing(copy, before, found))
        found.update(before)
        copy.position = position
        while told := (await link.call("changes", position, _PIECE))[2]:
            kinds = copy.apply(told)
            if b"p" in kinds:
                raise EpochEnded
            found.update(text(one[2][0]) for one in told)
            position = copy.position
        copy.keep_only(found)

    async def _tell(self, link: Link, messages: list[Message]) -> None:
        """Send the server visitors that it does not know (any more)."""
        for at in range(0, len(messages), _PIECE):
            await link.call_all("merge", messages[at : at + _PIECE])

    async def _tell_alone(self, link: Link, alone: dict[str, float]) -> None:
        """Send the server the visitors who were charged here while it was away.

        A visitor who got paper under another id elsewhere is one visitor from now on: the
        later TAT wins. Only paper that was given here is sent: what the server said a
        moment ago may have been settled since.
        """
        copy = self._copy
        messages: list[Message] = []
        told: list[str] = []
        for name, base in alone.items():
            # Each of them is a search; others want to be served in between.
            await asyncio.sleep(0)
            mine = copy.replica.standing(name)
            if mine is None:
                copy.alone.pop(name, None)
                continue
            same = copy.same_person(name)
            if same is not None:
                there = copy.replica.standing(same)
                assert there is not None
                self.double_grants += copy.is_too_much(base, mine.tat, there.tat)
                copy.replica.drop([name])
                copy.replica.put(same, later(mine, there), None)
                copy.aliases[name] = same
                copy.alone[same] = copy.alone.pop(name)
            told.append(same or name)
            messages.append(message(copy, same or name, mine))
        await self._tell(link, messages)
        for name in told:
            copy.alone.pop(name, None)


async def change_rule(link: Link, rule: Rule) -> None:
    """Let everybody's account follow another rule, piece by piece."""
    cursor: bytes | str = "0"
    while True:
        answer = await link.call(
            "change_rule", rule.allowance_cm, rule.window_s * 1000, cursor
        )
        cursor = answer[2]
        if cursor == b"0":
            return
