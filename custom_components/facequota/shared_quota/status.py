"""What people are told of a shared quota."""

from dataclasses import dataclass

from .server import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a shared quota stands; since is monotonic."""

    connected: bool
    since: float
    trouble: Trouble | None
    """Why it is away; None while it is connected."""
    instances: tuple[str, ...]
    """The names of the instances that are here, this one among them."""
    round_trip_s: float
    double_grants: int
    """Portions given twice while the server was away, as far as was found out."""
    forged: int
    """How often the server held what no member had written."""
    waiting: int
    """Settlements and the like that the server has not been told yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReceipt:
    """What a purge everywhere came to."""

    faces: int
    reservations: int
    acknowledged: tuple[str, ...]
    """Names of the instances that have forgotten everybody."""
    missing: tuple[str, ...]
    """Names of those that were here and did not say so in time."""
    swept: bool
    """Nothing of them is left on the server."""
