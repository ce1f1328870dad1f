"""The cage of the recognition child: tried from inside by a twin, read from outside."""

import json
import os
from pathlib import Path
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

# Reading files and locking memory, as in linux/capability.h.
_HARMLESS: Final = 1 << 1 | 1 << 2 | 1 << 14

# As the worker's own bootstrap does: the room of recognition without Home Assistant,
# and the cage closed before anything else.
_TWIN: Final = """\
import os, sys
from importlib.util import module_from_spec, spec_from_file_location
here, attempts, *rest = sys.argv[1:]
spec = spec_from_file_location("recognition", here + "/__init__.py")
package = sys.modules["recognition"] = module_from_spec(spec)
spec.loader.exec_module(package)
code = compile(open(attempts).read(), attempts, "exec")
if "free" not in rest:
    from recognition import sandbox
    sandbox.enter()
sys.argv = [attempts, *rest]
exec(code)
"""


def _twin(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-I", "-B", "-c", _TWIN, str(_RECOGNITION)),
            *(str(script), *arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def attempts(*, free: bool) -> dict[str, str]:
    """Return what became of every attempt, in the cage or outside of it."""
    with TemporaryDirectory() as folder:
        Path(folder, "there").write_bytes(b"nothing")
        # What stands for Home Assistant: a process of the same user, easily traced.
        parent = subprocess.Popen(["sleep", "60"])
        try:
            arguments = [str(parent.pid), folder, *(["free"] if free else [])]
            ended = _twin(_ATTEMPTS, *arguments)
        finally:
            parent.kill()
            parent.wait()
    results: dict[str, str] = json.loads(ended.stdout)
    return results


def confined() -> Line:
    """Return what the child can do besides looking at pictures."""
    caged, free = attempts(free=False), attempts(free=True)
    escaped = [name for name, result in caged.items() if result == "succeeded"]
    possible = sum(result == "succeeded" for result in free.values())
    return Line(
        name="confined",
        claim="The process that decodes pictures can open no connection, write no file, "
        "start no program, read or disturb no other process and lift none of its limits.",
        shown=not escaped,
        found=f"{len(caged)} attempts from inside its cage, {len(escaped)} succeeded"
        + (f": {', '.join(escaped)}" if escaped else ""),
        control=f"outside of the cage {possible} of the same attempts succeed",
        figures={"caged": caged, "free": free},
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
        caged = _crash(crash)
        crash.write_text(_CRASH_FREELY)
        free = _crash(crash, "free")
    return Line(
        name="no-dump",
        claim="When the process that decodes pictures crashes, its memory is not written "
        "to a file.",
        shown=not caged,
        found="crashed on purpose: " + ("a core dump" if caged else "no core dump"),
        control="the same crash outside of the cage: "
        + ("the kernel dumped core" if free else "no core dump here either"),
    )


def _crash(script: Path, *arguments: str) -> bool:
    """Return if the kernel dumped core."""
    with TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-B", "-c", _TWIN, str(_RECOGNITION)),
                *(str(script), *arguments),
            ],
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
            "has no way out, behind a filter of the kernel's.",
            shown=facts.network != parent.network
            and facts.packets == 0
            and facts.status["Seccomp"] == "2"
            and facts.status["NoNewPrivs"] == "1"
            and int(facts.status["CapEff"], 16) & ~_HARMLESS == 0
            and "socket" not in facts.files,
            found=f"its network is {facts.network}, Home Assistant's {parent.network}; "
            f"{facts.packets} packets in it after all visits; seccomp mode "
            f"{facts.status['Seccomp']}, capabilities {facts.status['CapEff']}; it has "
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
