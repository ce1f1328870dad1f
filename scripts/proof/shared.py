"""The line of a quota that is shared: the house's site shares its own, and is copied."""

from typing import Final

from scripts.house.house import House
from scripts.house.park import PASSWORD, ParkGate, pair
from scripts.park.server import VALKEY, QuotaServer

from .report import Line
from .server import Dump, code_on_disk, dump, server_line
from .visitor_secrets import Sent
from .watched_site import WatchedSite

# Longer than two copies take.
_WINDOW_MIN: Final = 60
_SITE: Final = "Park gate"


async def shared(watched: WatchedSite, house: House, sent: Sent) -> Line:
    """Share the quota, let A and B visit before and after a purge, copy the server."""
    await watched.site.set_number("window", _WINDOW_MIN)
    entrance, exit_ = watched.site.dispensers
    with QuotaServer(VALKEY, "--requirepass", PASSWORD) as server:
        (gate,) = await pair([ParkGate(house=house, site=watched.site)], server)

        async def copied() -> Dump:
            await watched.visit(entrance, "A1")
            await watched.visit(exit_, "B1")
            return await dump(server, PASSWORD)

        before = await copied()
        await watched.site.purge()
        await gate.until("connected", 1)
        after = await copied()
    await sent.look()
    code = code_on_disk(house.home_assistant.folder)
    return server_line(before, after, sent.secrets, _SITE, code)
