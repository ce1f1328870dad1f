"""Tokens and ids, each kept for as long as a reservation can be open."""

from collections.abc import Callable

from custom_components.facequota.quota.protocol import RESERVATION_S


class Tokens:
    """Remembers tokens until none of their reservations can be open any more."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Begin without tokens."""
        self._now = now
        self._until: dict[str, float] = {}

    def add(self, token: str) -> None:
        """Remember a token."""
        now = self._now()
        # The oldest are first.
        while self._until and self._until[old := next(iter(self._until))] <= now:
            del self._until[old]
        self._until.pop(token, None)
        self._until[token] = now + 2 * RESERVATION_S

    def __contains__(self, token: object) -> bool:
        """Return whether a token is remembered."""
        return token in self._until
