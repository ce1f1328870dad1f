"""The tests of quota's arithmetic and of the sandbox, on a machine."""

from importlib.metadata import distributions
import os
from pathlib import Path
import subprocess
import sys
import sysconfig
from typing import Final

from scripts.house.prepared import prepared

from .machine import FOLDER, ROOT, Machine

QUOTA: Final = "tests/unit/quota"
FILTER: Final = "tests/unit/recognition/test_call_filter.py"
SANDBOX: Final = "tests/unit/recognition/test_sandbox.py"
# The versions that are locked for the tests. hypothesis and aiohttp, which fixtures import, bring native code.
TOOLS: Final = ("aiohttp", "hypothesis", "pytest", "pytest-asyncio")
PACKAGES: Final = Path(
    ROOT, ".venv/lib", f"python{sysconfig.get_python_version()}", "site-packages"
)
LONGEST_S: Final = 900


def tests_of(machine: Machine) -> dict[str, str]:
    """Return the names of the tests that are meaningful on a machine.

    qemu has no seccomp and no Landlock: there the filter is only run instruction by instruction.
    Another allocator matters to the worker alone.
    """
    if machine.environment:
        return {"sandbox": SANDBOX}
    chosen = {"quota": QUOTA, "call filter": FILTER}
    return chosen if machine.is_qemu else chosen | {"sandbox": SANDBOX}


def _tools(machine: Machine) -> Path:
    """Return a folder with pytest for a machine."""
    locked = {one.name: one.version for one in distributions(path=[str(PACKAGES)])}
    wanted = [f"{name}=={locked[name]}" for name in TOOLS]
    here = str(sysconfig.get_config_var("SOABI"))
    platform = ["--python-platform", machine.platform] if machine.platform else []

    def install(part: Path) -> None:
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--quiet", *platform),
                *("--only-binary", ":all:", "--target", str(part), *wanted),
            ],
            check=True,
        )

    return prepared(
        FOLDER / (machine.platform or here) / "tests", " ".join(wanted), install
    )


def run_tests(machine: Machine, packages: Path, tests: str) -> tuple[bool, str]:
    """Run tests on a machine; return if all passed, and pytest's last line.

    `packages` is a folder with the machine's own numpy and Pillow.
    """
    ran = subprocess.run(
        [
            *(*machine.runner, machine.python, "-B", "-m", "pytest", "-q"),
            *("-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin"),
            *("-p", "scripts.machines.alone", tests),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            **(machine.environment or {}),
            "PYTHONPATH": f"{packages}:{ROOT}:{_tools(machine)}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    if ran.returncode:
        print(ran.stdout[-4000:], ran.stderr[-2000:])
    return ran.returncode == 0, (ran.stdout.strip() or ran.stderr).splitlines()[-1]
