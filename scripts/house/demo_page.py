"""A page in Home Assistant on which one chooses who stands before which camera.

    scripts/stand NAME [DISPENSER] [--ask]

does the same from a shell: NAME is one of the page's names, --ask presses the
dispenser's button too.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import re
import sys
from typing import Any, Final

from .client import Client, Json
from .dispenser import Dispenser
from .home_assistant import CallError, HouseError
from .people import Person, leave, stand
from .site import Site

PORT: Final = 8123
ADDRESS: Final = f"http://127.0.0.1:{PORT}"
PAGE: Final = "walk-past"
NOBODY: Final = "Nobody"


async def open_page(site: Site, people: Sequence[Person]) -> None:
    """Make the page, with each person at the first and at the second visit."""
    for one in site.dispensers:
        (one.pictures / "walk").mkdir(exist_ok=True)
        names = await asyncio.to_thread(_take_pictures, one, people)
        await _add_chooser(site.client, one, names)
        one.scene.show(_picture(one, NOBODY))
    page = {"url_path": PAGE, "title": "Walk past", "icon": "mdi:walk"}
    await site.client.call(
        "lovelace/dashboards/create",
        **page,
        mode="storage",
        require_admin=False,
        show_in_sidebar=True,
    )
    sections = [_dispenser_cards(one) for one in site.dispensers]
    await site.client.call(
        "lovelace/config/save",
        url_path=PAGE,
        config={
            "title": "Walk past",
            "views": [
                {
                    "title": "Who stands there",
                    "path": "people",
                    "type": "sections",
                    "sections": [*sections, _site_cards(site)],
                }
            ],
        },
    )


@asynccontextmanager
async def people_walk_past(site: Site) -> AsyncIterator[None]:
    """Show the person chosen on the page to the camera, as long as this is open."""
    choosers = {chooser(one.name): one for one in site.dispensers}

    async def show_the_chosen(changes: asyncio.Queue[Json]) -> None:
        while True:
            data = (await changes.get())["data"]
            if (one := choosers.get(data["entity_id"])) and data["new_state"]:
                one.scene.show(_picture(one, data["new_state"]["state"]))

    async with site.client.events("state_changed") as changes:
        showing = asyncio.create_task(show_the_chosen(changes))
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)


def chooser(dispenser: str) -> str:
    """Return the entity that says who stands at a dispenser."""
    return f"input_select.who_stands_at_{_slug(dispenser)}"


def _slug(name: str) -> str:
    """Return a name as Home Assistant writes it in an entity id."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _picture(dispenser: Dispenser, name: str) -> Path:
    """Return the file with the picture of somebody on the page."""
    return dispenser.pictures / "walk" / f"{_slug(name)}.jpg"


def _take_pictures(dispenser: Dispenser, people: Sequence[Person]) -> list[str]:
    """Write the picture of everybody as the camera sees them and return their names."""
    leave(_picture(dispenser, NOBODY))
    names = [NOBODY]
    for person in people:
        for later in (False, True):
            name = f"{person.name} later" if later else person.name
            stand(person.photographs[0], _picture(dispenser, name), later=later)
            names.append(name)
    return names


async def _add_chooser(client: Client, dispenser: Dispenser, names: list[str]) -> None:
    """Make the list of the people who can stand there."""
    await client.call(
        "input_select/create",
        name=f"Who stands at {dispenser.name}",
        icon="mdi:account-switch",
        options=names,
        initial=NOBODY,
    )


def _dispenser_cards(dispenser: Dispenser) -> dict[str, Any]:
    """Return what the page shows of a dispenser."""
    firmware = dispenser.firmware
    press = {
        "action": "perform-action",
        "perform_action": "button.press",
    }

    def button(name: str, icon: str, entity: str) -> dict[str, Any]:
        action = {**press, "target": {"entity_id": firmware[entity]}}
        return {
            "type": "button",
            "name": name,
            "icon": icon,
            "tap_action": action,
            "grid_options": {"columns": 6, "rows": 2},
        }

    return {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": dispenser.name},
            {
                "type": "picture-entity",
                "entity": dispenser.camera,
                "camera_view": "live",
                "show_name": False,
                "show_state": False,
            },
            {
                "type": "entities",
                "entities": [
                    {"entity": chooser(dispenser.name), "name": "Who stands there"},
                    {"entity": firmware["Display"], "name": "The visitor reads"},
                    dispenser.entities["sensor.state"],
                    firmware["Motor"],
                ],
            },
            button("Paper, please", "mdi:gesture-tap-button", "Sim request"),
            button("… without a face", "mdi:door-open", "Sim request without face"),
            {"type": "tile", "entity": dispenser.visit, "state_content": "event_type"},
            {"type": "tile", "entity": dispenser.entities["sensor.paper_dispensed"]},
        ],
    }


def _site_cards(site: Site) -> dict[str, Any]:
    """Return what the page shows of the site."""
    wanted = (
        "sensor.faces_remembered",
        "sensor.longest_time_left",
        "number.portion",
        "number.allowance",
        "number.window",
        "switch.face_recognition",
        "button.purge",
    )
    return {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": "Site"},
            {
                "type": "entities",
                "entities": [
                    {"entity": site.entities[key], "name": {"type": "entity"}}
                    for key in wanted
                ],
            },
        ],
    }


async def _stand(name: str, dispenser: str, ask: bool) -> None:
    """Let a person stand at a dispenser of the running demo."""
    async with Client(ADDRESS) as client:
        entity_id = chooser(dispenser)
        there = await client.state(entity_id)
        if name not in there["attributes"]["options"]:
            raise HouseError(
                f"choose one of {', '.join(there['attributes']['options'])}"
            )
        await client.service(
            "input_select.select_option",
            {"option": name},
            target={"entity_id": entity_id},
        )
        if ask:
            await asyncio.sleep(0.5)
            button = f"button.{_slug(dispenser)}_dispenser_sim_request"
            await client.service("button.press", target={"entity_id": button})
        print(f"{name} stands at {dispenser}" + (" and asks for paper" if ask else ""))


def main() -> int:
    """Run scripts/stand."""
    parser = argparse.ArgumentParser(
        prog="scripts/stand", description="Say who stands before a camera of the demo."
    )
    parser.add_argument("name", help=f"a name of the page {ADDRESS}/{PAGE}")
    parser.add_argument("dispenser", nargs="?", default="Entrance")
    parser.add_argument("--ask", action="store_true", help="ask for paper too")
    arguments = parser.parse_args()
    try:
        asyncio.run(_stand(arguments.name, arguments.dispenser, arguments.ask))
    except (CallError, HouseError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError:
        print("no demo runs here: start scripts/demo first", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
