"""Arrows go one way: the two rooms of pure logic know neither Home Assistant nor each other."""

import re

import pytest

from .sources import PRODUCT, imports


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


def test_a_file_of_the_product_can_be_read_in_one_go() -> None:
    long = {
        str(path.relative_to(PRODUCT)): length
        for path in PRODUCT.rglob("*.py")
        if (length := len(path.read_text().splitlines())) > 300
    }
    assert not long
