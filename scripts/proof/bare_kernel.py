"""Run before the sandbox is entered: takes away what not every kernel and container has.

Landlock, which Home Assistant's own operating system does not have, and namespaces,
which Docker refuses: both are answered as such a kernel answers them.
"""

import ctypes
from errno import ENOSYS, EPERM
import os
import struct

_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _ANSWER = 0x20, 0x15, 0x06
_ERROR, _ALLOW = 0x00050000, 0x7FFF0000
_LANDLOCK = (444, 445, 446)
_UNSHARE = 97 if os.uname().machine == "aarch64" else 272


def main() -> None:
    """Set the filter that answers so."""
    missing = [*((number, ENOSYS) for number in _LANDLOCK), (_UNSHARE, EPERM)]
    steps = [(_LOAD, 0, 0, 0)]
    for number, error in missing:
        steps += [(_EQUAL, 0, 1, number), (_ANSWER, 0, 0, _ERROR | error)]
    steps += [(_ANSWER, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    instructions = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(steps), ctypes.addressof(instructions))
    )
    words = [ctypes.c_ulong(one) for one in (1, 0, 0, 0)]
    if _LIBC.prctl(_NO_NEW_PRIVILEGES, *words) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privileges")
    if _LIBC.prctl(_SECCOMP, ctypes.c_ulong(_FILTER), program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


main()
