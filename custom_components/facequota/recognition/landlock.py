"""Landlock: a second protection of files and processes, where the kernel has it.

Landlock (Linux 5.13, the limits on signals 6.12) confines a process for good and needs
no privilege. It restricts files, and it keeps the process from tracing others: that is
how a child of the same user could read Home Assistant's memory. Home Assistant's own
operating system does not have it: call_filter.py and privileges.py hold there by
themselves.
"""

import ctypes
import os
import struct

# linux/landlock.h; the numbers of the calls are the same on every machine.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION = 1
_WRITE_FILE, _EXECUTE = 1 << 1, 1 << 0
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_NO_SIGNALS, _NO_ABSTRACT_SOCKETS = 1 << 1, 1 << 0


def close_files(libc: ctypes.CDLL) -> bool:
    """Forbid to write, make, move or remove any file, to trace and to signal.

    Takes no_new_privileges. Returns False where the kernel has no Landlock.
    """
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    files = _WRITE_FILE | _EXECUTE | _REMOVE_AND_MAKE
    files |= (
        (_REFER if version >= 2 else 0)
        | (_TRUNCATE if version >= 3 else 0)
        | (_IOCTL if version >= 5 else 0)
    )
    words = [files]
    if version >= 6:
        words += [0, _NO_SIGNALS | _NO_ABSTRACT_SOCKETS]
    rules = struct.pack(f"{len(words)}Q", *words)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    closed = bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)
    return closed
