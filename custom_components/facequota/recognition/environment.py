"""The private folder with an engine's packages, and how its worker is started.

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

from .child import WorkerError
from .engine import EngineInfo
from .engines import Engine
from .packages import InstallError, install_error, install_packages
from .supervisor import Supervisor

__all__ = ["Engine", "EngineEnvironment", "InstallError"]

_HERE = Path(__file__).resolve().parent

_JEMALLOC_SETTINGS = (
    "narenas:1,background_thread:false,retain:false,dirty_decay_ms:500,muzzy_decay_ms:0"
)

# Run by the child before anything else. Its path is the standard library and then the
# engine's folder: the integration's folder, whose select.py would hide the standard
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


class EngineEnvironment:
    """One engine's packages: are they there, get them, start a worker on them."""

    def __init__(
        self, root: Path, engine: Engine, *, wheels: Path | None = None
    ) -> None:
        """Prepare; touches no file.

        `root` is the folder for all engines, `wheels` a folder of wheel files to
        install from instead of the network.
        """
        self.engine = engine
        self._root = root
        self._wheels = wheels
        self._pins = _HERE / "requirements" / f"{engine}.txt"
        self._folder: Path | None = None
        self._is_running_python = False

    def folder(self) -> Path:
        """Return the packages' folder, which has another name after every change.

        Blocking: reads the pins and the model list. The name also depends on Python's
        version, the machine and musl or glibc, all of which the extension suffix tells.
        """
        if self._folder is None:
            files = sorted(self._pins.parent.glob(f"{self.engine}.*"))
            key = hashlib.sha256(b"".join(file.read_bytes() for file in files))
            key.update(str(sysconfig.get_config_var("EXT_SUFFIX")).encode())
            self._folder = self._root / f"{self.engine}-{key.hexdigest()[:16]}"
        return self._folder

    def is_installed(self) -> bool:
        """Return whether a worker can be started. Blocking."""
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
                packages = part / "packages"
                await self._run(packages, "prepare", str(self.engine), str(packages))
                await asyncio.to_thread(self._finish, part)
            except OSError as err:
                raise install_error(err) from err
            finally:
                await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
            self._is_running_python = False
        progress(1.0)

    async def remove(self) -> None:
        """Throw the packages away; a running worker keeps what it has loaded."""
        async with _one_at_a_time():
            folder = await asyncio.to_thread(self.folder)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def verify(self) -> EngineInfo:
        """Start a worker once, stop it, and return the engine it loaded.

        Raises InstallError: "no_avx" where the processor is too old for the engine.
        """
        supervisor = Supervisor(
            command=self.command(), env=self.env(), on_change=lambda: None
        )
        try:
            await supervisor.start()
        except WorkerError as err:
            reason = "no_avx" if err.reason == "sigill" else "unknown"
            raise InstallError(reason, str(err)) from err
        engine = supervisor.engine
        await supervisor.stop()
        assert engine is not None
        return engine

    async def frame_ms(self) -> float:
        """Return how long this machine takes for a frame with somebody in it.

        Raises InstallError, also where the engine does not see a face that is drawn.
        """
        packages = None if self._is_running_python else self.folder()
        return float(await self._run(packages, "trial", str(self.engine)))

    def command(self, attack_folder: Path | None = None) -> list[str]:
        """Return the command line of the worker; call is_installed or install first.

        With `attack_folder`, that of the network, the worker looks for presentation
        attacks too.
        """
        packages = None if self._is_running_python else self.folder()
        attacks = () if attack_folder is None else (str(attack_folder),)
        return _command(packages, "worker", str(self.engine), *attacks)

    def env(self) -> dict[str, str]:
        """Return the whole environment of the worker."""
        return {
            "LANG": "C.UTF-8",
            # One face at a time: threads would only cost memory.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
            **_jemalloc(os.environ.get("LD_PRELOAD", "")),
        }

    def _is_importable(self) -> bool:
        """Return whether the running Python already has all that the engine needs.

        In the very versions that are pinned: with others nobody has measured anything.
        """
        if self.engine is not Engine.FACE_RECOGNITION:
            # Its networks are made when it is installed.
            return False
        pins = re.findall(r"^([\w-]+)==(\S+)", self._pins.read_text(), re.MULTILINE)
        try:
            return all(distribution(name).version == version for name, version in pins)
        except PackageNotFoundError:
            return False

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

    async def _run(self, packages: Path | None, module: str, *arguments: str) -> bytes:
        """Return what a module writes, in a process of its own. Raises InstallError."""
        process = await asyncio.create_subprocess_exec(
            *_command(packages, module, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.env(),
            start_new_session=True,
        )
        try:
            stdout, stderr = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise InstallError("unknown", stderr.decode(errors="replace")[-1000:])
        return stdout

    def _finish(self, part: Path) -> None:
        """Put the finished folder into place and throw older versions away."""
        (part / "packages").rename(self.folder())
        for other in self._root.glob(f"{self.engine}-*"):
            if other not in (self.folder(), part):
                shutil.rmtree(other, ignore_errors=True)


def _jemalloc(preloaded: str) -> dict[str, str]:
    """Return the environment that gives a child the parent's jemalloc, if it has one.

    Home Assistant's images preload it because musl's allocator returns every large
    block to the kernel and has it cleared anew. Settings of our own: no thread (a child
    that has one cannot leave the network), and freed memory is unmapped, because what
    is locked cannot be given back otherwise and would only ever grow.
    """
    for library in preloaded.replace(":", " ").split():
        if "jemalloc" in Path(library).name:
            return {"LD_PRELOAD": library, "MALLOC_CONF": _JEMALLOC_SETTINGS}
    return {}


def _command(packages: Path | None, module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package.

    `packages` is a private folder of packages; None takes the running Python's own.
    Otherwise site is left out, so that Home Assistant's packages stay out of the child.
    """
    isolated = ["-I", "-B"] if packages is None else ["-I", "-B", "-S"]
    return [
        *(sys.executable, *isolated, "-c", _BOOTSTRAP),
        *(str(_HERE), str(packages or ""), module, *arguments),
    ]


# Two flows at once would write into one folder. A lock belongs to its event loop.
_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _one_at_a_time() -> asyncio.Lock:
    """Return the lock of everything that changes the engines' folders."""
    return _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
