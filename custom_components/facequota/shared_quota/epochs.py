"""The other instances, and how an epoch's key is passed to all of them."""

import asyncio
from collections.abc import Iterable
import secrets
from typing import Any, Final, NamedTuple

from custom_components.facequota.quota.protocol import Rule

from .functions import EpochEnded
from .link import Link
from .pairing import Pairing
from .seal import EpochKey, Forged, Greeting, Membership

# An instance that was silent for so long counts as not connected.
SILENT_S: Final = 5.0
_WAIT_S: Final = 2.0
_LOOK_S: Final = 0.02
# An instance that has just begun an epoch, or was stalled, needs a moment to report it:
# longer than from one tick to the next.
_GRACE_S: Final = 1.5


class Tick(NamedTuple):
    """The server's answer about a quota."""

    life: str
    """Since when it knows the quota; another one after it lost its memory."""
    epoch: str
    """Empty between two epochs."""
    position: int
    """The number of the last change."""
    purge: str
    """The last purge of everybody."""
    rule: Rule | None


class Epochs:
    """An instance among the members of a quota."""

    def __init__(self, pairing: Pairing, name: str) -> None:
        """Draw a new id and a new key pair: every run has its own."""
        self.instance = secrets.token_hex(8)
        self._membership = Membership(pairing, self.instance)
        self.name = name
        self.members: dict[str, Greeting] = {}

    def _greeting(self, key: EpochKey | None) -> bytes:
        return self._membership.greeting(self.name, key.epoch if key else "")

    def _see(self, instances: Iterable[tuple[bytes, bytes]]) -> None:
        """Read which instances are connected; those that are not members are ignored."""
        seen = {}
        for instance, sealed in instances:
            name = instance.decode("ascii", "replace")
            try:
                seen[name] = self._membership.read_greeting(name, sealed)
            except Forged:
                continue
        self.members = seen

    @property
    def others(self) -> dict[str, Greeting]:
        """Return the other members."""
        return {k: v for k, v in self.members.items() if k != self.instance}

    async def begin(
        self, link: Link, key: EpochKey, position: int, purge: str, rule: Rule
    ) -> bool | None:
        """Begin an epoch with a key. Return None if another instance has begun one, else whether the server knew nothing before."""
        answer = await link.call(
            "begin",
            *(key.epoch, position, purge),
            *_rule_arguments(rule),
        )
        if answer[0] != b"begun":
            return None
        # So that instances that wait for the key see which one has it.
        await self.tick(link, key)
        for instance in self.others:
            await self.hand(link, key, instance)
        return bool(answer[2])

    async def hand(self, link: Link, key: EpochKey, instance: str) -> None:
        """Give another member the epoch's key; give nothing to a non-member."""
        sealed = await link.take(f"i:{instance}")
        try:
            greeting = self._membership.read_greeting(instance, sealed or b"")
            wrapped = self._membership.wrap(key, instance, greeting)
        except Forged:
            return
        await link.call("hand", key.epoch, instance, wrapped)

    async def hand_who_asked(
        self, link: Link, key: EpochKey | None, changes: list[Any]
    ) -> None:
        """Give the epoch's key to the members who ask for it in these changes."""
        for _, kind, state in changes:
            if kind == b"j" and key is not None:
                instance = state[0].decode("ascii", "replace")
                if instance != self.instance:
                    await self.hand(link, key, instance)

    async def obtain(self, link: Link, epoch: str) -> EpochKey | None:
        """Return the key of an epoch from another member; None if no member has it.

        Raises EpochEnded when it has to be tried again: a member that has it is slow.
        """
        if key := await self._handed(link, epoch):
            return key
        await link.call("ask", self.instance)
        for look in range(int(_WAIT_S / _LOOK_S)):
            if key := await self._handed(link, epoch):
                return key
            if look * _LOOK_S >= _GRACE_S and look % 10 == 0:
                await self.tick(link, None)
                if all(one.epoch != epoch for one in self.others.values()):
                    return None
            await asyncio.sleep(_LOOK_S)
        raise EpochEnded

    async def tick(self, link: Link, key: EpochKey | None) -> Tick:
        """Report that this instance is connected; return the server's answer."""
        told = await link.call(
            "tick", self.instance, self._greeting(key), int(SILENT_S * 1000)
        )
        self._see(told[7])
        return Tick(
            life=told[2].decode(),
            epoch=told[3].decode(),
            position=int(told[4]),
            purge=told[5].decode(),
            rule=rule_of(told[6]),
        )

    async def _handed(self, link: Link, epoch: str) -> EpochKey | None:
        wrapped = await link.take(f"k:{self.instance}")
        if not wrapped:
            return None
        sender = self._membership.sender(wrapped)
        try:
            greeting = self._membership.read_greeting(
                sender, await link.take(f"i:{sender}") or b""
            )
            return self._membership.unwrap(wrapped, epoch, greeting)
        except Forged:
            return None


def new_epoch() -> EpochKey:
    """Return the key of an epoch that no instance has begun yet."""
    return EpochKey(secrets.token_hex(4))


def _rule_arguments(rule: Rule) -> tuple[float, float]:
    return rule.allowance_cm, rule.window_s * 1000


def rule_of(told: bytes) -> Rule | None:
    """Return the rule that the server has; None while it has none."""
    parts: list[Any] = told.split()
    if len(parts) != 2:
        return None
    return Rule(allowance_cm=float(parts[0]), window_s=float(parts[1]) / 1000)
