"""The newest Home Assistant, which the test harness does not know yet."""

from pathlib import Path

from scripts.house.client import Client
from scripts.house.complaints import complaints
from scripts.house.home_assistant import LATEST_PYTHON
from scripts.house.house import open_house
from scripts.house.people import portraits, stand
from scripts.house.visit_watch import Watch


async def test_it_runs_a_site_and_restarts_with_it_without_a_warning(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, python=LATEST_PYTHON) as house:
        version = (await house.client.call("get_config"))["version"]
        assert version == "2026.11.0"
        site = await house.set_up_site()
        dispenser = site.dispensers[0]
        person = portraits()[0]
        picture = stand(person.photographs[0], dispenser.pictures / "person.jpg")
        dispenser.scene.show(picture)
        async with Watch.on(house.client) as watch:
            told = await watch.visit(dispenser, lambda: site.press(dispenser))
        assert (told.outcome, told.lane) == ("granted", "face")

        await house.home_assistant.stop()
        await house.home_assistant.start()
        async with Client(house.home_assistant.url) as client:
            # The dispensers come back a moment after Home Assistant does.
            await client.wait_for(
                dispenser.entities["sensor.state"],
                lambda state: bool(state["state"] == "ready"),
                seconds=60,
            )
            faces = await client.state(site.entities["sensor.faces_remembered"])
        assert faces["state"] == "0"
    assert complaints(house.home_assistant.log) == []
