"""Three real Home Assistants share one quota; each step of the demo of a park must end as expected."""

import asyncio
import json
from typing import Any

from scripts.house.home_assistant import ROOT

STEPS = {
    "A, for the first time": "granted",
    "A at the next gate": "refused",
    "the server is killed": "",
    "B, known before": "refused",
    "A after the window": "granted",
    "the server is back, with nothing": "",
    "A, who had it meanwhile": "refused",
    "purged: 3 gates say so": "",
    "A after the purge": "granted",
}


async def test_one_quota_for_three_gates_works_as_expected() -> None:
    process = await asyncio.create_subprocess_exec(
        *(ROOT / "scripts/demo", "--park", "--once", "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    told: Any = json.loads(output)
    wrong = {one["visit"]: one["wrong"] for one in told["steps"] if one["wrong"]}
    assert not wrong
    assert process.returncode == 0
    assert told["as_told"]
    outcomes = {one["visit"]: one["outcome"] for one in told["steps"]}
    assert outcomes.items() >= STEPS.items()
    at_once = [one for one in told["steps"] if one["visit"].startswith("B at both")]
    assert sorted(one["outcome"] for one in at_once) == ["granted", "refused"]
