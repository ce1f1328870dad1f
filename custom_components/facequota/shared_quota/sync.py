"""How an instance comes into sync with the server: at first, and after it was alone."""

from collections.abc import Callable
import math
from typing import Final

from custom_components.facequota.quota.protocol import Rule, Standing

from .account_format import text, unpacked
from .copy import Copy
from .epochs import Epochs, Tick, new_epoch
from .functions import EpochEnded
from .link import Link
from .missing_visitors import Telling, follow, lacking

# When a replica takes over, the changes of this time may be lost.
LATELY_S: Final = 10.0
# How often timers are set again while a large quota is loaded.
_TELL_S: Final = 0.5


class Sync:
    """Brings an instance into sync: the epoch's key, all visitors, what the server missed."""

    def __init__(
        self,
        *,
        epochs: Epochs,
        copy: Copy,
        now: Callable[[], float],
        on_change: Callable[[], None],
        on_rule: Callable[[Rule], None],
    ) -> None:
        """Start without knowing anything of the server."""
        self._epochs = epochs
        self._copy = copy
        self._now = now
        self._on_change = on_change
        self._on_rule = on_rule
        self._life = ""
        self._run = ""
        # Its clock was set: it forgot visitors too early.
        self.server_lost_some = False
        # The last purge of everybody that was followed here, and when a purge was begun
        # here.
        self.purge = ""
        self._purged_at = -math.inf
        # The rule that was changed here and the server does not know yet.
        self.purge_due: str | None = None
        self.rule_due: Rule | None = None
        self._telling = Telling(epochs, copy, now, on_change)

    @property
    def double_grants(self) -> int:
        """Return how many second portions were found here."""
        return self._telling.double_grants

    def follow_rule(self, rule: Rule | None) -> None:
        """Take over a rule that another instance changed."""
        if rule and rule != self._copy.replica.rule and self.rule_due is None:
            self._on_rule(rule)

    def is_another(self, link: Link) -> bool:
        """Return whether this is another server process than the one before."""
        return self._run not in {"", link.run}

    async def purge_there(self, link: Link, purge: str) -> None:
        """Forget everybody on the server; the other instances follow."""
        await link.call("finish", "", purge)
        self.purge, self.purge_due = purge, None
        self._purged_at = self._now()

    async def enter(self, link: Link) -> None:
        """Come into sync. Raises EpochEnded or Fallen when it has to be tried again."""
        copy = self._copy
        if self.is_another(link) and self._now() - self._purged_at < LATELY_S:
            self.purge_due = self.purge_due or self.purge
        if self.purge_due is not None:
            await self.purge_there(link, self.purge_due)
        if self.rule_due is not None:
            await change_rule(link, self.rule_due)
            self.rule_due = None
        tick = await self._epochs.tick(link, copy.key)
        if tick.life and tick.purge != self.purge:
            await self._follow_purge(link, tick)
        self.follow_rule(tick.rule)
        epoch = copy.key.epoch if copy.key else tick.epoch
        created = await self._share_epoch(link, tick)
        tick = await self._epochs.tick(link, copy.key)
        if copy.key is None or tick.epoch != copy.key.epoch:
            raise EpochEnded
        before: dict[str, Standing] = {}
        # An epoch with visitors ends without a purge when a new instance finds no
        # member with the key in time: this instance did not respond.
        lost_all = tick.life != self._life or epoch != copy.key.epoch
        if lost_all or self.server_lost_some or self.is_another(link):
            before = self._lost(created, lost_all or self.server_lost_some)
        link.life, copy.position = tick.life, tick.position
        changed = None
        while changed != copy.changed_alone:
            # A visitor who asked here meanwhile may have lapsed reservations of others given back.
            changed = copy.changed_alone
            there = await self._everybody(link, before)
            self._on_change()
            await self._telling.lost(link, lacking(copy, before, there))
            await self._telling.alone(link)
        self._life, self._run = tick.life, link.run
        self.server_lost_some = False

    def _lost(self, created: bool, all_of_it: bool) -> dict[str, Standing]:
        """Return the accounts here of those whom the server may have lost.

        All of them; where a replica took over only those who had paper here lately:
        others may have been forgotten on purpose.
        """
        copy = self._copy
        names = copy.replica.names()
        if not all_of_it:
            names = [one for one in names if one in copy.served]
        copy.give_back_others(names)
        if created:
            copy.alone.clear()
        return {n: one for n, one in copy.standings().items() if n in set(names)}

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
                # No member is left that has the key.
                await link.call("finish", tick.epoch, "")
                raise EpochEnded
            key = found
        copy.use(key)
        return created

    async def _everybody(self, link: Link, before: dict[str, Standing]) -> set[str]:
        """Take all visitors from the server, and what changed meanwhile; return their ids.

        before are the accounts here when the server lost its memory; they stay.
        """
        copy = self._copy
        assert copy.key is not None
        found: set[str] = set()
        told_at = self._now()
        cursor = b"0"
        while True:
            answer = await link.call("snapshot", copy.key.epoch, cursor)
            page = list(unpacked(answer[3]))
            copy.take_all(page)
            found.update(text(state[0]) for state in page)
            if self._now() - told_at > _TELL_S:
                told_at = self._now()
                self._on_change()
            cursor = answer[2]
            if cursor == b"0":
                break
        found.update(await follow(link, copy, self._epochs))
        copy.keep_only(found | set(before))
        return found


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
