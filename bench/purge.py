"""How long a purge takes, and how soon a face is gone after its time.

    .venv/bin/python bench/purge.py [--json] [--check]

Everything is the product's own: the visitors of a site on Home Assistant's clock, with
the receipt that a purge leaves. --check exits with 1 when a limit is missed.
"""

import argparse
import asyncio
import json
from pathlib import Path
import sys
import tempfile
import time
from typing import Any, Final

import numpy as np

# Run as a file: the repository is not on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.replica import Replica
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.visit.purge_receipt import Cause
from custom_components.facequota.visit.visitors import Visitors
from homeassistant.core import HomeAssistant
from tests.unit.quota.people import any_face

TEMPLATES: Final = 10_000
PURGE_MS: Final = 50.0
GONE_S: Final = 1.0

EXPIRING: Final = 200
WINDOW_S: Final = 4.0
DIMENSION: Final = 128
LIMIT: Final = 1e-6


def site(hass: HomeAssistant, window_s: float) -> Visitors:
    """Return the visitors of a site on Home Assistant's clock."""
    book = Replica(
        rule=Rule(allowance_cm=60, window_s=window_s),
        threshold=Threshold(cohort=any_face(), limit=LIMIT),
        dimension=DIMENSION,
    )
    return Visitors(hass, lambda: book)


def strangers(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return templates of people who are all far from each other."""
    draw = np.random.default_rng(1)
    templates = draw.normal(size=(count, DIMENSION)).astype(np.float32)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    return templates


async def purge(hass: HomeAssistant) -> float:
    """Return the milliseconds that a purge of TEMPLATES takes, receipt included."""
    visitors = site(hass, 3600)
    for template in strangers(TEMPLATES):
        reservation = visitors.reserve(template, 60)
        assert isinstance(reservation, Reservation)
        visitors.settle(reservation, 60)
    held = visitors.statistics.faces
    began = time.perf_counter()
    receipt = visitors.purge(Cause.PERSON)
    took = (time.perf_counter() - began) * 1000
    if receipt.faces != held or held < TEMPLATES * 0.99 or visitors.statistics.faces:
        raise RuntimeError(f"{held} faces, the receipt says {receipt.faces}")
    return took


async def expiry(hass: HomeAssistant) -> float:
    """Return by how many seconds the latest of EXPIRING faces outlives its time."""
    visitors = site(hass, WINDOW_S)
    due: list[float] = []
    gone: list[float] = []
    all_gone = asyncio.Event()

    def forgotten(faces: int) -> None:
        gone.extend([hass.loop.time()] * faces)
        if len(gone) == EXPIRING:
            all_gone.set()

    visitors.expiries.add(forgotten)
    for template in strangers(EXPIRING):
        reservation = visitors.reserve(template, 60)
        assert isinstance(reservation, Reservation)
        visitors.settle(reservation, 60)
        due.append(reservation.next_portion_at)
        await asyncio.sleep(0.002)
    async with asyncio.timeout(2 * WINDOW_S):
        await all_gone.wait()
    visitors.stop()
    pairs = zip(sorted(due), gone, strict=True)
    return max(late - at for at, late in pairs)


async def run(folder: str) -> dict[str, Any]:
    """Measure both."""
    hass = HomeAssistant(folder)
    took = await purge(hass)
    late = await expiry(hass)
    await hass.async_stop(force=True)
    return {
        "templates": TEMPLATES,
        "purge_ms": round(took, 2),
        "gone_after_tat_s": round(late, 3),
    }


def main() -> None:
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(run(folder))
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        print(f"purge of {TEMPLATES:,} templates with receipt  {result['purge_ms']} ms")
        print(
            f"last face after its time                 {result['gone_after_tat_s']} s"
        )
    bad = result["purge_ms"] > PURGE_MS or result["gone_after_tat_s"] > GONE_S
    sys.exit(arguments.check and bad)


if __name__ == "__main__":
    main()
