"""The sandbox on this kernel, on one without Landlock, as root and as another user."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import resource
import signal
import subprocess
import sys
from typing import Any

import pytest

from scripts.proof.confined import Case, attempts, cases, child_command, escaped

HERE = list(cases())
SOMEBODY = next((case for case in HERE if case.user is not None), HERE[0])
BARE = [case for case in HERE if case.bare]
MEGABYTE = 1024**2


@pytest.mark.parametrize("case", HERE, ids=str)
def test_every_act_is_refused(case: Case) -> None:
    assert escaped(attempts(case)) == []


def test_outside_of_the_sandbox_the_same_acts_are_let_through() -> None:
    outside = attempts(HERE[0], free=True)
    assert len(escaped(outside)) > len(outside) * 0.8


type InSandbox = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def in_sandbox(tmp_path: Path) -> InSandbox:
    """Return a way to run a script in the sandbox, with some hard limits set before."""

    def run(
        script: str, case: Case = HERE[0], **limits: int
    ) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "script.py"
        path.write_text(script)

        def limit() -> None:
            for name, value in limits.items():
                resource.setrlimit(getattr(resource, name), (value, value))

        return subprocess.run(
            child_command(path, case=case),
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            preexec_fn=limit,
            start_new_session=True,
        )

    return run


def told(in_sandbox: InSandbox, case: Case = HERE[0], **limits: int) -> dict[str, Any]:
    """Return what the sandbox says was granted, and what the kernel says of it."""
    ran = in_sandbox(
        "import json\n"
        "status = open('/proc/self/status')\n"
        "score = open('/proc/self/oom_score_adj').read()\n"
        "granted |= sandbox.seal()\n"
        "lines = dict(line.split(':', 1) for line in status.read().splitlines())\n"
        "print(json.dumps({**granted, 'uid': lines['Uid'].split()[0], 'score': score,\n"
        "    'capabilities': int(lines['CapPrm'], 16) | int(lines['CapEff'], 16),\n"
        "    'locked': int(lines['VmLck'].split()[0])}))\n",
        case,
        **limits,
    )
    assert ran.stderr == ""
    facts: dict[str, Any] = json.loads(ran.stdout)
    return facts


@pytest.mark.parametrize("case", HERE, ids=str)
def test_no_privileges_is_reported_only_where_it_is_true(
    in_sandbox: InSandbox, case: Case
) -> None:
    """But for locking memory, and to read the engine's files until they are loaded."""
    facts = told(in_sandbox, case)
    harmless = 1 << 2 | 1 << 14
    is_so = int(facts["uid"]) != 0 and facts["capabilities"] & ~harmless == 0
    assert facts["no_privileges"] is is_so
    if case.user is not None:
        assert is_so


@pytest.mark.skipif(os.getuid() != 0, reason="needs root: only it can become nobody")
def test_root_becomes_nobody_before_it_sees_a_picture(in_sandbox: InSandbox) -> None:
    facts = told(in_sandbox, BARE[0])
    assert (facts["no_privileges"], facts["uid"]) == (True, "65534")
    assert facts["capabilities"] & ~(1 << 14) == 0


@pytest.mark.skipif(
    os.getuid() != 0, reason="needs root: only it can be without some privilege"
)
def test_root_that_cannot_read_everything_stays_root_and_says_so(
    in_sandbox: InSandbox,
) -> None:
    """In Docker's default: nobody might not find the engine."""
    ran = in_sandbox(
        "print(granted['no_privileges'], os.getuid())",
        Case(user=None, bare=True, lacks=2),
    )
    assert ran.stdout == "False 0\n", ran.stderr


@pytest.mark.parametrize("case", HERE, ids=str)
def test_the_sandbox_reports_which_parts_hold(
    in_sandbox: InSandbox, case: Case
) -> None:
    facts = told(in_sandbox, case)
    assert facts["files_closed"] and facts["files_shut"] and facts["no_sockets"]
    if case.bare:
        assert (facts["landlock"], facts["own_network"]) == (False, False)


@pytest.mark.parametrize("case", HERE, ids=str)
def test_the_kernel_takes_the_child_first_when_memory_is_short(
    in_sandbox: InSandbox, case: Case
) -> None:
    facts = told(in_sandbox, case)
    assert facts["first_to_go"] is True
    ours = int(Path("/proc/self/oom_score_adj").read_text())
    assert int(facts["score"]) > ours


# What a child without any privilege may lock, in MB, up to what it may map at all.
FILL = """\
content = bytearray(300 * 1024**2)
content[::4096] = b'x' * len(content[::4096])
locked = [line for line in open('/proc/self/status') if line.startswith('VmLck')]
print(granted['memory_locked'], int(locked[0].split()[1]) >= 300 * 1024)
"""


def may_be_set(limit: int) -> bool:
    """Return if this machine lets a process lock so many MB, or be allowed to."""
    script = (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_MEMLOCK, ({limit * MEGABYTE},) * 2)"
    )
    return not subprocess.run(
        [sys.executable, "-c", script], stderr=subprocess.DEVNULL, check=False
    ).returncode


def limits(*megabytes: int) -> list[Any]:
    """Return limits in MB, of which some cannot be set on this machine."""
    low = pytest.mark.skip(reason="needs a higher hard limit of locked memory")
    return [
        pytest.param(one, marks=() if may_be_set(one) else low) for one in megabytes
    ]


@pytest.mark.parametrize("limit", limits(0, 1, 8, 64, 256, 300, 512, 1023))
def test_memory_is_locked_only_if_all_of_it_may_be(
    in_sandbox: InSandbox, limit: int
) -> None:
    """Or allocations would fail later, beyond the limit."""
    ran = in_sandbox(FILL, SOMEBODY, RLIMIT_MEMLOCK=limit * MEGABYTE)
    assert ran.stdout == "False False\n", ran.stderr


@pytest.mark.parametrize("limit", limits(1024, 4096))
def test_memory_is_locked_without_any_privilege_under_a_limit_that_is_large_enough(
    in_sandbox: InSandbox, limit: int
) -> None:
    ran = in_sandbox(FILL, SOMEBODY, RLIMIT_MEMLOCK=limit * MEGABYTE)
    assert ran.stdout == "True True\n", ran.stderr


@pytest.mark.parametrize("limit", limits(600))
@pytest.mark.parametrize(("mapped", "is_locked"), [(512, True), (1024, False)])
def test_the_memory_that_must_be_lockable_depends_on_the_memory_that_may_be_mapped(
    in_sandbox: InSandbox, limit: int, mapped: int, is_locked: bool
) -> None:
    set_before = {"RLIMIT_AS": mapped * MEGABYTE, "RLIMIT_MEMLOCK": limit * MEGABYTE}
    ran = in_sandbox("print(granted['memory_locked'])", SOMEBODY, **set_before)
    assert ran.stdout == f"{is_locked}\n", ran.stderr


@pytest.mark.skipif(
    os.getuid() != 0, reason="needs root: only it may lock more than the limit"
)
def test_memory_is_locked_where_all_of_it_may_be(in_sandbox: InSandbox) -> None:
    facts = told(in_sandbox)
    assert facts["memory_locked"] is True
    assert facts["locked"] > 0


@pytest.mark.parametrize("case", HERE, ids=str)
def test_lower_limits_than_ours_are_no_error(in_sandbox: InSandbox, case: Case) -> None:
    facts = told(
        in_sandbox, case, RLIMIT_AS=512 * MEGABYTE, RLIMIT_CORE=0, RLIMIT_FSIZE=0
    )
    for fact in ("memory_limited", "no_core_dump", "no_file_writes"):
        assert facts[fact] is True, fact


@pytest.mark.parametrize("case", BARE, ids=str)
def test_a_crash_of_the_child_is_reported_as_a_crash(
    in_sandbox: InSandbox, case: Case
) -> None:
    """Aborting takes a signal to oneself, which musl and glibc send differently."""
    assert in_sandbox("os.abort()", case).returncode == -signal.SIGABRT
    by_tkill = "import ctypes\nctypes.CDLL(None).syscall({}, os.getpid(), 6)"
    number = 130 if os.uname().machine == "aarch64" else 200
    assert in_sandbox(by_tkill.format(number), case).returncode == -signal.SIGABRT


# getpid, as a program of 32 bits asks for it: another table of calls.
BY_THE_OLD_DOOR = """\
import ctypes, mmap
page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""


@pytest.mark.skipif(
    os.uname().machine != "x86_64", reason="needs x86_64: others have no such door"
)
@pytest.mark.parametrize("case", BARE, ids=str)
def test_a_call_of_another_processors_table_ends_the_child(
    in_sandbox: InSandbox, case: Case
) -> None:
    """By the filter, or by a kernel that runs no programs of 32 bits."""
    ended = in_sandbox(BY_THE_OLD_DOOR, case).returncode
    assert ended in {-signal.SIGSYS, -signal.SIGSEGV}


def test_threads_stay_where_forks_are_refused(in_sandbox: InSandbox) -> None:
    ran = in_sandbox(
        "import threading\n"
        "thread = threading.Thread(target=lambda: print('here'))\n"
        "thread.start()\nthread.join()\n"
        "try:\n    os.fork()\nexcept PermissionError:\n    print('refused')\n"
    )
    assert ran.stdout == "here\nrefused\n", ran.stderr


def test_a_process_with_a_network_has_nothing_but_that(in_sandbox: InSandbox) -> None:
    """A reader of cameras: the same sandbox, entered with the network."""
    ran = subprocess.run(
        [
            part.replace("enter()", "enter(network=True)")
            for part in _script(in_sandbox)
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert ran.stdout.splitlines() == ["True", "False", "PermissionError"], ran.stderr


def _script(in_sandbox: InSandbox) -> list[str]:
    ran = in_sandbox(
        "import socket\n"
        "one, other = socket.socket(), socket.socket()\n"
        "print(one.connect_ex(('127.0.0.1', 9)) > 0)\n"
        "print(granted['no_sockets'])\n"
        "try:\n    socket.socket(socket.AF_UNIX)\n"
        "except OSError as err:\n    print(type(err).__name__)\n"
    )
    # Without the network not even the first line is reached.
    assert "PermissionError" in ran.stderr
    command: list[str] = ran.args
    return command
