"""Prepared folders are made once, all or nothing, and again when they are broken."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import re
import time

import pytest

from scripts.house.prepared import prepared
from tests.invariants.sources import ROOT, committed


class Maker:
    """Fills a folder as slowly as a download does, and counts how often."""

    def __init__(self) -> None:
        """Begin."""
        self.made = 0

    def __call__(self, folder: Path) -> None:
        """Fill the folder."""
        self.made += 1
        (folder / "A").mkdir()
        time.sleep(0.05)
        (folder / "A/1.jpg").write_bytes(b"picture")
        (folder / "A/2.jpg").write_bytes(b"another")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the folder will be."""
    return tmp_path / "cache" / "portraits"


def test_it_is_made_once_and_found_again(folder: Path) -> None:
    make = Maker()
    assert prepared(folder, "1", make) == prepared(folder, "1", make) == folder
    assert make.made == 1
    assert (folder / "A/1.jpg").read_bytes() == b"picture"


def test_commands_that_start_at_once_share_one(folder: Path) -> None:
    make = Maker()
    with ThreadPoolExecutor(8) as commands:
        found = list(commands.map(lambda _: prepared(folder, "1", make), range(8)))
    assert found == [folder] * 8
    assert make.made == 1
    assert sorted(path.name for path in folder.rglob("*")) == ["1.jpg", "2.jpg", "A"]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda folder: (folder / "A/1.jpg").unlink(),
        lambda folder: (folder / "A/1.jpg").write_bytes(b"pict"),
        lambda folder: (
            (folder / "portraits").mkdir()
            or (folder / "portraits/1.jpg").write_bytes(b"nested")
        ),
        lambda folder: folder.with_name("portraits.stamp").unlink(),
    ],
    ids=["a file is gone", "a file is cut short", "nested", "never finished"],
)
def test_a_broken_one_is_made_anew(folder: Path, break_it: object) -> None:
    make = Maker()
    prepared(folder, "1", make)
    assert callable(break_it)
    break_it(folder)
    prepared(folder, "1", make)
    assert make.made == 2
    assert sorted(path.name for path in folder.rglob("*")) == ["1.jpg", "2.jpg", "A"]


def test_what_python_compiles_in_it_does_not_break_it(folder: Path) -> None:
    make = Maker()
    prepared(folder, "1", make)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/a.pyc").touch()
    prepared(folder, "1", make)
    assert make.made == 1


def test_another_content_is_made_anew(folder: Path) -> None:
    make = Maker()
    prepared(folder, "1", make)
    prepared(folder, "2", make)
    assert make.made == 2


def test_a_failure_leaves_what_was_there(folder: Path) -> None:
    def fail(part: Path) -> None:
        (part / "half").touch()
        raise OSError("no network")

    prepared(folder, "1", Maker())
    with pytest.raises(OSError, match="no network"):
        prepared(folder, "2", fail)
    assert (folder / "A/1.jpg").exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == [
        "portraits",
        "portraits.lock",
        "portraits.stamp",
    ]


def test_every_user_of_a_prepared_folder_asks_for_it() -> None:
    """A path written by hand finds what is not there yet, is half made or broken."""
    makers = {"scripts/portraits", "scripts/house/prepare.py"}
    names = ("portraits", "engine", "wheels", "platforms", "firmware/checked")
    wanted = re.compile(rf"\.cache\"? ?/ ?\"?({'|'.join(names)})\b")
    found = {}
    for path in (*committed("*.py"), *committed("scripts/*")):
        name = path.relative_to(ROOT).as_posix()
        source = path.read_text(errors="replace")
        if (
            wanted.search(source)
            and "import prepared" not in source
            and name not in makers
        ):
            found[name] = wanted.findall(source)
    assert not found
