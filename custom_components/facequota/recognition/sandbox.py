"""The rights that a process gives up before it reads a picture.

    granted = sandbox.enter()          # before the first thread; network=True keeps the network
    ...                                # load what is needed: files can still be read
    granted |= sandbox.seal()          # from here on no file can be opened

The kernel may refuse a part of this (an old kernel, a container with a strict profile).
A refusal is reported as False, never ignored.
"""

from contextlib import suppress
import ctypes
import os
from pathlib import Path
import resource
import signal

from .call_filter import confine, shut_files
from .landlock import close_files
from .privileges import LOCK_MEMORY, drop_privileges, keep, may_lock_everything

_MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space: some four times what the engines map, far below what hurts a house."""

_NICE = 5
_OOM_SCORE = 1000
"""The kernel ends this process before any other one when memory is short."""

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


def enter(*, network: bool = False) -> dict[str, bool]:
    """Close the sandbox around this process and return what was granted.

    Call it before the first thread starts: a user namespace takes no threads. With
    `network` it may open internet connections; all else is refused as without.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    is_root = os.getuid() == 0
    granted = {
        "first_to_go": _go_first(),
        "no_core_dump": _limit(resource.RLIMIT_CORE, 0),
        "no_file_writes": _limit(resource.RLIMIT_FSIZE, 0),
        "memory_limited": _limit(resource.RLIMIT_AS, _MEMORY_BYTES),
        "own_network": not network and _leave_network(),
        # After the namespace and before privileges go: both could turn later
        # allocations into failures.
        "memory_locked": _lock_memory(libc),
        "no_privileges": drop_privileges(libc, is_root=is_root),
        # After the namespace and the change of user: each of them resets both.
        "not_dumpable": _control(libc, _PR_SET_DUMPABLE, 0),
        "no_new_privileges": _control(libc, _PR_SET_NO_NEW_PRIVS, 1),
    }
    _control(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    has_landlock = close_files(libc)
    is_filtered = confine(network=network)
    return granted | {
        "landlock": has_landlock,
        "no_sockets": is_filtered and not network,
        "files_closed": has_landlock or is_filtered,
    }


def seal() -> dict[str, bool]:
    """Refuse to open any file from now on, and give up the right to read them all."""
    keep(ctypes.CDLL(None, use_errno=True), LOCK_MEMORY)
    return {"files_shut": shut_files()}


def _go_first() -> bool:
    """Let the kernel end this process first when memory is short.

    A child inherits its parent's score, and Home Assistant's is lower than that of all
    other processes.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
        os.nice(_NICE)
        return True
    return False


def _limit(what: int, most: int) -> bool:
    """Set a limit for good, or keep a present lower one; return if it holds."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))
    return resource.getrlimit(what) == (most, most)


def _lock_memory(libc: ctypes.CDLL) -> bool:
    """Keep faces out of swap, if all of the memory may be locked.

    A limit between what is mapped now and what will be makes allocations fail later.
    On demand, because locking all at once would also load all at once.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    for limit in (resource.RLIM_INFINITY, hard):
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
            break
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    mapped, _ = resource.getrlimit(resource.RLIMIT_AS)
    is_enough = limit == resource.RLIM_INFINITY or 0 <= mapped <= limit
    if not is_enough and not may_lock_everything(libc):
        return False
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


def _control(libc: ctypes.CDLL, option: int, *arguments: int) -> bool:
    """Call prctl, which reads five full words, and return whether it was granted."""
    words = [*arguments, 0, 0, 0, 0][:4]
    return bool(libc.prctl(option, *(ctypes.c_ulong(word) for word in words)) == 0)
