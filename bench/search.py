"""How long the search among the templates in the window takes, and how it grows.

    .venv/bin/python -m bench.search [--json] [--check]

Both ways that a book compares by, beside numpy's plain distance on the same templates,
in turn; cold is the first search after something else went through the processor's
caches. The people do not exist. --check fails above 0.2 ms at 10,000 templates, or
when ten times the templates take clearly more than ten times as long.
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

from custom_components.facequota.quota.gallery import Gallery

SIZES: Final = (200, 1_000, 10_000)
MOST_MS: Final = 0.2
MOST_GROWTH: Final = 12.0
_DIMENSION: Final = 128
_ROUNDS: Final = 30
# In a row: the first of them finds the templates no longer in the processor's caches.
_IN_A_ROW: Final = 10
# So many make a crowd; more would only take longer to fill in.
_LEARNT: Final = 200
_SEED: Final = 20_261_123


def _plain(rows: NDArray[np.float32], probe: NDArray[np.float32]) -> object:
    return np.linalg.norm(rows - probe, axis=1)


def measure() -> dict[str, dict[int, float]]:
    """Return the median time of a search in ms, by way and number of templates."""
    rng = np.random.default_rng(_SEED)
    middle = rng.normal(size=_DIMENSION)
    result: dict[str, dict[int, float]] = {}
    for size in SIZES:
        people = middle + 0.4 * rng.normal(size=(size, _DIMENSION))
        rows = people.astype(np.float32)
        gallery = Gallery(_DIMENSION)
        for number, template in enumerate(rows):
            gallery.add(template)
            if number < _LEARNT:
                gallery.learn()
        probe = (middle + 0.4 * rng.normal(size=_DIMENSION)).astype(np.float32)
        assert gallery.relative(probe) is not None
        ways: dict[str, Callable[[NDArray[np.float32]], object]] = {
            "distance": gallery.distances,
            "relative": gallery.relative,
            "numpy": partial(_plain, rows),
        }
        times: dict[str, list[float]] = defaultdict(list)
        for _ in range(_ROUNDS):
            for way, search in ways.items():
                for number in range(_IN_A_ROW):
                    start = perf_counter()
                    search(probe)
                    name = way if number else f"{way}, cold"
                    times[name].append((perf_counter() - start) * 1000)
        for name, values in times.items():
            result.setdefault(name, {})[size] = round(median(values), 4)
    return result


def broken(result: dict[str, dict[int, float]]) -> list[str]:
    """Return what is not as it has to be."""
    failures = []
    for way in ("distance", "relative"):
        some, most = (result[way][size] for size in SIZES[-2:])
        if most > MOST_MS:
            failures.append(f"{way}: {most} ms among {SIZES[-1]:,}, {MOST_MS} at most")
        if most > MOST_GROWTH * some:
            failures.append(f"{way}: {most / some:.1f} times as long among ten times")
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
