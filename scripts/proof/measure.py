"""The lines of the report that are measured in a running house while people visit."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
import time
from typing import Final

from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.client import Client
from scripts.house.dispenser import Dispenser
from scripts.house.house import House

from .files import Findings, Search
from .memory import Memory
from .memory_lines import protected
from .network import Capture
from .processes import workers
from .report import Line
from .visitor_secrets import Face
from .watched_site import WatchedSite

GONE_WITHIN_S: Final = 1.0
_EXPIRY_WINDOW_MIN: Final = 0.25
_RENEWED_WITHIN_S: Final = 60


async def renewed(home_assistant: int, child: int) -> int:
    """Return the process that took over from one that decoded pictures; wait for it.

    Raises TimeoutError.
    """
    async with asyncio.timeout(_RENEWED_WITHIN_S):
        while child in (now := workers(home_assistant)) or len(now) != 1:
            await asyncio.sleep(0.1)
    return now[0]


async def on_time(watched: WatchedSite, house: House, faces: dict[str, Face]) -> Line:
    """Return how long a template stays in memory after its time."""
    memory = Memory(house.home_assistant.pid)
    await watched.site.set_number("window", _EXPIRY_WINDOW_MIN)
    entrance, exit_ = watched.site.dispensers
    first, second = await asyncio.gather(
        watched.visit(entrance, "A1"), watched.visit(exit_, "B1")
    )
    told = max(datetime.fromisoformat(one["next_portion"]) for one in (first, second))
    rows = await asyncio.to_thread(protected, memory, faces)
    left = (told - datetime.now(UTC)).total_seconds()
    gone: dict[int, float] = {}
    deadline = time.monotonic() + left + 5
    while len(gone) < len(rows) and time.monotonic() < deadline:
        for row in rows:
            if row.address in gone:
                continue
            if memory.read(row.address, row.vector.nbytes) != row.vector.tobytes():
                gone[row.address] = (datetime.now(UTC) - told).total_seconds()
        await asyncio.sleep(0.01)
    latest = max(gone.values()) if len(gone) == len(rows) and rows else None
    # The time shown is the exact moment, rounded up to the next whole second.
    return Line(
        name="on-time",
        claim="A face is forgotten at most one second after the moment at which its "
        "visitor may have paper again.",
        shown=latest is not None and latest + 1 <= GONE_WITHIN_S,
        found="the protected templates were never found"
        if not rows
        else f"{len(gone)} of {len(rows)} protected templates were overwritten in Home "
        f"Assistant's memory; the last one {latest} s after the time that its visitor "
        "was told (which is the moment, rounded up to the next whole second)",
        control=f"{left:.1f} s before that time the templates were there",
        figures={"after_told_s": latest, "rows": len(rows)},
    )


async def suspended(watched: WatchedSite, house: House, dispenser: Dispenser) -> Line:
    """Return whether the camera is read while face recognition is suspended."""
    pid = house.home_assistant.pid
    running = workers(pid)
    camera = dispenser.eye
    assert isinstance(camera, MjpegCamera)
    before = camera.requests
    await watched.visit(dispenser, "A1")
    while_on = camera.requests - before
    await watched.site.recognise(False)
    await asyncio.sleep(1)
    before = camera.requests
    visit = await watched.site.dispense(dispenser)
    while_off = camera.requests - before
    left = workers(pid)
    await watched.site.recognise(True)
    return Line(
        name="suspended",
        claim="While face recognition is switched off no camera is read, the process "
        "that decodes pictures is gone, and paper comes by the way without a face.",
        shown=not while_off
        and not left
        and bool(while_on)
        and (visit["lane"], visit["outcome"]) == ("open", "granted"),
        found=f"the camera was asked {while_off} times; {len(left)} of {len(running)} processes "
        f"that decode pictures are left; the visitor got {visit['cm']} cm by the "
        f"{visit['lane']} lane",
        control=f"switched on, one visit asked the camera {while_on} times",
    )


def search_line(name: str, claim: str, findings: Findings, control: str) -> Line:
    """Return the line about a search of files or texts."""
    return Line(
        name=name,
        claim=claim,
        shown=findings.nothing,
        found=findings.as_text(),
        control=control,
        figures={"met": dict(findings.met), "pictures": dict(findings.pictures)},
    )


def planted(search: Search, face: Face, folder: Path) -> str:
    """Return whether the search finds a planted template, picture and list of numbers."""
    numbers = " ".join(f"{number:.4f}" for number in face.template)
    found = []
    for what, content in (
        ("a template", face.template.tobytes()),
        ("a picture", face.picture),
        ("numbers", numbers.encode()),
    ):
        plant = folder / "planted"
        plant.write_bytes(content)
        met = search.folders([folder])
        plant.unlink()
        found.append(f"{what} ({'found' if not met.nothing else 'MISSED'})")
    return f"planted on purpose and searched in the same way: {', '.join(found)}"


def network_line(capture: Capture, visits: int, knocked: bool) -> Line:
    """Return the line about packets that left the house's network."""
    unicast = Counter(
        str(packet) for packet in capture.packets if not packet.is_multicast
    )
    multicast = Counter(str(p) for p in capture.packets if p.is_multicast)
    nearby = ", ".join(f"{n} × {where}" for where, n in multicast.most_common(5))
    return Line(
        name="no-network",
        claim="Nothing leaves the machine while people visit: Home Assistant with "
        "FaceQuota opens no connection to the outside.",
        shown=not unicast and knocked,
        found=f"{visits} visits with purge, backup and suspension in a network "
        f"that leads nowhere: {sum(unicast.values())} packets to a host outside"
        + (f" ({dict(unicast.most_common(5))})" if unicast else "")
        + (
            f"; to every listener on the local network (sent by Home Assistant itself): {nearby}"
            if nearby
            else ""
        ),
        control="one packet sent on purpose was " + ("seen" if knocked else "NOT seen"),
        figures={"unicast": dict(unicast), "multicast": dict(multicast)},
    )


async def restart(house: House, pictures: dict[str, Path]) -> Line:
    """Return whether a restart forgets everybody."""
    home_assistant = house.home_assistant
    await home_assistant.start()
    try:
        async with Client(home_assistant.url) as client:
            entities = await client.entities()
            remembered = next(
                one["entity_id"]
                for one in entities
                if one["platform"] == "facequota"
                and one["translation_key"] == "faces_remembered"
            )
            state = await client.wait_for(
                remembered,
                lambda now: now["state"] not in ("unknown", "unavailable"),
                60,
            )
        needles = {path.stem for path in pictures.values()}
        return Line(
            name="restart",
            claim="A restart of Home Assistant forgets everybody.",
            shown=state["state"] == "0",
            found=f"{state['state']} faces are remembered after a restart",
            control=f"{len(needles)} pictures were shown before it",
        )
    finally:
        await home_assistant.stop()
