"""The user that the child runs as, which has almost no rights.

Home Assistant is root on its own operating system and in most containers. Root without
privileges is still the owner of every file there, so the child changes to the user
"nobody". It keeps the right to read all files until the engine's files are loaded.
"""

import ctypes
import os
from pathlib import Path
import struct

# linux/capability.h
READ_FILES = 1 << 2
LOCK_MEMORY = 1 << 14
_CAPABILITY_VERSION = 0x20080522
_PR_SET_KEEPCAPS = 8

_NOBODY = 65534
"""The kernel's own number for a user that owns nothing."""


def drop_privileges(libc: ctypes.CDLL, *, is_root: bool) -> bool:
    """Keep only the rights to read files and to lock memory; return if that is so.

    The caller passes `is_root`, because in a namespace of its own a process sees itself
    as "nobody". Root without the right to read all files (Docker's default) stays root,
    and False is returned: the user "nobody" might not be able to read the engine's
    files.
    """
    kept = READ_FILES | LOCK_MEMORY
    is_nobody = not is_root or _become_nobody(libc)
    return keep(libc, kept) and is_nobody


def _become_nobody(libc: ctypes.CDLL) -> bool:
    """Change from root to a user that owns nothing; return if it was granted."""
    _, permitted, _ = _capabilities(libc)
    if not permitted & READ_FILES:
        return False
    # The permitted capabilities stay after the change of user.
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return False
    return True


def keep(libc: ctypes.CDLL, kept: int) -> bool:
    """Give up all capabilities except these; return if no other one is left."""
    _, permitted, _ = _capabilities(libc)
    left = permitted & kept
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    libc.capset(header, struct.pack("6I", left, left, 0, 0, 0, 0))
    effective, permitted, inheritable = _capabilities(libc)
    return (effective | permitted | inheritable) & ~kept == 0


def may_lock_everything(libc: ctypes.CDLL) -> bool:
    """Return if no limit on locked memory counts for this process.

    Capabilities of a namespace of users do not count for that.
    """
    whole = Path("/proc/self/uid_map").read_text().split() == ["0", "0", "4294967295"]
    return whole and bool(_capabilities(libc)[0] & LOCK_MEMORY)


def _capabilities(libc: ctypes.CDLL) -> tuple[int, int, int]:
    """Return the effective, permitted and inheritable capabilities."""
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(24)
    if libc.capget(header, sets) != 0:
        return (-1, -1, -1)
    low = struct.unpack("6I", sets.raw)
    return (
        low[0] | low[3] << 32,
        low[1] | low[4] << 32,
        low[2] | low[5] << 32,
    )
