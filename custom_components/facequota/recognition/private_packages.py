"""A private folder of packages for one of our child processes.

The packages are no manifest requirements: some ask for others that have no wheels, and
what Home Assistant installs for everybody must not depend on them. They are pinned
with hashes (scripts/lock_engine) and installed by Home Assistant's own uv.
"""

import asyncio
from collections.abc import Callable
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
import os
from pathlib import Path
import re
import shutil
import sys
import sysconfig
from weakref import WeakKeyDictionary

from .packages import install_error, install_packages

HERE = Path(__file__).resolve().parent

JEMALLOC_SETTINGS = (
    "narenas:1,background_thread:false,retain:false,dirty_decay_ms:500,muzzy_decay_ms:0"
)

# Run by the child before anything else. Its path is the standard library and then the
# packages' folder: the integration's folder, whose select.py would hide the standard
# library's, is never on it.
_BOOTSTRAP = """\
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
here, packages, module, *arguments = sys.argv[1:]
if packages:
    sys.path.append(packages)
spec = spec_from_file_location("recognition", here + "/__init__.py")
package = sys.modules["recognition"] = module_from_spec(spec)
spec.loader.exec_module(package)
import_module("recognition." + module).main(*arguments)
"""


class PrivatePackages:
    """The packages that one file of pins names: checks, installs and runs them."""

    def __init__(self, root: Path, name: str, *, wheels: Path | None = None) -> None:
        """Prepare; touches no file.

        `root` is the folder for all of them, `name` that of the file of pins, `wheels` a
        folder of wheel files to install from instead of the network.
        """
        self.name = name
        self._root = root
        self._wheels = wheels
        self._pins = HERE / "requirements" / f"{name}.txt"
        self._folder: Path | None = None
        self._is_running_python = False

    def folder(self) -> Path:
        """Return the packages' folder; its name differs after every change.

        Blocking: reads the pins and the model list. The name also depends on Python's
        version, the machine and musl or glibc, all of which the extension suffix tells.
        """
        if self._folder is None:
            files = sorted(self._pins.parent.glob(f"{self.name}.*"))
            key = hashlib.sha256(b"".join(file.read_bytes() for file in files))
            key.update(str(sysconfig.get_config_var("EXT_SUFFIX")).encode())
            self._folder = self._root / f"{self.name}-{key.hexdigest()[:16]}"
        return self._folder

    def is_installed(self) -> bool:
        """Return whether a child can be started on them. Blocking."""
        if self.folder().is_dir():
            self._is_running_python = False
            return True
        self._is_running_python = self._is_importable()
        return self._is_running_python

    async def install(self, progress: Callable[[float], None]) -> None:
        """Install the packages; `progress` is told the part done, 0 to 1.

        All or nothing, also when cancelled. Raises InstallError.
        """
        async with _one_at_a_time():
            if await asyncio.to_thread(self.is_installed):
                progress(1.0)
                return
            part = self.folder().with_suffix(".part")
            try:
                size = await asyncio.to_thread(self._begin, part)
                await install_packages(
                    self._pins,
                    part / "packages",
                    size=size,
                    wheels=self._wheels,
                    progress=progress,
                )
                await self._prepare(part / "packages")
                await asyncio.to_thread(self._finish, part)
            except OSError as err:
                raise install_error(err) from err
            finally:
                await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
            self._is_running_python = False
        progress(1.0)

    async def remove(self) -> None:
        """Delete the packages; a running worker keeps what it has loaded."""
        async with _one_at_a_time():
            folder = await asyncio.to_thread(self.folder)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def verify(self) -> object:
        """Try the packages once, if that is possible; raises InstallError."""

    def run(self, module: str, *arguments: str) -> list[str]:
        """Return the command line of a child; call is_installed or install first."""
        packages = None if self._is_running_python else self.folder()
        return command(packages, module, *arguments)

    def env(self) -> dict[str, str]:
        """Return the whole environment of a child."""
        return {
            "LANG": "C.UTF-8",
            # One picture at a time: threads would only cost memory.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
            **_jemalloc(os.environ.get("LD_PRELOAD", "")),
        }

    def _is_importable(self) -> bool:
        """Return whether the running Python already has all that is needed.

        In exactly the pinned versions: nothing was measured with others.
        """
        pins = re.findall(r"^([\w-]+)==(\S+)", self._pins.read_text(), re.MULTILINE)
        try:
            return all(distribution(name).version == version for name, version in pins)
        except PackageNotFoundError:
            return False

    async def _prepare(self, packages: Path) -> None:
        """Make the packages ready for use, where that takes more than installing."""

    def _begin(self, part: Path) -> int:
        """Make an empty folder and return how many bytes will go into it."""
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        sizes = re.findall(
            r"^# Unpacked: (\S+) (\d+)", self._pins.read_text(), re.MULTILINE
        )
        here = str(sysconfig.get_config_var("EXT_SUFFIX"))
        # Of a platform that is not listed the largest is expected.
        fitting = [int(size) for platform, size in sizes if platform in here]
        return max(fitting or [int(size) for _, size in sizes])

    def _finish(self, part: Path) -> None:
        """Put the finished folder into place and delete older versions."""
        (part / "packages").rename(self.folder())
        for other in self._root.glob(f"{self.name}-*"):
            if other not in (self.folder(), part):
                shutil.rmtree(other, ignore_errors=True)


def _jemalloc(preloaded: str) -> dict[str, str]:
    """Return the environment that gives a child the parent's jemalloc, if it has one.

    Home Assistant's images preload it because musl's allocator returns every large
    block to the kernel and has it cleared again. Settings of our own: no thread (a child
    that has one cannot leave the network), and freed memory is unmapped, because what
    is locked cannot be given back otherwise and would only ever grow.
    """
    for library in preloaded.replace(":", " ").split():
        if "jemalloc" in Path(library).name:
            return {"LD_PRELOAD": library, "MALLOC_CONF": JEMALLOC_SETTINGS}
    return {}


def command(packages: Path | None, module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package.

    `packages` is a private folder of packages; None takes the running Python's own.
    Otherwise site is left out, so that Home Assistant's packages stay out of the child.
    """
    isolated = ["-I", "-B"] if packages is None else ["-I", "-B", "-S"]
    return [
        *(sys.executable, *isolated, "-c", _BOOTSTRAP),
        *(str(HERE), str(packages or ""), module, *arguments),
    ]


# Two flows at once would write into one folder. A lock belongs to its event loop.
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _one_at_a_time() -> asyncio.Lock:
    """Return the lock of everything that changes the engines' folders."""
    return _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
