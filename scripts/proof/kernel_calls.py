"""System calls by their numbers, for those that neither Python nor the C library offers."""

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
# The kernel's numbers on x86_64 and on aarch64.
_NUMBERS = {
    "io_uring_setup": (425, 425),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "fsopen": (430, 430),
    "open_tree": (428, 428),
    "mount_setattr": (442, 442),
    "clone3": (435, 435),
    "openat2": (437, 437),
    "fchmodat2": (452, 452),
    "setxattrat": (463, 463),
    "process_madvise": (440, 440),
    "shmget": (29, 194),
    "mq_open": (240, 180),
    "ioprio_set": (251, 30),
    "execveat": (322, 281),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "get_robust_list": (274, 100),
    "msgsnd": (69, 189),
    "semop": (65, 193),
    "shmat": (30, 196),
    "memfd_secret": (447, 447),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "move_mount": (429, 429),
    "io_setup": (206, 0),
    "splice": (275, 76),
    "syncfs": (306, 267),
    # The call for sockets in x86_64's second table (x32); aarch64 has no such table.
    "socket with short pointers": (0x40000000 + 41, 0x40000000 + 41),
}


def call(name: str, *arguments: object) -> None:
    """Call the C library; raise what it refuses with."""
    whole = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if getattr(_LIBC, name)(*whole) < 0:
        raise OSError(ctypes.get_errno(), name)


def system_call(name: str, *arguments: object) -> None:
    """Make a system call by its name."""
    number = _NUMBERS[name][os.uname().machine == "aarch64"]
    call("syscall", number, *arguments)


def signal_with_information(name: str, *arguments: int) -> None:
    """Send signal 0 with information of our own."""
    information = ctypes.create_string_buffer(b"\0" * 8 + b"\xff" * 4, 128)
    system_call(name, *arguments, 0, information)
