"""The status of a shared quota, for the sensor and the receipt."""

from dataclasses import dataclass

from .trouble import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status of a shared quota; since is monotonic."""

    connected: bool
    since: float
    trouble: Trouble | None
    """Why it is away; None while it is connected."""
    instances: tuple[str, ...]
    """The names of the instances that are here, this one among them."""
    round_trip_s: float
    double_grants: int
    """Portions that were given twice while the server was away, as far as known."""
    forged: int
    """How often the server had data that no member had written."""
    waiting: int
    """Messages that wait for the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeReceipt:
    """The result of a purge at all instances."""

    faces: int
    reservations: int
    acknowledged: tuple[str, ...]
    """Names of the instances that have forgotten everybody."""
    missing: tuple[str, ...]
    """Names of those that were here and did not confirm in time."""
    swept: bool
    """Nothing of them is left on the server."""
