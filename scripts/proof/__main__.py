"""Runs a house, lets people visit it, and writes down what is left of them.

    scripts/prove [--without-namespaces] [--faces DIR] [--output DIR]

Exits with 1 when a line is not shown.
"""

import argparse
import asyncio
import csv
import logging
from pathlib import Path
import platform
import shutil
import subprocess
import sys
import tempfile
from typing import Any, Final

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.client import Client
from scripts.house.home_assistant import ROOT
from scripts.house.house import House, open_house

from . import network
from .confined import child_facts, confined, no_core_dump
from .decimals import Decimals
from .files import Findings, Search
from .measure import (
    child_memory,
    key_secrets,
    memory_lines,
    network_line,
    on_time,
    planted,
    protected,
    renewed,
    search_line,
    suspended,
)
from .memory import Memory
from .needles import Needles, Secret
from .processes import workers
from .report import Line, Report
from .rows import ids
from .sought import Face, faces
from .story import NOBODY, Story, take_pictures
from .unlinkable import measure

CACHE: Final = ROOT / ".cache"
NAMESPACE_LINES: Final = frozenset({"no-network"})
MOST_FACES: Final = 200


def about() -> dict[str, str]:
    """Return what is measured, and where."""
    git = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    version = subprocess.run(
        [sys.executable, "-c", "import homeassistant.const as c; print(c.__version__)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "FaceQuota": git.stdout.strip() or "not a git repository",
        "Home Assistant": version.stdout.strip(),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
    }


async def run(arguments: argparse.Namespace, report: Report) -> None:
    """Measure everything."""
    folder = Path(tempfile.mkdtemp(prefix="proof-", dir=CACHE))
    environment = EngineEnvironment(CACHE / "engine", Engine.FACE_RECOGNITION)
    environment.is_installed()
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    try:
        pictures = take_pictures(CACHE / "portraits", folder / "shown")
        shown = [path for name, path in pictures.items() if name != NOBODY]
        known = {face.name: face for face in await faces(worker, shown)}
        report.add(await unlinkable(worker, known, arguments.faces))
        report.add(await asyncio.to_thread(confined))
        report.add(await asyncio.to_thread(no_core_dump))
        await in_a_house(arguments, report, folder, pictures, known)
    finally:
        await worker.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def unlinkable(
    worker: Supervisor, known: dict[str, Face], more: Path | None
) -> Line:
    """Return whether two epochs' templates of one face can be linked."""
    templates = [face.template for face in known.values()]
    people = [name[0] for name in known]
    where = "the portraits"
    if more is not None and (found := people_of(more)):
        where = f"{len(found)} pictures of {len({who for who, _ in found})} people"
        templates, people = [], []
        for who, path in found:
            sighting = await worker.look(path.read_bytes(), timeout=20)
            if sighting.template is not None:
                templates.append(sighting.template)
                people.append(who)
    figures = await asyncio.to_thread(measure, templates, people)
    by_all = figures.by_surroundings
    limit = (
        f"; with whole galleries of both epochs: {by_all.as_text()}" if by_all else ""
    )
    return Line(
        name="unlinkable",
        claim="A protected template says nothing about another one of the same face "
        "from another epoch: another site, or this one before it was last empty.",
        shown=figures.by_distance.is_guessing and figures.by_length.is_guessing,
        found=f"{len(templates)} templates of {where}, by distance "
        f"{figures.by_distance.as_text()}; by length {figures.by_length.as_text()}{limit}",
        control=f"the same templates unprotected: {figures.unprotected.as_text()}",
        figures={"whole_galleries": limit},
    )


def people_of(folder: Path) -> list[tuple[str, Path]]:
    """Return who is on which picture: by index.csv (path, identity), else by folder."""
    index = folder / "index.csv"
    if index.exists():
        with index.open(newline="") as file:
            rows = [
                (row["identity"], folder / row["path"]) for row in csv.DictReader(file)
            ]
    else:
        rows = [(one.parent.name, one) for one in sorted(folder.glob("*/*.jpg"))]
    several: dict[str, list[Path]] = {}
    for who, path in rows:
        several.setdefault(who, []).append(path)
    pairs = [
        (who, p)
        for who, found in several.items()
        if who and len(found) > 1
        for p in found[:2]
    ]
    # Evenly over the folder, in whole pairs.
    step = max(1, len(pairs) // MOST_FACES)
    return [one for n in range(0, len(pairs), 2 * step) for one in pairs[n : n + 2]]


async def in_a_house(
    arguments: argparse.Namespace,
    report: Report,
    folder: Path,
    pictures: dict[str, Path],
    known: dict[str, Face],
) -> None:
    """Open a house, let everybody visit, and search it."""
    config = folder / "config"
    engine = config / ".cache/facequota"
    await asyncio.to_thread(shutil.copytree, CACHE / "engine", engine)
    secrets = [secret for face in known.values() for secret in face.secrets()]
    needles = Needles(secrets)
    decimals = Decimals([v for f in known.values() for v in (f.template, f.unit)])
    search = Search(needles, decimals)
    control = planted(search, known["A1"], _made(folder / "control"))
    if arguments.cage:
        network.build()
    async with open_house(folder) as house:
        site = await house.set_up_site()
        story = Story(site=site, pictures=pictures)
        await story.client.service("logger.set_default_level", {"level": "debug"})
        await story.automate()
        if arguments.cage:
            with network.Capture(network.OUTSIDE) as capture:
                network.knock()
                await asyncio.sleep(0.2)
                knocked = any(p.destination == network.NOWHERE for p in capture.packets)
                capture.packets.clear()
                visitors = await with_visitors(
                    report, house, story, search, control, known, secrets
                )
                report.add(network_line(capture, story.visits, knocked))
        else:
            visitors = await with_visitors(
                report, house, story, search, control, known, secrets
            )
            report.add(_no_namespaces())
    everything = [*secrets, *visitors]
    search = Search(Needles(everything), decimals)
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
    story: Story,
    search: Search,
    control: str,
    known: dict[str, Face],
    secrets: list[Secret],
) -> list[Secret]:
    """Let people visit and measure; return the visitors' ids as a secret."""
    pid = house.home_assistant.pid
    memory = Memory(pid)
    entrance = story.site.dispensers[0]
    before = ids(memory)
    async with story.client.events("call_service") as calls:
        outcomes = await story.first_visits()
        portions = {
            str(call["data"]["service_data"].get("request_id")).encode()
            for call in (calls.get_nowait() for _ in range(calls.qsize()))
        }
    # A portion's id goes to the dispenser and is new each time: it is nobody's.
    visitors = [_ids(ids(memory) - before - portions)]
    rows = protected(memory, known)
    keys = key_secrets(memory, rows)
    needles = Needles([*secrets, *keys])
    while_there, _ = memory.search(needles)
    (child,) = workers(pid)
    child_before, _ = Memory(child).search(needles)
    await story.back_up()
    for line in await told_lines(
        house, story, search, control, visitors, secrets, known
    ):
        report.add(line)
    for line in child_facts(child, pid):
        report.add(line)
    receipt = await story.site.purge()
    again = await story.site.purge()
    visit_line(report, outcomes, receipt, again)
    took_over = await renewed(pid, child)
    child_after, child_size = Memory(took_over).search(needles)
    report.add(child_memory(child, took_over, child_before, child_after, child_size))
    for line in memory_lines(memory, needles, while_there, child_before):
        report.add(line)
    report.add(await on_time(story, house, known))
    report.add(await suspended(story, house, entrance))
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
    story: Story,
    search: Search,
    control: str,
    visitors: list[Secret],
    secrets: list[Secret],
    known: dict[str, Face],
) -> list[Line]:
    """Return what logs, database, backup and everything that is told hold."""
    del search
    decimals = Decimals([v for f in known.values() for v in (f.template, f.unit)])
    whole = Search(Needles([*secrets, *visitors]), decimals)
    config = house.home_assistant.folder
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
    whole.content("answers", (await story.gather()).encode(), answers)
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


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(prog="scripts/prove", description=__doc__)
    parser.add_argument("--without-namespaces", action="store_true")
    parser.add_argument("--faces", type=Path, default=None)
    parser.add_argument("--output", type=Path, default=CACHE / "proof")
    # What scripts/proof/cage has made for this run alone.
    parser.add_argument("--cage", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--private", type=Path, action="append", default=[], help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    logging.disable(logging.ERROR)
    report = Report(about=about())
    print(report.heading())
    asyncio.run(run(arguments, report))
    page, data = report.save(arguments.output)
    missing = NAMESPACE_LINES if arguments.without_namespaces else frozenset()
    fails = report.fails(may_be_missing=missing)
    print(
        f"{len(report.lines)} lines, {len(fails)} of them not shown. Report: {page} and {data.name}"
    )
    sys.exit(bool(fails))


if __name__ == "__main__":
    main()
