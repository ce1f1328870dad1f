"""Runs inside the worker's sandbox and tries everything that the sandbox must forbid.

Its first argument is the process that stands for Home Assistant, its second a folder
with a file `there`. Prints the result of each attempt as JSON: the kernel's error,
or how far the attempt came.
"""

from collections.abc import Callable
from errno import ENOSYS
import fcntl
import json
import os
from pathlib import Path
import resource
import socket
import sys

sys.path.insert(0, str(Path(sys.argv[0]).parents[2]))
from scripts.proof.kernel_calls import call, signal_with_information, system_call

PARENT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
THERE, NEW = FOLDER / "there", FOLDER / "new"
SHARED = Path("/dev/shm/face")  # noqa: S108
LET = "let"
_PTRACE_ATTACH = 16
_AT_EMPTY_PATH = 0x1000
_F_SETLEASE, _F_NOTIFY, _F_RDLCK = 1024, 1026, 0
_PR_SET_CHILD_SUBREAPER, _PR_SCHED_CORE, _PR_SET_PTRACER = 36, 62, 0x59616D61
_IPC_PRIVATE, _IPC_CREAT = 0, 0o1000
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS, _IOPRIO_BEST_EFFORT = 0, 1, 2 << 13 | 4
_F_SETOWN, _F_SETSIG = 8, 10
_NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def overwrite(path: Path) -> None:
    """Write over the beginning of a file."""
    fd = os.open(path, os.O_WRONLY)
    try:
        # Nothing is mapped at address 0 of a process: for `mem`, opening it is the whole attempt.
        if path.name != "mem":
            os.write(fd, b"face")
    finally:
        os.close(fd)


def cut(flags: int) -> None:
    """Open an existing file with flags that delete its content."""
    os.close(os.open(THERE, flags))


def fork() -> None:
    """Make another process that would outlive this one."""
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def command(number: int, value: int) -> None:
    """Call fcntl on a file that is open for reading, and on a folder."""
    for path in (THERE, FOLDER):
        fcntl.fcntl(os.open(path, os.O_RDONLY), number, value)


def share() -> None:
    """Write a file that every process can map."""
    SHARED.write_bytes(b"face")
    SHARED.unlink()


ATTEMPTS: dict[str, Callable[[], object]] = {
    "open a network socket (IPv4)": lambda: socket.socket(socket.AF_INET),
    "open a network socket (IPv6)": lambda: socket.socket(socket.AF_INET6),
    "open a local socket": lambda: socket.socket(socket.AF_UNIX),
    "open a pair of local sockets": lambda: socket.socketpair(),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET),
    "open a socket to the kernel": lambda: socket.socket(socket.AF_NETLINK),
    "open one by the second table of calls (x32)": lambda: system_call(
        "socket with short pointers", socket.AF_INET, socket.SOCK_STREAM, 0
    ),
    "use io_uring": lambda: system_call("io_uring_setup", 1, 0),
    "use the older asynchronous calls (io_setup)": lambda: system_call(
        "io_setup", 1, 0
    ),
    "start a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "become another program": lambda: os.execv("/nowhere", ["nowhere"]),
    "become one that lies in memory": lambda: system_call(
        "execveat", -1, b"", 0, 0, _AT_EMPTY_PATH
    ),
    "fork": fork,
    "fork by the newest call": lambda: system_call("clone3", 0, 0),
    "write a new file": lambda: NEW.write_bytes(b"face"),
    "make an empty file": lambda: (FOLDER / "face").touch(),
    "make a file by openat2": lambda: system_call("openat2", -100, 0, 0, 0),
    "make a nameless file": lambda: os.open(FOLDER, os.O_TMPFILE | os.O_RDWR),
    "write over a file": lambda: overwrite(THERE),
    "add to a file": lambda: cut(os.O_WRONLY | os.O_APPEND),
    "empty a file by opening it": lambda: cut(os.O_RDONLY | os.O_TRUNC),
    "cut a file": lambda: os.truncate(THERE, 1),
    "make a folder": lambda: (FOLDER / "folder").mkdir(),
    "remove a folder": lambda: (FOLDER / "empty").rmdir(),
    "remove a file": lambda: (FOLDER / "old").unlink(),
    "link to a file": lambda: (FOLDER / "link").hardlink_to(THERE),
    "link to a name": lambda: (FOLDER / "name").symlink_to(THERE),
    "make a named pipe": lambda: os.mkfifo(FOLDER / "pipe"),
    "change who may read a file": lambda: THERE.chmod(0o666),
    "change that by the newest call": lambda: system_call("fchmodat2", -100, 0, 0, 0),
    "change whose a file is": lambda: os.chown(THERE, os.getuid(), os.getgid()),
    "change a file's times": lambda: os.utime(THERE, (0, 0)),
    "note something beside a file": lambda: os.setxattr(THERE, "user.face", b"1"),
    "note it by the newest call": lambda: system_call("setxattrat", -100, 0, 0, 0, 0),
    "take such a note away": lambda: os.removexattr(THERE, "user.there"),
    "rename a file": lambda: (FOLDER / "moved").rename(FOLDER / "elsewhere"),
    "lock a file of somebody else": lambda: fcntl.flock(
        os.open(THERE, os.O_RDONLY), fcntl.LOCK_EX
    ),
    "lock a part of it": lambda: fcntl.lockf(
        os.open(THERE, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB
    ),
    "let others wait for a file": lambda: command(_F_SETLEASE, _F_RDLCK),
    "watch a folder": lambda: command(_F_NOTIFY, 1),
    "open a file by its handle": lambda: system_call("open_by_handle_at", -1, 0, 0),
    "ask for a file's handle": lambda: system_call(
        "name_to_handle_at", -100, 0, 0, 0, 0
    ),
    "move pages of a file": lambda: system_call("splice", -1, 0, -1, 0, 1, 0),
    "make everybody wait for a disk": lambda: system_call("syncfs", -1),
    "write to shared memory": share,
    "share memory (System V)": lambda: system_call(
        "shmget", _IPC_PRIVATE, 4096, _IPC_CREAT
    ),
    "attach somebody's memory": lambda: system_call("shmat", -1, 0, 0),
    "send a message to a queue that is there": lambda: system_call("msgsnd", -1, 0, 0),
    "signal by somebody's semaphore": lambda: system_call("semop", -1, 0, 0),
    "open a message queue": lambda: system_call("mq_open", 0, 0, 0, 0),
    "make a file in memory": lambda: os.close(os.memfd_create("face")),
    "make a secret one": lambda: system_call("memfd_secret", 0),
    "lift the limit on files": lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, _NO_LIMIT
    ),
    "lift the limit on core dumps": lambda: resource.setrlimit(
        resource.RLIMIT_CORE, _NO_LIMIT
    ),
    "take 2 GB of memory": lambda: bytearray(2 * 1024**3),
    "enter a namespace": lambda: call("setns", -1, 0),
    "leave a namespace": lambda: os.unshare(0),
    "mount a file system": lambda: call("mount", 0, b"/nowhere", b"none such", 0, 0),
    "unmount one": lambda: call("umount2", b"/nowhere", 0),
    "mount by the newer calls": lambda: system_call("fsopen", b"none such", 0),
    "copy a mount": lambda: system_call("open_tree", -1, b"/nowhere", 1),
    "move a mount": lambda: system_call(
        "move_mount", -1, b"/nowhere", -1, b"/nowhere", 0
    ),
    "change a mount": lambda: system_call("mount_setattr", -1, b"/nowhere", 0, 0, 0),
    "change the root": lambda: os.chroot("/nowhere"),
    "load a program into the kernel": lambda: system_call("bpf", 0, 0, 0),
    "measure others": lambda: system_call("perf_event_open", 0, PARENT, -1, -1, 0),
    "handle others' faults": lambda: system_call("userfaultfd", 0),
    "use the kernel's keys": lambda: system_call("keyctl", 0, -3, 1),
    "trace Home Assistant": lambda: call("ptrace", _PTRACE_ATTACH, PARENT, 0, 0),
    "write Home Assistant's memory": lambda: overwrite(Path(f"/proc/{PARENT}/mem")),
    "read it without a file": lambda: system_call(
        "process_vm_readv", PARENT, 0, 0, 0, 0, 0
    ),
    "write it without a file": lambda: system_call(
        "process_vm_writev", PARENT, 0, 0, 0, 0, 0
    ),
    "compare its files with ours": lambda: system_call(
        "kcmp", os.getpid(), PARENT, 2, 0, 0
    ),
    "learn where its locks are": lambda: system_call("get_robust_list", PARENT, 0, 0),
    "drop Home Assistant's memory": lambda: system_call(
        "process_madvise", -1, 0, 0, 0, 0
    ),
    "hold on to Home Assistant": lambda: system_call("pidfd_open", PARENT, 0),
    "take one of its files": lambda: system_call("pidfd_getfd", -1, 0, 0),
    "signal what is held": lambda: system_call("pidfd_send_signal", -1, 0, 0, 0),
    "signal Home Assistant": lambda: os.kill(PARENT, 0),
    "signal its group": lambda: os.kill(0, 0),
    "signal everybody": lambda: os.kill(-1, 0),
    "signal it by tkill": lambda: system_call("tkill", PARENT, 0),
    "signal it by tgkill": lambda: system_call("tgkill", PARENT, PARENT, 0),
    "signal it with words": lambda: signal_with_information("rt_sigqueueinfo", PARENT),
    "signal a thread with words": lambda: signal_with_information(
        "rt_tgsigqueueinfo", PARENT, PARENT
    ),
    "let a pipe signal it": lambda: fcntl.fcntl(os.pipe()[0], _F_SETOWN, PARENT),
    "choose what a pipe signals": lambda: fcntl.fcntl(os.pipe()[0], _F_SETSIG, 9),
    "limit Home Assistant": lambda: resource.prlimit(PARENT, resource.RLIMIT_NOFILE),
    "slow it down": lambda: os.setpriority(_PRIO_PROCESS, PARENT, 5),
    "slow its disk down": lambda: system_call(
        "ioprio_set", _IOPRIO_WHO_PROCESS, PARENT, _IOPRIO_BEST_EFFORT
    ),
    "move it to another processor": lambda: os.sched_setaffinity(
        PARENT, os.sched_getaffinity(0)
    ),
    "live on without it": lambda: call("prctl", 1, 0, 0, 0, 0),
    "be dumped": lambda: call("prctl", 4, 1, 0, 0, 0),
    "be traced": lambda: call("prctl", _PR_SET_PTRACER, PARENT, 0, 0, 0),
    "take over its children": lambda: call(
        "prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0
    ),
    "share a core with it": lambda: call("prctl", _PR_SCHED_CORE, 0, 0, 0, 0),
    "run as an older system": lambda: call("personality", 0x0040000),
}
"""From the first moment on."""

ONCE_LOADED: dict[str, Callable[[], object]] = {
    "read a file": lambda: os.open(THERE, os.O_RDONLY),
    "read Home Assistant's memory": lambda: os.open(f"/proc/{PARENT}/mem", os.O_RDONLY),
    "read what Home Assistant was started with": lambda: os.open(
        f"/proc/{PARENT}/environ", os.O_RDONLY
    ),
    "see a folder": lambda: os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY),
    "see what Home Assistant runs": lambda: Path(f"/proc/{PARENT}/exe").readlink(),
    "see what it has open": lambda: Path(f"/proc/{PARENT}/fd/0").readlink(),
    "go to where it is": lambda: os.chdir(f"/proc/{PARENT}/cwd"),
}
"""Once the engine is loaded, and so before the first picture."""


def result(attempt: Callable[[], object]) -> str:
    """Return what became of an attempt.

    An error of any other kind counts as not forbidden: an attempt with impossible
    arguments has then passed the sandbox and failed at its arguments.
    """
    try:
        attempt()
    except (PermissionError, ValueError, MemoryError) as err:
        return f"{type(err).__name__}: {err}"
    except OSError as err:
        return f"{'' if err.errno == ENOSYS else LET + ': '}{err}"
    return LET


def main() -> None:
    """Try everything and print the results."""
    results = {name: result(attempt) for name, attempt in ATTEMPTS.items()}
    if "recognition" in sys.modules and (
        sandbox := sys.modules.get("recognition.sandbox")
    ):
        sandbox.seal()
    results |= {name: result(attempt) for name, attempt in ONCE_LOADED.items()}
    print(json.dumps(results))


main()
