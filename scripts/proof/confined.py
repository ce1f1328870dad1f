"""The sandbox of the recognition child: tried from inside by a process like it, read from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Final

from scripts.house.home_assistant import ROOT

from .processes import Facts
from .report import Line

_RECOGNITION: Final = ROOT / "custom_components/facequota/recognition"
_ATTEMPTS: Final = Path(__file__).with_name("attempts.py")
_BARE_KERNEL: Final = Path(__file__).with_name("bare_kernel.py")
_LET: Final = "let"

# Locking memory, as in linux/capability.h.
_HARMLESS: Final = 1 << 14

_SOMEBODY: Final = 1000
"""A user that is not root, as Home Assistant is in a virtual environment."""

# As the worker's own bootstrap does: the room of recognition without Home Assistant,
# and the sandbox entered before anything else.
_CHILD: Final = """\
import ctypes, os, sys
from importlib.util import module_from_spec, spec_from_file_location
here, script, bare_kernel, user, lacks, in_sandbox, *rest = sys.argv[1:]
spec = spec_from_file_location("recognition", here + "/__init__.py")
package = sys.modules["recognition"] = module_from_spec(spec)
spec.loader.exec_module(package)
code = compile(open(script).read(), script, "exec")
if user:
    os.setgroups([])
    os.setresgid(int(user), int(user), int(user))
    os.setresuid(int(user), int(user), int(user))
    # As after the start of a program: this user's own files in /proc are theirs.
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
if lacks:
    from recognition import privileges
    privileges.keep(ctypes.CDLL(None), ~(1 << int(lacks)) & 0xFFFFFFFF)
if bare_kernel:
    exec(compile(open(bare_kernel).read(), bare_kernel, "exec"), {"__name__": "bare"})
if in_sandbox:
    from recognition import sandbox
    granted = sandbox.enter()
sys.argv = [script, *rest]
exec(code)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Who the process is, and on what kernel."""

    user: int | None
    """None: the user who runs this."""

    bare: bool
    """Whether Landlock and namespaces are taken away."""

    lacks: int | None = None
    """A capability that root does not have, by its number in linux/capability.h."""

    def __str__(self) -> str:
        """Return the case in words."""
        uid = os.getuid() if self.user is None else self.user
        kernel = "without Landlock and namespaces" if self.bare else "this kernel"
        return f"{'root' if uid == 0 else f'user {uid}'}, {kernel}"


def cases() -> Iterator[Case]:
    """Yield every case that can be tried here: only root can become somebody else."""
    for user in (None, _SOMEBODY) if os.getuid() == 0 else (None,):
        for bare in (False, True):
            yield Case(user=user, bare=bare)


def child_command(
    script: Path, *arguments: str, case: Case, free: bool = False
) -> list[str]:
    """Return the command that runs a script as `case`, in the sandbox or outside of it."""
    return [
        *(sys.executable, "-I", "-B", "-c", _CHILD, str(_RECOGNITION), str(script)),
        str(_BARE_KERNEL) if case.bare else "",
        "" if case.user is None else str(case.user),
        "" if case.lacks is None else str(case.lacks),
        *("" if free else "sandbox", *arguments),
    ]


def attempts(case: Case, *, free: bool = False) -> dict[str, str]:
    """Return what became of every attempt, in the sandbox or outside of it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("there", "old", "moved"):
            (folder / file).write_bytes(b"nothing")
        (folder / "empty").mkdir()
        os.setxattr(folder / "there", "user.there", b"1")
        if case.user is not None:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, case.user, case.user)
        # What stands for Home Assistant: a process of the same user, easily traced.
        groups = None if case.user is None else ()
        parent = subprocess.Popen(
            ["sleep", "60"], user=case.user, group=case.user, extra_groups=groups
        )
        try:
            ended = subprocess.run(
                child_command(_ATTEMPTS, str(parent.pid), name, case=case, free=free),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                # A signal to the child's process group must not reach this process.
                start_new_session=True,
            )
        finally:
            parent.kill()
            parent.wait()
    results: dict[str, str] = json.loads(ended.stdout)
    return results


def escaped(results: dict[str, str]) -> list[str]:
    """Return which attempts were not refused."""
    return [name for name, result in results.items() if result.startswith(_LET)]


def confined() -> Line:
    """Return what the child can do besides looking at pictures."""
    inside = {str(case): attempts(case) for case in cases()}
    outside = attempts(Case(user=None, bare=False), free=True)
    out = {
        case: names for case, results in inside.items() if (names := escaped(results))
    }
    return Line(
        name="confined",
        claim="The process that decodes pictures can open no connection, write no file, "
        "start no program, read or disturb no other process and lift none of its limits; "
        "on a kernel without Landlock and namespaces neither.",
        shown=not out,
        found=f"{len(outside)} attempts from inside its sandbox in each of {len(inside)} cases "
        f"({'; '.join(inside)}): "
        + (f"let through: {out}" if out else "none was let through"),
        control=f"outside of the sandbox {len(escaped(outside))} of the same attempts are let "
        "through",
        figures={"inside": inside, "outside": outside},
    )


_CRASH: Final = "import os\nos.abort()\n"
_CRASH_FREELY: Final = (
    "import os, resource\n"
    "hard = resource.getrlimit(resource.RLIMIT_CORE)[1]\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))\nos.abort()\n"
)


def no_core_dump() -> Line:
    """Return whether a child that crashes leaves its memory in a file."""
    with TemporaryDirectory() as folder:
        crash = Path(folder, "crash.py")
        crash.write_text(_CRASH)
        inside = _crash(crash)
        crash.write_text(_CRASH_FREELY)
        free = _crash(crash, free=True)
    return Line(
        name="no-dump",
        claim="When the process that decodes pictures crashes, its memory is not written "
        "to a file.",
        shown=not inside,
        found="crashed on purpose: " + ("a core dump" if inside else "no core dump"),
        control="the same crash outside of the sandbox: "
        + ("the kernel dumped core" if free else "no core dump here either"),
    )


def _crash(script: Path, *, free: bool = False) -> bool:
    """Return if the kernel dumped core."""
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(
            child_command(script, case=Case(user=None, bare=False), free=free),
            cwd=folder,
            stderr=subprocess.DEVNULL,
        )
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert os.WTERMSIG(status) == signal.SIGABRT
        return os.WCOREDUMP(status)


def child_facts(child: int, home_assistant: int) -> list[Line]:
    """Return what the kernel says of the running child."""
    facts, parent = Facts.of(child), Facts.of(home_assistant)
    locked, resident = facts.status["VmLck"], facts.status["VmRSS"]
    swapped = facts.status["VmSwap"]
    return [
        Line(
            name="child-alone",
            claim="The process that decodes pictures lives in a network of its own that "
            "has no way out, behind a filter of the kernel's, without privileges, and goes first "
            "when memory is short.",
            shown=facts.network != parent.network
            and facts.packets == 0
            and facts.status["Seccomp"] == "2"
            and facts.status["NoNewPrivs"] == "1"
            and int(facts.status["CapEff"], 16) & ~_HARMLESS == 0
            and facts.oom_score > parent.oom_score
            and "socket" not in facts.files,
            found=f"its network is {facts.network}, Home Assistant's {parent.network}; "
            f"{facts.packets} packets in it after all visits; seccomp mode "
            f"{facts.status['Seccomp']}, capabilities {facts.status['CapEff']}, user {facts.status['Uid'].split()[0]}, "
            f"memory short: taken first ({facts.oom_score}); it has "
            f"open: {', '.join(facts.files)}",
            control=f"Home Assistant's own network has seen {parent.packets:,} packets",
        ),
        Line(
            name="no-swap",
            claim="The memory of the process that decodes pictures is locked: it is not "
            "written to swap.",
            shown=_kilobytes(locked) >= _kilobytes(resident)
            and _kilobytes(swapped) == 0,
            found=f"{locked} locked, {resident} in use, {swapped} swapped",
            control=f"Home Assistant has {parent.status['VmLck']} locked",
        ),
    ]


def _kilobytes(text: str) -> int:
    return int(text.split(maxsplit=1)[0])
