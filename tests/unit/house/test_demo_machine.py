"""The demo reports a machine without AVX or with little memory."""

import math

import pytest

from scripts.house.demo import _engine_for, _memory_gb

X86 = "processor\t: 0\nflags\t\t: fpu sse4_2 {}xsave\nprocessor\t: 1\n"


@pytest.mark.parametrize(
    ("cpuinfo", "engine"),
    [
        (X86.format("avx avx2 "), "face_recognition"),
        (X86.format(""), "ncnn"),
        ("processor\t: 0\nFeatures\t: fp asimd evtstrm\n", "face_recognition"),
        ("", "face_recognition"),
    ],
)
def test_a_processor_without_avx_gets_the_engine_that_runs_there(
    cpuinfo: str, engine: str
) -> None:
    assert _engine_for(cpuinfo) == engine


@pytest.mark.parametrize(
    ("meminfo", "gigabytes"),
    [
        ("MemTotal:        2014592 kB\nMemFree: 1 kB\n", 2.06),
        ("MemTotal:       24648432 kB\n", 25.2),
        ("", math.inf),
    ],
)
def test_its_memory_is_read(meminfo: str, gigabytes: float) -> None:
    assert _memory_gb(meminfo) == pytest.approx(gigabytes, rel=0.01)
