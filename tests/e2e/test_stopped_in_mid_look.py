"""Home Assistant is stopped while somebody is looked at: nothing is left over, nobody has paid."""

import asyncio
from functools import partial
from pathlib import Path

import psutil
import pytest

from scripts.house.cameras.kinds import Kind
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.complaints import complaints
from scripts.house.house import open_house
from scripts.house.people import portraits, stand
from scripts.house.site_setup import RULES, until_ready
from scripts.house.visit_watch import Watch

ENDS_WITHIN_S = 5
TRIES = 6


async def test_no_reader_is_left_running_and_no_visitor_was_charged(
    tmp_path: Path,
) -> None:
    """With a camera of each kind, all looked through at the time."""
    async with open_house(tmp_path, cameras=tuple(Kind), key_frame_s=0.5) as house:
        rules = {**RULES, "portion_cm": 5, "allowance_cm": 5}
        site = await house.set_up_site(rules=rules, opened="always")
        # Nobody stands there: each look takes all its time.
        await asyncio.gather(*(site.press(one) for one in site.dispensers))
        for dispenser in site.dispensers:
            await house.client.wait_for(
                dispenser.entities["sensor.state"],
                lambda state: state["attributes"].get("step") == "looking",
            )
        children = psutil.Process(house.home_assistant.pid).children(recursive=True)
        assert children
        assert await house.home_assistant.stop() == 0
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, ENDS_WITHIN_S)
        assert not alive
        for dispenser in site.dispensers:
            if isinstance(dispenser.eye, MjpegCamera):
                assert dispenser.eye.readers == 0
        assert complaints(house.home_assistant.log) == []

        await house.client.close()
        await house.home_assistant.start()
        await house.client.connect()
        await until_ready(house.client, site.entry_id, site.dispensers)
        somebody = stand(portraits()[0].photographs[0], tmp_path / "somebody.jpg")
        async with Watch.on(house.client) as watch:
            for dispenser in site.dispensers:
                for total in ("sensor.paper_dispensed", "sensor.portions_granted"):
                    state = await house.client.state(dispenser.entities[total])
                    assert float(state["state"]) == 0
                dispenser.scene.show(somebody)
                for _ in range(TRIES):
                    told = await watch.visit(dispenser, partial(site.press, dispenser))
                    assert told.outcome in {"granted", "unrecognised"}
                    if told.lane == "face":
                        break
                else:
                    pytest.fail(f"nobody was recognised at {dispenser.name}")
                await site.purge()
