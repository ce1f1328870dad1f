"""The filter of system calls, run here instruction by instruction for both processors.

Numbers come from the kernel's headers, so that a wrong one in our table is found also
for the processor that this machine does not have.
"""

from collections.abc import Mapping
from errno import EACCES, ENOSYS
import os
import re
import struct
import subprocess

import pytest

from custom_components.facequota.recognition.call_filter import confining, shutting
from custom_components.facequota.recognition.system_calls import (
    BY_NAME,
    FIRST_SHARED,
    FORBIDDEN,
    LAST_OWN,
    LIMITED,
    MACHINES,
)

PID = 4711
OTHER = 1
ALLOWED, KILLED = "allowed", "killed"
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# What the C libraries' aarch64 has of the table that all newer machines share.
_HEADERS = {
    "x86_64": "#include <asm/unistd_64.h>\n",
    "aarch64": "#define __BITS_PER_LONG 64\n"
    + "".join(
        f"#define __ARCH_WANT_{name}\n"
        for name in (
            "RENAMEAT",
            "NEW_STAT",
            "SET_GET_RLIMIT",
            "SYS_CLONE3",
            "MEMFD_SECRET",
        )
    )
    + "#include <asm-generic/unistd.h>\n",
}


@pytest.fixture(scope="module", params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> str:
    """Return a processor."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def numbers(machine: str) -> Mapping[str, int]:
    """Return the system calls of a processor as the kernel's headers number them."""
    if machine == "x86_64" and os.uname().machine != "x86_64":
        pytest.skip("needs the kernel's headers of x86_64")
    ran = subprocess.run(
        ["g++", "-E", "-dM", "-x", "c", "-"],
        input=_HEADERS[machine],
        capture_output=True,
        text=True,
        check=True,
    )
    defined = dict(re.findall(r"#define (__NR\w*) (\w+)", ran.stdout))

    def number(name: str) -> int | None:
        value = defined.get(name, name)
        return (
            int(value) if value.isdigit() else number(value) if value != name else None
        )

    return {
        name.removeprefix("__NR_"): value
        for name in defined
        if name.startswith("__NR_") and (value := number(name)) is not None
    }


def answer(program: bytes, audit: int, call: int, *arguments: int) -> int | str:
    """Return what the kernel would answer: an error's number, ALLOWED or KILLED."""
    words = [*arguments, *[0] * 6][:6]
    seen = struct.pack("<IIQ6Q", call, audit, 0, *(one % 2**64 for one in words))
    steps = list(struct.iter_unpack("<HBBI", program))
    at, register = 0, 0
    while True:
        code, if_so, if_not, value = steps[at]
        at += 1
        match code:
            case 0x20:
                (register,) = struct.unpack_from("<I", seen, value)
            case 0x15:
                at += if_so if register == value else if_not
            case 0x35:
                at += if_so if register >= value else if_not
            case 0x45:
                at += if_so if register & value else if_not
            case 0x06:
                if value >> 16 == 5:
                    return int(value & 0xFFFF)
                return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}[value]
            case _:
                raise AssertionError(f"instruction {code:#x}")


class Filter:
    """The filter of a processor, asked by the names of its calls."""

    def __init__(self, machine: str, numbers: Mapping[str, int]) -> None:
        """Remember whose filter it is."""
        self._machine, self._numbers = machine, numbers

    def ask(
        self, name: str, *arguments: int, network: bool = False, shut: bool = False
    ) -> int | str | None:
        """Return the answer to a call; None where the processor does not have it."""
        if name not in self._numbers:
            return None
        number = self._numbers[name]
        program = (
            shutting(self._machine)
            if shut
            else confining(self._machine, PID, network=network)
        )
        return answer(program, AUDIT[self._machine], number, *arguments)


@pytest.fixture
def kernel(machine: str, numbers: Mapping[str, int]) -> Filter:
    """Return the filter of a processor."""
    return Filter(machine, numbers)


def test_every_number_is_the_kernels_own(
    machine: str, numbers: Mapping[str, int]
) -> None:
    which, audit = MACHINES[machine]
    assert audit == AUDIT[machine]
    table = FORBIDDEN | LIMITED | BY_NAME
    ours = {name: pair[which] for name, pair in table.items()}
    assert ours == {name: numbers.get(name) for name in ours}


def test_between_a_processors_own_calls_and_the_shared_ones_there_are_none(
    machine: str, numbers: Mapping[str, int]
) -> None:
    """Or none that this list was made from: newer kernels put calls there."""
    gap = range(LAST_OWN[machine] + 1, FIRST_SHARED)
    assert {LAST_OWN[machine], FIRST_SHARED} <= set(numbers.values())
    program = confining(machine, PID, network=True)
    for number in gap:
        assert answer(program, AUDIT[machine], number) == ENOSYS


@pytest.mark.parametrize("network", [False, True])
def test_what_is_forbidden_is_refused_whatever_it_is_asked_for(
    kernel: Filter, network: bool
) -> None:
    for name in FORBIDDEN:
        for arguments in ((), (PID, PID), (2**64 - 1,) * 6):
            got = kernel.ask(name, *arguments, network=network)
            assert got in {EACCES, None}, name


SIGTERM, F_GETFL, THREAD = 15, 3, 0x3D0F00
READ, WRITE, READ_WRITE = os.O_RDONLY | os.O_CLOEXEC, os.O_WRONLY, os.O_RDWR


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("kill", (OTHER, SIGTERM)),
        ("kill", (0, SIGTERM)),
        ("kill", (-1, SIGTERM)),
        ("kill", (-PID, SIGTERM)),
        ("tkill", (OTHER, SIGTERM)),
        ("tgkill", (OTHER, OTHER, SIGTERM)),
        ("tgkill", (-1, PID, SIGTERM)),
        ("rt_sigqueueinfo", (OTHER, SIGTERM)),
        ("rt_tgsigqueueinfo", (OTHER, OTHER, SIGTERM)),
        ("prlimit64", (OTHER, 7)),
        ("sched_setaffinity", (OTHER, 8)),
        ("sched_setscheduler", (OTHER, 0)),
        ("sched_setparam", (OTHER,)),
        ("sched_setattr", (OTHER,)),
        ("clone", (0x11,)),
        ("clone", (0x4111,)),
        ("clone", (0x10000011 & ~0x10000,)),
        ("open", (1, WRITE)),
        ("open", (1, READ | os.O_CREAT)),
        ("openat", (-100, 1, WRITE)),
        ("openat", (-100, 1, READ_WRITE)),
        ("openat", (-100, 1, READ | os.O_TRUNC)),
        ("openat", (-100, 1, READ | os.O_CREAT)),
        ("openat", (-100, 1, 0o20200000 | READ_WRITE)),
        ("openat", (-100, 1, 3)),
        ("fcntl", (3, 8, OTHER)),
        ("fcntl", (3, 10, 9)),
        ("fcntl", (3, 15, 1)),
        ("fcntl", (3, 6, 1)),
        ("fcntl", (3, 7, 1)),
        ("fcntl", (3, 37, 1)),
        ("fcntl", (3, 1024, 0)),
        ("fcntl", (3, 1026, 1)),
        ("ioctl", (0, 0x5412, 1)),
        ("ioctl", (3, 0x8901, 1)),
        ("ioctl", (3, 0x40086602, 1)),
        ("prctl", (1, 0)),
        ("prctl", (4, 1)),
        ("prctl", (0x59616D61, OTHER)),
        ("prctl", (36, 1)),
        ("prctl", (62, 2, OTHER)),
        ("socket", (1, 1, 0)),
        ("socket", (2, 1, 0)),
        ("socket", (10, 1, 0)),
        ("socket", (16, 3, 0)),
        ("socket", (17, 3, 0)),
    ],
)
def test_what_concerns_others_is_refused(
    kernel: Filter, name: str, arguments: tuple[int, ...]
) -> None:
    assert kernel.ask(name, *arguments) in {EACCES, None}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("kill", (PID, SIGTERM)),
        ("tkill", (PID, SIGTERM)),
        ("tgkill", (PID, PID, SIGTERM)),
        ("tgkill", (PID, PID + 5, SIGTERM)),
        ("rt_sigqueueinfo", (PID, SIGTERM)),
        ("prlimit64", (0, 7)),
        ("sched_setaffinity", (0, 8)),
        ("clone", (THREAD,)),
        ("openat", (-100, 1, READ)),
        ("fcntl", (3, F_GETFL)),
        ("ioctl", (1, 0x5401)),
        ("prctl", (15, 1)),
        ("prctl", (0x53564D41, 0)),
        *((name, (3, 4, 5)) for name in ("read", "write", "mmap", "munmap", "mremap")),
        *((name, (3, 4, 5)) for name in ("brk", "futex", "madvise", "mprotect")),
        *((name, ()) for name in ("exit", "exit_group", "close", "rt_sigaction")),
        *((name, ()) for name in ("getrandom", "clock_gettime", "sched_yield")),
    ],
)
def test_what_an_engine_needs_is_let_through(
    kernel: Filter, name: str, arguments: tuple[int, ...]
) -> None:
    assert kernel.ask(name, *arguments) == ALLOWED


def test_a_thread_is_made_by_the_call_that_a_filter_can_look_into(
    kernel: Filter,
) -> None:
    """The C libraries use clone where clone3 does not exist."""
    assert kernel.ask("clone3", 1, 88) == ENOSYS


def test_a_call_that_nobody_has_looked_at_does_not_exist(machine: str) -> None:
    program = confining(machine, PID, network=True)
    for number in (451, 452, 463, 466, 500, 0x3FFFFFFF):
        assert answer(program, AUDIT[machine], number) == ENOSYS


def test_the_same_calls_of_another_table_are_refused(machine: str) -> None:
    program = confining(machine, PID, network=False)
    assert answer(program, AUDIT[machine], 0x40000000 + 41) == EACCES
    assert answer(program, 0x40000003, 102) == KILLED


def test_a_process_with_a_network_opens_internet_sockets_and_no_other_ones(
    kernel: Filter,
) -> None:
    for domain, wanted in ((2, ALLOWED), (10, ALLOWED), (1, EACCES), (17, EACCES)):
        assert kernel.ask("socket", domain, 1, 0, network=True) == wanted
    for protocol, wanted in ((6, ALLOWED), (17, ALLOWED), (1, EACCES), (132, EACCES)):
        assert kernel.ask("socket", 2, 1, protocol, network=True) == wanted
    assert kernel.ask("connect", 3, 4, 5, network=True) == ALLOWED


def test_a_process_with_a_network_serves_no_visitor(kernel: Filter) -> None:
    for name in ("bind", "listen", "accept", "accept4"):
        assert kernel.ask(name, 3, 4, 5, network=True) == EACCES


def test_once_loaded_no_file_can_be_opened_at_all(kernel: Filter) -> None:
    assert kernel.ask("openat", -100, 1, READ, shut=True) == EACCES
    assert kernel.ask("open", 1, READ, shut=True) in {EACCES, None}
    for name in ("readlink", "readlinkat", "chdir"):
        assert kernel.ask(name, 1, 2, 3, shut=True) in {EACCES, None}
    assert kernel.ask("read", 3, 4, 5, shut=True) == ALLOWED
