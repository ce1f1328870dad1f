"""Whether the books balance: a hundred thousand visits with faults, on a simulated clock.

    .venv/bin/python bench/balance.py [--visits 100000] [--seed 1] [--json] [--check]

visit.py, request queue, motor, accounts, book and open lane are the product's own, in Home
Assistant's core; the machines are simulated and know how much paper really came out. --check
exits with 1 when 0.1 cm is missing or a visit was charged what it should not have been.
"""

import argparse
import json
from pathlib import Path
import sys
import tempfile

# Run as a file: the repository is not on the path yet.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.simulation.test_balance import balance


def main() -> None:
    """Run, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = balance(Path(folder), arguments.visits, arguments.seed)
    table = {
        "visits": ledger.visits,
        "dispensed_cm": round(ledger.dispensed, 2),
        "charged_cm": round(ledger.charged, 2),
        "open_lane_cm": round(ledger.open_lane, 2),
        "staff_cm": round(ledger.staff, 2),
        **{
            f"given_{k.replace(' ', '_')}_cm": round(v, 2)
            for k, v in ledger.given.items()
        },
        "difference_cm": round(ledger.difference, 4),
        "wrong": len(ledger.wrong),
    }
    if arguments.json:
        print(json.dumps({**table, "outcomes": ledger.outcomes}, indent=2))
    else:
        for name, value in table.items():
            print(f"{name:<28} {value:>16,}")
        print(", ".join(f"{n:,} {outcome}" for outcome, n in ledger.outcomes.items()))
    for one in ledger.wrong[:10]:
        print(one, file=sys.stderr)
    # A day with hardly any visitors always balances and proves nothing.
    idle = ledger.outcomes["granted"] < ledger.visits / 4
    bad = ledger.wrong or abs(ledger.difference) >= 0.1 or idle
    sys.exit(bool(arguments.check and bad))


if __name__ == "__main__":
    main()
