"""The kernel's filter of system calls (seccomp): what it refuses, and how it is set.

Unlike Landlock, every kernel that Home Assistant runs on has it, and it needs no
privilege. It sees numbers and flags but no names of files. So it refuses to open any
file for writing and, once the engine is loaded, to open any file at all.
"""

import ctypes
from errno import EACCES, ENOSYS
import os
import socket
import struct
import sys
from typing import Final

from .system_calls import (
    BY_NAME,
    FIRST_SHARED,
    FORBIDDEN,
    LAST_OWN,
    LIMITED,
    MACHINES,
    NEWEST_KNOWN,
    X32,
)

type _Step = tuple[int, int, int, int]

# linux/bpf_common.h: load a word, jump if equal, at least, any bit set; answer.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06

# linux/seccomp.h. The offsets are those of struct seccomp_data; of an argument the
# lower word is looked at, which is all that the kernel reads of these.
_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_SET_FILTER, _EVERY_THREAD = 1, 1
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}

_allow: Final[_Step] = (_ANSWER, 0, 0, _ALLOW)
_refuse: Final[_Step] = (_ANSWER, 0, 0, _ERROR | EACCES)
_unknown: Final[_Step] = (_ANSWER, 0, 0, _ERROR | ENOSYS)

# asm-generic/fcntl.h: writing, creating, cutting.
_WRITING: Final = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. The others lock files,
# lease them, or let a pipe send signals to whom it is told.
_HARMLESS_COMMANDS: Final = (0, 1, 2, 3, 4, 1030)
# TCGETS, TCGETS2, TIOCGWINSZ (is this a terminal?), FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_HARMLESS_IOCTLS: Final = (
    *(0x5401, 0x802C542A, 0x5413),
    *(0x541B, 0x5421, 0x5450, 0x5451),
)
# linux/prctl.h: PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_NO_NEW_PRIVS and
# PR_SET_VMA, which names a piece of memory. With others it could outlive its parent, be
# dumped or traced.
_HARMLESS_CONTROLS: Final = (3, 15, 16, 39, 0x53564D41)
_PROTOCOLS: Final = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)
_CLONE_THREAD: Final = 0x10000


def confine(*, network: bool) -> bool:
    """Refuse from now on what a process that reads pictures must not do.

    With `network` it may open connections, and only that. Takes no_new_privileges.
    Returns False where the machine or the kernel is not known to it.
    """
    machine = os.uname().machine
    if machine not in MACHINES or sys.maxsize < 2**32:
        return False
    return _set(machine, confining(machine, os.getpid(), network=network))


def shut_files() -> bool:
    """Refuse from now on to open any file, also for reading, and to follow links in /proc."""
    machine = os.uname().machine
    if machine not in MACHINES or sys.maxsize < 2**32:
        return False
    return _set(machine, shutting(machine))


def confining(machine: str, pid: int, *, network: bool) -> bytes:
    """Return the filter of `confine` for a process, as the kernel's instructions."""
    domains = (socket.AF_INET, socket.AF_INET6) if network else ()
    on_itself = _unless(0, pid)
    on_itself_or_zero = _unless(0, pid, 0)
    limits: dict[str, list[_Step]] = {
        "open": _if_bits(1, _WRITING),
        "openat": _if_bits(2, _WRITING),
        # A thread is not a process. The arguments of clone3 are in memory that no
        # filter can read; without clone3 the C library uses clone.
        "clone": _unless_bits(0, _CLONE_THREAD),
        "clone3": [_unknown],
        # A process may abort itself, for which musl has the oldest of these.
        **dict.fromkeys(("kill", "tkill", "tgkill"), on_itself),
        **dict.fromkeys(("rt_sigqueueinfo", "rt_tgsigqueueinfo"), on_itself),
        "prlimit64": on_itself_or_zero,
        "sched_setaffinity": on_itself_or_zero,
        "sched_setscheduler": on_itself_or_zero,
        "sched_setparam": on_itself_or_zero,
        "sched_setattr": on_itself_or_zero,
        "fcntl": _unless(1, *_HARMLESS_COMMANDS),
        "ioctl": _unless(1, *_HARMLESS_IOCTLS),
        "prctl": _unless(0, *_HARMLESS_CONTROLS),
        "socket": [*_unless(0, *domains)[:-1], *_unless(2, *_PROTOCOLS)],
    }
    which, _ = MACHINES[machine]
    steps: list[_Step] = []
    for name, numbers in (FORBIDDEN | LIMITED).items():
        if (number := numbers[which]) is not None:
            answer = limits[name] if name in LIMITED else [_refuse]
            steps += [(_EQUAL, 0, len(answer), number), *answer]
    return _program(machine, steps)


def shutting(machine: str) -> bytes:
    """Return the filter of `shut_files`, as the kernel's instructions."""
    which, _ = MACHINES[machine]
    steps: list[_Step] = []
    for numbers in BY_NAME.values():
        if (number := numbers[which]) is not None:
            steps += [(_EQUAL, 0, 1, number), _refuse]
    return _program(machine, steps)


def _program(machine: str, steps: list[_Step]) -> bytes:
    """Return the steps on a call's number behind what every filter begins with."""
    _, audit_name = MACHINES[machine]
    whole = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, audit_name),
        (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, X32),
        _refuse,
        (_AT_LEAST, 0, 1, NEWEST_KNOWN + 1),
        _unknown,
        (_AT_LEAST, 0, 2, LAST_OWN[machine] + 1),
        (_AT_LEAST, 1, 0, FIRST_SHARED),
        _unknown,
        *steps,
        _allow,
    ]
    return b"".join(struct.pack("HBBI", *step) for step in whole)


def _argument(index: int) -> _Step:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _unless(index: int, *values: int) -> list[_Step]:
    """Refuse if an argument is none of these."""
    jumps = [(_EQUAL, len(values) - n, 0, value) for n, value in enumerate(values)]
    return [_argument(index), *jumps, _refuse, _allow]


def _if_bits(index: int, bits: int) -> list[_Step]:
    """Refuse if any of these bits is set in an argument."""
    return [_argument(index), (_ANY_BIT, 0, 1, bits), _refuse, _allow]


def _unless_bits(index: int, bits: int) -> list[_Step]:
    """Refuse if none of these bits is set in an argument."""
    return [_argument(index), (_ANY_BIT, 1, 0, bits), _refuse, _allow]


def _set(machine: str, program: bytes) -> bool:
    """Hand a filter to the kernel, for every thread; return if it took it."""
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    )
    answer = libc.syscall(_SECCOMP[machine], _SET_FILTER, _EVERY_THREAD, header)
    return bool(answer == 0)
