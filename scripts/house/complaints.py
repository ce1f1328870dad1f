"""Complaints about FaceQuota in Home Assistant's log."""

import re
from typing import Final

from .home_assistant import ROOT

# One record of the log with all its lines: time, level, thread, logger, text.
RECORD: Final = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:[+-]\d\d:\d\d)? (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^]]+)\]",
    re.MULTILINE,
)


def complaints(log: str) -> list[str]:
    """Return the records of a log that are warnings or errors of, or about, FaceQuota.

    Home Assistant warns of every custom integration that it loads; that one record does
    not count.
    """
    starts = [match.start() for match in RECORD.finditer(log)]
    records = [
        log[start:end].rstrip()
        for start, end in zip(starts, [*starts[1:], len(log)], strict=True)
    ]
    return [
        record
        for record in records
        if (match := RECORD.match(record))
        and match["level"] in {"WARNING", "ERROR", "CRITICAL"}
        # The path of a checkout holds our name too, but the packages installed in it are not ours.
        and "facequota" in record.replace(str(ROOT), "")
        and match["logger"] != "homeassistant.loader"
    ]
