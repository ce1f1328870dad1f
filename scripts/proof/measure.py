"""The lines that need a running house: what is measured while people visit."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
import time
from typing import Final

from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.dispenser import Dispenser
from scripts.house.house import House

from .files import Findings, Search
from .memory import Memory
from .needles import Needles, Secret
from .network import Capture
from .processes import workers
from .report import Line
from .rows import Row, rows_apart, transforms, unit_vectors
from .visitor_secrets import Face
from .watched_site import WatchedSite

DIMENSION: Final = 128
GONE_WITHIN_S: Final = 1.0
_EXPIRY_WINDOW_MIN: Final = 0.25
_RENEWED_WITHIN_S: Final = 60
PROTECTED: Final = ("protected template", "key")


def protected(memory: Memory, faces: dict[str, Face]) -> list[Row]:
    """Return the rows of A and B in a process's memory, found by their distance."""
    a, b = faces["A1"].unit, faces["B1"].unit
    rows = unit_vectors(memory, DIMENSION)
    return rows_apart(rows, float(((a - b) ** 2).sum() ** 0.5))


def key_secrets(memory: Memory, rows: list[Row]) -> list[Secret]:
    """Return the protected rows and the transform as secrets for later searches."""
    secrets = [_pieces(PROTECTED[0], row.vector.tobytes()) for row in rows]
    matrices = transforms(unit_vectors(memory, DIMENSION))
    return [*secrets, *(_pieces(PROTECTED[1], one.tobytes()) for one in matrices)]


def _pieces(name: str, content: bytes) -> Secret:
    step = 32
    return Secret(
        name=name,
        pieces=tuple(content[at : at + 16] for at in range(0, len(content), step)),
    )


def names(found: Counter[str]) -> str:
    """Return what was found by kind, A and B together."""
    kinds: Counter[str] = Counter()
    for name, count in found.items():
        kinds[name.partition(" of ")[0]] += count
    return ", ".join(f"{kind}: {n} pieces" for kind, n in sorted(kinds.items()))


def memory_lines(
    memory: Memory,
    needles: Needles,
    before: Counter[str],
    in_child: Counter[str],
    alive: dict[str, int],
) -> list[Line]:
    """Return what a search of Home Assistant's memory finds after a purge.

    before is what it found there before the purge, in_child what it found in the
    process that decodes pictures; alive the pictures that something still refers to.
    """
    found, size = memory.search(needles)
    pictures = Counter({n: c for n, c in found.items() if _is_picture(n)})
    pictures_before = Counter({n: c for n, c in before.items() if _is_picture(n)})
    kept, known = found - pictures, before - pictures_before
    plain = Counter({n: c for n, c in in_child.items() if not _is_picture(n)})
    return [
        Line(
            name="purged-memory",
            claim="A purge leaves no template, plain or protected, and no key in Home "
            "Assistant's memory.",
            shown=not kept and bool(plain) and all(known[n] for n in PROTECTED),
            found=f"{size / 1e6:,.0f} MB of memory: {names(kept) or 'nothing found'}",
            control=f"before the purge: {names(known) or 'nothing found'}; in the "
            f"process that decodes pictures: {names(plain) or 'nothing found'}",
            figures={"found": dict(kept), "before": dict(known)},
        ),
        Line(
            name="ha-memory",
            claim="What is left of pictures after a purge in Home Assistant's memory: in "
            "use by its camera integration, or freed and not yet written over.",
            shown=not pictures and not alive,
            is_promise=False,
            found=f"{sum(alive.values())} pictures in use"
            + "".join(f" ({count} by {who})" for who, count in alive.items())
            + f"; {size / 1e6:,.0f} MB of memory: {names(pictures) or 'nothing found'}",
            control=f"before the purge: {names(pictures_before) or 'nothing found'}",
            figures={
                "found": dict(pictures),
                "before": dict(pictures_before),
                "in_use": alive,
            },
        ),
    ]


def _is_picture(name: str) -> bool:
    return name.startswith(("picture", "pixels"))


async def renewed(home_assistant: int, child: int) -> int:
    """Return the process that took over from one that decoded pictures; wait for it.

    Raises TimeoutError.
    """
    async with asyncio.timeout(_RENEWED_WITHIN_S):
        while child in (now := workers(home_assistant)) or len(now) != 1:
            await asyncio.sleep(0.1)
    return now[0]


def child_memory(
    before: int,
    now: int,
    found_before: Counter[str],
    found: Counter[str],
    size: int,
) -> Line:
    """Return whether a purge leaves anything in the process that decodes pictures."""
    return Line(
        name="child-memory",
        claim="A purge ends the process that decoded pictures, and all of its memory "
        "with it; the one that took over holds nothing.",
        shown=before != now and not found and bool(found_before),
        found=f"process {before} is gone; {size / 1e6:,.0f} MB of memory of process "
        f"{now}: {names(found) or 'nothing found'}",
        control=f"in the former before the purge: {names(found_before)}",
        figures={"found": dict(found), "before": dict(found_before)},
    )


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
    """Return what a search of files or texts has met."""
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
    """Return what left the house's network."""
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
