"""What the child gives up before it sees a picture.

Everything here is asked of the kernel, and what it refuses (an old kernel, a container
with a strict profile) is reported as false instead of being passed over in silence.
"""

from contextlib import suppress
import ctypes
import os
import resource
import signal
import struct
import sys

from .landlock import close_files, drop_privileges

_MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space: some four times what the engines map, far below what hurts a house."""

_NICE = 5

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4

# Numbers of socket, socketpair, execve, execveat, io_uring_setup, ptrace,
# process_vm_readv, process_vm_writev, kill, tkill, pidfd_send_signal, pidfd_getfd and
# the audit name of the machine: linux/audit.h and the kernel's system call tables.
_SYSTEM_CALLS = {
    "x86_64": (
        0xC000003E,
        (41, 53, 59, 322, 425, 101, 310, 311, 62, 200, 424, 438),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 221, 281, 425, 117, 270, 271, 129, 130, 424, 438),
    ),
}


def enter() -> dict[str, bool]:
    """Close the sandbox around this process and return what was granted.

    Call it before the first thread starts: a user namespace takes no threads.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    granted = {
        "own_network": _leave_network(),
        "memory_locked": _lock_memory(libc),
        "no_new_privileges": _control(libc, _PR_SET_NO_NEW_PRIVS, 1),
        "no_sockets": _forbid_calls(libc),
        "files_closed": close_files(libc),
        "no_privileges": drop_privileges(libc),
        # After the namespaces: entering one resets both.
        "not_dumpable": _control(libc, _PR_SET_DUMPABLE, 0),
        "no_core_dump": True,
        "no_file_writes": True,
    }
    _control(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    return granted


def _lock_memory(libc: ctypes.CDLL) -> bool:
    """Keep faces out of swap where the limit allows all of the memory to be locked.

    After the namespaces: a privilege that is lost there would turn later allocations
    into failures. On demand, because locking all at once would also load all at once.
    """
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_MEMLOCK, unlimited)
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0)


def _leave_network() -> bool:
    """Move into a network namespace that has no interface but a dead loopback."""
    for flags in (os.CLONE_NEWNET, os.CLONE_NEWUSER | os.CLONE_NEWNET):
        try:
            os.unshare(flags)
        except OSError:
            continue
        return True
    return False


def _forbid_calls(libc: ctypes.CDLL) -> bool:
    """Let the kernel refuse sockets, programs and other processes (a seccomp filter)."""
    machine = os.uname().machine
    if machine not in _SYSTEM_CALLS or sys.maxsize < 2**32:
        return False
    audit_name, forbidden = _SYSTEM_CALLS[machine]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | 13, 0x80000000  # 13: EACCES
    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, audit_name),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),
        # Above this bit lie the calls of the x32 variant, which nothing here makes.
        (at_least, len(forbidden) + 1, 0, 0x40000000),
        *((equal, len(forbidden) - n, 0, call) for n, call in enumerate(forbidden)),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    instructions = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(instructions))
    )
    return _control(
        libc, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program)
    )


def _control(libc: ctypes.CDLL, option: int, *arguments: int) -> bool:
    """Call prctl, which reads five full words, and return whether it was granted."""
    words = [*arguments, 0, 0, 0, 0][:4]
    return bool(libc.prctl(option, *(ctypes.c_ulong(word) for word in words)) == 0)
