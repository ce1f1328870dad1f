"""A server whose clock can be set, as by a time server or a person."""

from pathlib import Path

from .server import VALKEY, QuotaServer

LIBRARY = "faketime/libfaketime.so.1"


def _library() -> Path:
    """Return libfaketime's path; raise FileNotFoundError without it."""
    for folder in (Path("/usr/lib64"), *Path("/usr/lib").iterdir()):
        if (found := folder / LIBRARY).exists():
            return found
    raise FileNotFoundError("libfaketime is not installed (scripts/setup does it)")


class ClockedServer(QuotaServer):
    """A server with a wall clock of its own; its timers run on as before."""

    def __init__(self) -> None:
        """Begin with the right time."""
        super().__init__(VALKEY)
        self._offset = self.folder / "clock"
        self.set_clock(0)
        self._environment |= {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set_clock(self, ahead_s: float, *, speed: float = 1.0) -> None:
        """Set its clock by so much before (or behind) the right time.

        A speed is that of the whole run: set it before the start.
        """
        self._offset.write_text(
            f"{ahead_s:+} x{speed}\n" if speed != 1 else f"{ahead_s:+}\n"
        )
