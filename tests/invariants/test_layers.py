"""Imports go one way: from the top to the rooms, and from a room to those below it."""

import re
from typing import Final

import pytest

from .sources import PRODUCT, ROOT, graph, imports, product_imports

# What each room may import of the others: what stands in a line before its own.
ROOMS: Final = (
    ("quota", "recognition"),
    ("cameras", "hardware", "shared_quota"),
    ("visit",),
    ("site",),
    ("flows", "panel"),
)
# Modules at the top that every room but those of pure logic may import.
COMMON: Final = {"const", "languages", "local_format", "options"}


def room_of(module: str) -> str:
    """Return the room of a module, "" for one at the top."""
    room, _, rest = module.partition(".")
    return room if rest or (PRODUCT / room).is_dir() else ""


def test_a_room_imports_only_rooms_below_it() -> None:
    wrong = []
    for floor, rooms in enumerate(ROOMS):
        below = {room for lower in ROOMS[:floor] for room in lower}
        for module, imported in product_imports().items():
            if (room := room_of(module)) in rooms:
                wrong += [
                    f"{module} imports {name}"
                    for name in imported
                    if (room_of(name) or name) not in {room, *below, *COMMON}
                ]
    assert not wrong


def test_every_folder_of_modules_is_a_known_room() -> None:
    known = {room for rooms in ROOMS for room in rooms}
    assert {room_of(module) for module in product_imports()} == known | {""}


@pytest.mark.parametrize("package", ["custom_components.facequota", "bench", "scripts"])
def test_no_imports_form_a_circle(package: str) -> None:
    modules = graph(ROOT.joinpath(*package.split(".")), package)
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way, module))
        if module not in done:
            for imported in modules.get(module, ()):
                follow(imported, (*way, module))
            done.add(module)

    for module in modules:
        follow(module, ())


@pytest.mark.parametrize("room", ["quota", "recognition"])
def test_a_room_of_pure_logic_imports_nothing_of_home_assistant(room: str) -> None:
    wrong = [
        f"{path.relative_to(PRODUCT)}:{line} {name}"
        for path in (PRODUCT / room).rglob("*.py")
        for name, line in imports(path)
        if name.partition(".")[0] in {"homeassistant", "custom_components", "probatio"}
    ]
    assert not wrong


@pytest.mark.parametrize("room", ["quota", "recognition"])
def test_a_room_of_pure_logic_reaches_no_file_outside_itself(room: str) -> None:
    wrong = []
    for path in (PRODUCT / room).rglob("*.py"):
        depth = len(path.relative_to(PRODUCT / room).parents)
        wrong += [
            f"{path.relative_to(PRODUCT)}:{line} {name}"
            for name, line in imports(path)
            if len(name) - len(name.lstrip(".")) > depth
        ]
    assert not wrong


def test_a_shared_quota_knows_of_the_others_what_a_book_is_and_no_more() -> None:
    outside = {
        name
        for module, imported in product_imports().items()
        if room_of(module) == "shared_quota"
        for name in imported
        if room_of(name) != "shared_quota"
    }
    assert outside <= {"quota.protocol"}
    home_assistant = {"homeassistant", "probatio"}
    wrong = [
        f"{path.name}:{line} {name}"
        for path in (PRODUCT / "shared_quota").rglob("*.py")
        for name, line in imports(path)
        if name.partition(".")[0] in home_assistant
    ]
    assert not wrong


def test_quota_never_reads_a_clock() -> None:
    clocks = {"time", "datetime", "asyncio"}
    wrong = [
        f"{path.name}:{line} {name}"
        for path in (PRODUCT / "quota").rglob("*.py")
        for name, line in imports(path)
        if name in clocks
    ]
    assert not wrong


def test_the_engine_is_imported_in_the_child_process_only() -> None:
    engines = {"dlib", "face_recognition", "face_recognition_models", "ncnn", "cv2"}
    in_the_child = ("recognition/engine_", "recognition/minifasnet")
    wrong = [
        f"{path.relative_to(PRODUCT)}:{line} {name}"
        for path in PRODUCT.rglob("*.py")
        if not path.relative_to(PRODUCT).as_posix().startswith(in_the_child)
        for name, line in imports(path)
        if name.partition(".")[0] in engines
    ]
    assert not wrong


def test_annotations_are_never_postponed() -> None:
    wrong = [
        str(path.relative_to(PRODUCT))
        for path in PRODUCT.rglob("*.py")
        if re.search(r"^from __future__", path.read_text(), re.MULTILINE)
    ]
    assert not wrong


def test_no_file_of_the_product_is_longer_than_the_limit() -> None:
    long = {
        str(path.relative_to(PRODUCT)): length
        for path in PRODUCT.rglob("*.py")
        if (length := len(path.read_text().splitlines())) > 300
    }
    assert not long
