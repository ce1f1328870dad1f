"""The demo is a test too: each visit must end as expected."""

import asyncio
import json
from typing import Any

from scripts.house.home_assistant import ROOT

VISITS = {
    "A, for the first time": "granted",
    "A again, moved, darker, compressed": "refused",
    "A at the other dispenser": "refused",
    "B": "granted",
    "nobody before the camera": "unrecognised",
    "A after the window": "granted",
    "A, and the paper jams": "failed",
    "A, for the rest after the jam": "granted",
    "A, by a request": "granted",
    "the same request again": "granted",
    "A while suspended": "granted",
}


async def _demo() -> tuple[int | None, Any]:
    """Run scripts/demo --once --json and return its exit code and its answer."""
    process = await asyncio.create_subprocess_exec(
        ROOT / "scripts/demo", "--once", "--json", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return process.returncode, json.loads(output)


async def test_every_visit_of_the_demo_ends_as_expected() -> None:
    code, told = await _demo()
    wrong = {v["visit"]: v["wrong"] for v in told["visits"] if v["wrong"]}
    assert not wrong
    assert code == 0
    assert told["as_told"]
    outcomes = {visit["visit"]: visit["outcome"] for visit in told["visits"]}
    assert outcomes.items() >= VISITS.items()
    # How many it removed depends on who was still remembered.
    (purged,) = outcomes.keys() - VISITS.keys()
    assert purged.startswith("B after a purge")
    assert outcomes[purged] == "granted"
