"""The private folder with an engine's packages, and how its worker is started.

The packages are no manifest requirements: some ask for others that have no wheels, and
what Home Assistant installs for everybody must not depend on them. They are pinned
with hashes (scripts/lock_engine) and installed by Home Assistant's own uv.
"""

import asyncio
from collections.abc import Callable
import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
import re
import shutil
import sys
import sysconfig

from .child import WorkerError
from .engine import EngineInfo
from .engines import Engine
from .packages import InstallError, install_error, install_packages
from .supervisor import Supervisor

__all__ = ["Engine", "EngineEnvironment", "InstallError"]

_HERE = Path(__file__).resolve().parent

# The 68-point landmarks may not be used commercially: nobody shall find them here.
_UNWANTED = ("face_recognition_models/models/shape_predictor_68_face_landmarks.dat",)

# Run by the child before anything else. Its path is the standard library and then the
# engine's folder: the integration's folder, whose select.py would hide the standard
# library's, is never on it.
_BOOTSTRAP = """\
import sys
from importlib.util import module_from_spec, spec_from_file_location
here, packages, engine = sys.argv[1:]
if packages:
    sys.path.append(packages)
spec = spec_from_file_location("recognition", here + "/__init__.py")
package = sys.modules["recognition"] = module_from_spec(spec)
spec.loader.exec_module(package)
from recognition.worker import main
main(engine)
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

        Blocking: reads the pins. The name also depends on Python's version, the
        machine and musl or glibc, all of which the extension suffix tells.
        """
        if self._folder is None:
            suffix = str(sysconfig.get_config_var("EXT_SUFFIX"))
            key = hashlib.sha256(self._pins.read_bytes() + suffix.encode())
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
        async with _one_at_a_time:
            if await asyncio.to_thread(self.is_installed):
                progress(1.0)
                return
            part = self.folder().with_suffix(".part")
            try:
                size = await asyncio.to_thread(self._prepare, part)
                await install_packages(
                    self._pins,
                    part / "packages",
                    size=size,
                    wheels=self._wheels,
                    progress=progress,
                )
                await asyncio.to_thread(self._finish, part)
            except OSError as err:
                raise install_error(err) from err
            finally:
                await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
            self._is_running_python = False
        progress(1.0)

    async def remove(self) -> None:
        """Throw the packages away; a running worker keeps what it has loaded."""
        async with _one_at_a_time:
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

    def command(self) -> list[str]:
        """Return the command line of the worker; call is_installed or install first."""
        isolated = ["-I", "-B"]
        packages = ""
        if not self._is_running_python:
            # Without site, Home Assistant's own packages stay out of the child.
            isolated.append("-S")
            packages = str(self.folder())
        return [
            *(sys.executable, *isolated, "-c", _BOOTSTRAP),
            *(str(_HERE), packages, str(self.engine)),
        ]

    def env(self) -> dict[str, str]:
        """Return the whole environment of the worker."""
        return {
            "LANG": "C.UTF-8",
            # One face at a time: threads would only cost memory.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
        }

    def _is_importable(self) -> bool:
        """Return whether the running Python already has all the engine's packages."""
        names = re.findall(r"^([\w-]+)==", self._pins.read_text(), re.MULTILINE)
        try:
            return all(distribution(name) for name in names)
        except PackageNotFoundError:
            return False

    def _prepare(self, part: Path) -> int:
        """Make an empty folder and return how many bytes will go into it."""
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        size = re.search(r"Unpacked: (\d+) bytes", self._pins.read_text())
        assert size
        return int(size[1])

    def _finish(self, part: Path) -> None:
        """Put the finished folder into place and throw older versions away."""
        for name in _UNWANTED:
            (part / "packages" / name).unlink(missing_ok=True)
        (part / "packages").rename(self.folder())
        for other in self._root.glob(f"{self.engine}-*"):
            if other not in (self.folder(), part):
                shutil.rmtree(other, ignore_errors=True)


# Two flows at once would write into one folder.
_one_at_a_time = asyncio.Lock()
