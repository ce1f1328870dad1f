"""Run inside the worker's cage: tries everything that it must not be able to do.

Its first argument is the process that stands for Home Assistant, its second a folder
with a file `there`. Prints what became of each attempt as JSON: the kernel's refusal,
or "succeeded".
"""

from collections.abc import Callable
import ctypes
import json
import os
from pathlib import Path
import resource
import socket
import sys

PARENT, FOLDER = sys.argv[1], Path(sys.argv[2])
SHARED = Path("/dev/shm/face")  # noqa: S108
_LIBC = ctypes.CDLL(None, use_errno=True)
_PTRACE_ATTACH = 16
_IO_URING_SETUP = 425


def call(name: str, *arguments: int) -> None:
    """Call the C library; raise what it refuses with."""
    if getattr(_LIBC, name)(*(ctypes.c_long(one) for one in arguments)) < 0:
        raise OSError(ctypes.get_errno(), name)


def overwrite(path: Path) -> None:
    """Write over the beginning of a file."""
    fd = os.open(path, os.O_WRONLY)
    try:
        # Nothing is mapped at the beginning of a memory: there, opening is all.
        if path.name != "mem":
            os.write(fd, b"face")
    finally:
        os.close(fd)


def start_a_program() -> None:
    """Start another program."""
    os.posix_spawn("/bin/true", ["true"], {})


def look_into_the_parent() -> None:
    """Read the memory of the process that stands for Home Assistant."""
    with Path("/proc", PARENT, "mem").open("rb", buffering=0):
        pass


def lift(limit: int) -> None:
    """Take a limit off."""
    resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def take_memory() -> None:
    """Take more memory than any picture needs."""
    bytearray(2 * 1024**3)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "open a network socket (IPv4)": lambda: socket.socket(socket.AF_INET),
    "open a network socket (IPv6)": lambda: socket.socket(socket.AF_INET6),
    "open a local socket": lambda: socket.socket(socket.AF_UNIX),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET),
    "use io_uring": lambda: call("syscall", _IO_URING_SETUP, 1, 0),
    "start a program": start_a_program,
    "write a new file": lambda: (FOLDER / "new").write_bytes(b"face"),
    "make an empty file": lambda: (FOLDER / "face").touch(),
    "write over a file": lambda: overwrite(FOLDER / "there"),
    "make a folder": lambda: (FOLDER / "folder").mkdir(),
    "rename a file": lambda: (FOLDER / "there").rename(FOLDER / "elsewhere"),
    "write to shared memory": lambda: SHARED.write_bytes(b"face"),
    "lift the limit on files": lambda: lift(resource.RLIMIT_FSIZE),
    "lift the limit on core dumps": lambda: lift(resource.RLIMIT_CORE),
    "take 2 GB of memory": take_memory,
    "trace Home Assistant": lambda: call("ptrace", _PTRACE_ATTACH, int(PARENT), 0, 0),
    "read Home Assistant's memory": look_into_the_parent,
    "write Home Assistant's memory": lambda: overwrite(Path("/proc", PARENT, "mem")),
    "signal Home Assistant": lambda: os.kill(int(PARENT), 0),
}


def main() -> None:
    """Try everything and tell."""
    results = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
        except (OSError, ValueError, MemoryError) as err:
            results[name] = f"{type(err).__name__}: {err}"
        else:
            results[name] = "succeeded"
    print(json.dumps(results))


main()
