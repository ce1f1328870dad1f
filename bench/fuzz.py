"""A long run of tests/fuzz.

    .venv/bin/python bench/fuzz.py [--cases 1000000] [--seed 1] [--only TARGET]

Prints a line for each target and ends with the first finding, which it names by its
seed.
"""

import argparse
from pathlib import Path
from random import Random
import sys
import time

# Run as a file: the repository is not on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run the cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS)
    arguments = parser.parse_args()
    names = [arguments.only] if arguments.only else list(TARGETS)
    each = -(-arguments.cases // len(names))
    for name in names:
        began = time.monotonic()
        passed = 0
        for number in range(each):
            seed = f"{arguments.seed}:{name}:{number}"
            try:
                passed += TARGETS[name](Random(seed))
            except Exception as err:
                err.add_note(f"{name}: case {seed}")
                raise
        took = time.monotonic() - began
        print(f"{name:<18} {each:>9,} cases  {passed:>9,} let through  {took:6.1f} s")


if __name__ == "__main__":
    main()
