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
from typing import Final

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from custom_components.facequota.recognition.supervisor import Supervisor
from scripts.house.home_assistant import ROOT
from scripts.house.people import portrait_folder
from scripts.house.prepare import engines

from .confined import confined, no_core_dump
from .in_house import in_a_house
from .report import Line, Report
from .unlinkable import measure
from .visitor_secrets import Face, faces
from .watched_site import NOBODY, take_pictures

CACHE: Final = ROOT / ".cache"
NAMESPACE_LINES: Final = frozenset({"no-network"})
MAX_FACES: Final = 200


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
    environment = EngineEnvironment(engines(), Engine.FACE_RECOGNITION)
    environment.is_installed()
    worker = Supervisor(
        command=environment.command(), env=environment.env(), on_change=lambda: None
    )
    await worker.start()
    try:
        pictures = take_pictures(portrait_folder(), folder / "shown")
        shown = [path for name, path in pictures.items() if name != NOBODY]
        known = {face.name: face for face in await faces(worker, shown)}
        report.add(await unlinkable(worker, known, arguments.faces))
        report.add(await asyncio.to_thread(confined))
        report.add(await asyncio.to_thread(no_core_dump))
        await in_a_house(arguments, report, folder, pictures, known, worker)
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
    step = max(1, len(pairs) // MAX_FACES)
    return [one for n in range(0, len(pairs), 2 * step) for one in pairs[n : n + 2]]


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(prog="scripts/prove", description=__doc__)
    parser.add_argument("--without-namespaces", action="store_true")
    parser.add_argument("--faces", type=Path, default=None)
    parser.add_argument("--output", type=Path, default=CACHE / "proof")
    # What scripts/proof/namespaces has made for this run alone.
    parser.add_argument("--in-namespaces", action="store_true", help=argparse.SUPPRESS)
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
