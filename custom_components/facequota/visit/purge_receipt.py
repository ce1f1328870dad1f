"""The receipt of a purge: what led to it, and what it removed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """What led to a purge."""

    PERSON = "person"
    AUTOMATION = "automation"
    SUSPENSION = "suspension"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a purge removed; also whether there was nothing to remove."""

    time: datetime
    cause: Cause
    faces: int
    reservations: int
    older_than_s: float | None
    everywhere: bool = False
    """Whether visitors were removed at all sites that share the quota."""

    @property
    def already_purged(self) -> bool:
        """Return if there was nothing to remove."""
        return not self.faces and not self.reservations
