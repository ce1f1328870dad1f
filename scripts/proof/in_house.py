"""The lines that need a running Home Assistant: visits, then a search of all it holds."""

import argparse
import asyncio
from pathlib import Path
import shutil
from typing import Any, Final

from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.cameras.mjpeg import MjpegCamera
from scripts.house.house import House, open_house
from scripts.house.prepare import engines
from scripts.house.site_setup import RULES

from . import network
from .confined import child_facts
from .decimals import Decimals
from .files import Findings, Search
from .measure import (
    network_line,
    on_time,
    planted,
    renewed,
    restart,
    search_line,
    suspended,
)
from .memory import Memory
from .memory_lines import child_memory, key_secrets, memory_lines, protected
from .needles import Needles, Secret
from .processes import workers
from .report import Line, Report
from .rows import ids
from .shared import shared
from .visitor_secrets import Face, Sent
from .watched_site import WatchedSite

PICTURES_ALIVE: Final = Path(__file__).parent / "pictures_alive"


async def in_a_house(
    arguments: argparse.Namespace,
    report: Report,
    folder: Path,
    pictures: dict[str, Path],
    known: dict[str, Face],
    worker: Supervisor,
) -> None:
    """Open a house, let people visit, and search it; `worker` is the proof's own."""
    config = folder / "config"
    engine = config / ".cache/facequota"
    await asyncio.to_thread(shutil.copytree, engines(), engine)
    (config / "custom_components").mkdir()
    (config / "custom_components" / PICTURES_ALIVE.name).symlink_to(PICTURES_ALIVE)
    if arguments.in_namespaces:
        network.build()
    more = f"{PICTURES_ALIVE.name}:\n"
    async with open_house(folder, configuration=more) as house:
        # No visitor's time ends before everything was searched, even on a slow machine.
        site = await house.set_up_site(rules={**RULES, "window_min": 60})
        watched = WatchedSite(site=site, pictures=pictures)
        cameras = [one.eye for one in site.dispensers]
        sent = Sent(
            worker=worker,
            cameras=[one for one in cameras if isinstance(one, MjpegCamera)],
        )
        sent.begin()
        await watched.client.service("logger.set_default_level", {"level": "debug"})
        await watched.automate()
        if arguments.in_namespaces:
            with network.Capture(network.OUTSIDE) as capture:
                network.knock()
                await asyncio.sleep(0.2)
                knocked = any(p.destination == network.NOWHERE for p in capture.packets)
                capture.packets.clear()
                visitors = await with_visitors(report, house, watched, sent, known)
                report.add(network_line(capture, watched.visits, knocked))
        else:
            visitors = await with_visitors(report, house, watched, sent, known)
            report.add(_no_namespaces())
    await sent.look()
    search = _search(sent, visitors)
    control = planted(search, sent.faces[0], _made(folder / "control"))
    places = [config, *arguments.private]
    findings = await asyncio.to_thread(
        search.folders, places, skip=lambda path: engine in path.parents
    )
    icons = {name for name in findings.pictures if "/custom_components/" in name}
    for name in icons:
        del findings.pictures[name]
    report.add(
        search_line(
            "files",
            "No picture, no template and no visitor's id is in any file of the "
            "configuration, cache and temporary folders.",
            findings,
            f"{control}; {len(visitors[0].pieces) if visitors else 0} ids of visitors "
            f"were known from memory; not counted: {len(icons)} icons of the product",
        )
    )
    report.add(await restart(house, pictures))


async def with_visitors(
    report: Report,
    house: House,
    watched: WatchedSite,
    sent: Sent,
    known: dict[str, Face],
) -> list[Secret]:
    """Let people visit and measure; return the visitors' ids as a secret."""
    pid = house.home_assistant.pid
    memory = Memory(pid)
    entrance = watched.site.dispensers[0]
    before = ids(memory)
    async with watched.client.events("call_service") as calls:
        outcomes = await watched.first_visits()
        portions = {
            str(call["data"]["service_data"].get("request_id")).encode()
            for call in (calls.get_nowait() for _ in range(calls.qsize()))
        }
    # A portion's id goes to the dispenser and is new each time: it identifies no visitor.
    visitors = [_ids(ids(memory) - before - portions)]
    await sent.look()
    rows = protected(memory, known)
    keys = key_secrets(memory, rows)
    needles = Needles([*sent.secrets, *keys])
    while_there, _ = memory.search(needles)
    (child,) = workers(pid)
    child_before, _ = Memory(child).search(needles)
    await watched.back_up()
    for line in await told_lines(house, watched, sent, visitors):
        report.add(line)
    for line in child_facts(child, pid):
        report.add(line)
    receipt = await watched.site.purge()
    again = await watched.site.purge()
    visit_line(report, outcomes, receipt, again)
    took_over = await renewed(pid, child)
    child_after, child_size = Memory(took_over).search(needles)
    report.add(child_memory(child, took_over, child_before, child_after, child_size))
    alive = await watched.pictures_alive()
    for line in memory_lines(memory, needles, while_there, child_before, alive):
        report.add(line)
    report.add(await on_time(watched, house, known))
    report.add(await suspended(watched, house, entrance))
    report.add(await shared(watched, house, sent))
    return visitors


def visit_line(
    report: Report, outcomes: list[str], receipt: dict[str, Any], again: dict[str, Any]
) -> None:
    """Add whether a purge removed the visitors and says so."""
    wanted = ["granted", "refused", "granted", "refused", "unrecognised", "granted"]
    report.add(
        Line(
            name="purge",
            claim="A purge removes everybody and leaves a receipt; a second one says that "
            "nothing was left.",
            shown=receipt["faces"] == 2 and again["already_purged"] is True,
            found=f"{receipt['faces']} faces and {receipt['reservations']} reservations "
            f"removed, cause {receipt['cause']}; the second: {again['faces']} faces, "
            f"already purged: {again['already_purged']}",
            control=f"the visits before it ended as they should: {outcomes == wanted}",
            figures={"receipt": receipt, "again": again, "outcomes": outcomes},
        )
    )


async def told_lines(
    house: House,
    watched: WatchedSite,
    sent: Sent,
    visitors: list[Secret],
) -> list[Line]:
    """Return what logs, database, backup and all answers of Home Assistant hold."""
    whole = _search(sent, visitors)
    config = house.home_assistant.folder
    control = planted(whole, sent.faces[0], _made(house.folder / "control_told"))
    log, database, archive, answers = (Findings() for _ in range(4))
    for path in sorted(config.glob("home-assistant*.log*")):
        whole.content(path.name, path.read_bytes(), log)
    for path in sorted(config.glob("home-assistant_v2.db*")):
        whole.content(path.name, path.read_bytes(), database)
    for path in sorted((config / "backups").glob("*.tar")):
        whole.content(path.name, path.read_bytes(), archive)
    icons = [name for name in archive.pictures if "custom_components/" in name]
    for name in icons:
        del archive.pictures[name]
    whole.content("answers", (await watched.gather()).encode(), answers)
    nothing = "no picture, no template and no visitor's id"
    return [
        search_line(
            "log", f"The log at its most talkative level holds {nothing}.", log, control
        ),
        search_line(
            "database", f"The recorder's database holds {nothing}.", database, control
        ),
        search_line(
            "backup",
            f"A full backup made while visitors are remembered holds {nothing}.",
            archive,
            f"{control}; not counted: {len(icons)} icons of the product",
        ),
        search_line(
            "told",
            "States, events, history, logbook, traces, diagnostics, system "
            f"information, repairs and the answers of actions hold {nothing}.",
            answers,
            control,
        ),
    ]


def _search(sent: Sent, visitors: list[Secret]) -> Search:
    """Return the search for all pictures sent, their templates, and visitors' ids."""
    templates = [v for face in sent.faces for v in (face.template, face.unit)]
    return Search(Needles([*sent.secrets, *visitors]), Decimals(templates))


def _ids(found: set[bytes]) -> Secret:
    return Secret(name="a visitor's id", pieces=tuple(sorted(found)))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _no_namespaces() -> Line:
    return Line(
        name="no-network",
        claim="Nothing leaves the machine while people visit.",
        shown=None,
        found="needs a network of its own (root, or user namespaces), which was not to be had",
        control="none",
    )
