"""How long the search among the templates in the window takes, and how it grows.

    .venv/bin/python -m bench.search [--json] [--check]

The search by distance and the threshold for one probe, beside numpy's plain distance on
the same templates, in turn; cold is the first search after something else went through the
processor's caches. The people do not exist. --check fails above 0.2 ms at 10,000
templates or 0.3 ms for a threshold, or when ten times the templates take clearly more than
ten times as long.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from functools import partial
import json
from statistics import median
import sys
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gallery import Gallery
from custom_components.facequota.quota.threshold import Threshold

SIZES: Final = (200, 1_000, 10_000)
MAX_MS: Final = 0.2
MAX_THRESHOLD_MS: Final = 0.3
MAX_GROWTH: Final = 12.0
_DIMENSION: Final = 128
_ROUNDS: Final = 30
# In a row: the first of them finds the templates no longer in the processor's caches.
_IN_A_ROW: Final = 10
_SEED: Final = 20_261_123


def _plain(rows: NDArray[np.float32], probe: NDArray[np.float32]) -> object:
    return np.linalg.norm(rows - probe, axis=1)


def measure() -> dict[str, dict[int, float]]:
    """Return the median time in ms, by way and number of templates."""
    rng = np.random.default_rng(_SEED)
    cohort = Cohort.load("face_recognition")
    threshold = Threshold(cohort=cohort, limit=1e-3)
    result: dict[str, dict[int, float]] = {}
    for size in SIZES:
        rows = rng.normal(size=(size, _DIMENSION)).astype(np.float32)
        gallery = Gallery(_DIMENSION)
        gallery.add_all([str(number) for number in range(size)], rows)
        ways: dict[str, Callable[[NDArray[np.float32]], object]] = {
            "distance": gallery.distances,
            "threshold": partial(
                threshold.decide, distances=gallery.distances(rows[0])
            ),
            "numpy": partial(_plain, rows),
        }
        times: dict[str, list[float]] = defaultdict(list)
        for _ in range(_ROUNDS):
            for way, search in ways.items():
                for number in range(_IN_A_ROW):
                    start = perf_counter()
                    search(rows[0])
                    name = way if number else f"{way}, cold"
                    times[name].append((perf_counter() - start) * 1000)
        for name, values in times.items():
            result.setdefault(name, {})[size] = round(median(values), 4)
    return result


def broken(result: dict[str, dict[int, float]]) -> list[str]:
    """Return the figures that miss their limit."""
    failures = []
    some, most = (result["distance"][size] for size in SIZES[-2:])
    if most > MAX_MS:
        failures.append(f"{most} ms among {SIZES[-1]:,}, {MAX_MS} at most")
    if most > MAX_GROWTH * some:
        failures.append(f"{most / some:.1f} times as long among ten times as many")
    slowest = max(result["threshold"].values())
    if slowest > MAX_THRESHOLD_MS:
        failures.append(f"threshold: {slowest} ms, {MAX_THRESHOLD_MS} at most")
    return failures


def print_table(result: dict[str, dict[int, float]]) -> None:
    """Print a result for people."""
    print(f"{'search, ms':20}" + "".join(f"{size:>12,}" for size in SIZES))
    for way, times in result.items():
        print(f"{way:20}" + "".join(f"{time:>12}" for time in times.values()))


def main() -> int:
    """Measure, print, and with --check say whether it is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    result: dict[str, Any] = measure()
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print_table(result)
    failures = broken(result)
    print("\n".join(failures) or "as it has to be", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
