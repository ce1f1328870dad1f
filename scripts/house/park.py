"""A park: several houses with one dispenser each, which share one quota."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.park.server import QuotaServer

from .client import Json
from .dispenser import Dispenser
from .flows import SUBENTRIES, Flow
from .home_assistant import HouseError
from .house import House, open_house
from .site import Site

GATES: Final = ("Gate 1", "Gate 2", "Gate 3")
PASSWORD: Final = "a password of the demo"
IN_STEP_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkGate:
    """One Home Assistant of the park, its site and its only dispenser."""

    house: House
    site: Site

    @property
    def name(self) -> str:
        """What its site is called."""
        return self.dispenser.name

    @property
    def dispenser(self) -> Dispenser:
        """Return the dispenser at this gate."""
        return self.site.dispensers[0]

    async def shared_quota(self) -> Json:
        """Return the state of the shared quota's sensor."""
        return await self.site.client.state(self.site.entities["sensor.shared_quota"])

    async def until(self, state: str, instances: int = 0) -> None:
        """Wait until the shared quota has this state, with at least so many instances."""
        await self.site.client.wait_for(
            self.site.entities["sensor.shared_quota"],
            lambda one: (
                one["state"] == state
                and len(one["attributes"].get("instances") or ()) >= instances
            ),
            IN_STEP_S,
        )


@contextlib.asynccontextmanager
async def open_houses(
    folder: Path, ports: Mapping[str, int]
) -> AsyncIterator[list[House]]:
    """Start a Home Assistant for each gate; `ports` are theirs where they matter."""
    async with contextlib.AsyncExitStack() as stack:
        houses = [
            await stack.enter_async_context(
                open_house(
                    folder / name.replace(" ", "-").lower(),
                    port=ports.get(name),
                    names=(name,),
                )
            )
            for name in GATES
        ]
        yield houses


async def set_up_gates(houses: list[House], rules: Mapping[str, Any]) -> list[ParkGate]:
    """Set a site up in each house, each by itself."""
    sites = await asyncio.gather(
        *(
            house.set_up_site(name=name, rules=rules)
            for house, name in zip(houses, GATES, strict=True)
        )
    )
    return [
        ParkGate(house=house, site=site)
        for house, site in zip(houses, sites, strict=True)
    ]


async def pair(gates: list[ParkGate], server: QuotaServer) -> list[ParkGate]:
    """Let the gates share one quota, as a manager does; return them with all entities."""
    answers = {
        "servers": f"127.0.0.1:{server.port}",
        "tls": False,
        "password": PASSWORD,
    }
    code: str | None = None
    found: list[ParkGate] = []
    for gate in gates:
        flow = await _reach_server(gate, answers)
        if code is None:
            shown = await flow.choose("first")
            code = shown["description_placeholders"]["code"]
            await flow.finish("first", {})
        else:
            await flow.choose("join")
            await flow.finish("join", {"pairing_code": code})
        # The subentry builds the site again, with one more entity.
        site = await Site.find(gate.site.client, gate.site.dispensers)
        found.append(ParkGate(house=gate.house, site=site))
        await found[-1].until("connected", len(found))
    for one in found:
        await one.until("connected", len(gates))
    return found


async def _reach_server(gate: ParkGate, answers: Mapping[str, Any]) -> Flow:
    """Open *Share the quota* at a gate and enter the server."""
    flow = await Flow.start(
        gate.site.client, SUBENTRIES, [gate.site.entry_id, "shared_quota"]
    )
    await flow.submit("user", answers)
    if flow.errors:
        raise HouseError(f"the server of the park is not taken: {flow.errors}")
    return flow
