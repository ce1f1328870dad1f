"""One engine's packages, and how its worker is started."""

import asyncio
from pathlib import Path

from .child import WorkerError
from .engine import EngineInfo
from .engines import Engine
from .packages import InstallError
from .private_packages import PrivatePackages, command
from .supervisor import Supervisor

__all__ = ["Engine", "EngineEnvironment", "InstallError"]


class EngineEnvironment(PrivatePackages):
    """One engine's packages: checks and installs them, and starts a worker with them."""

    def __init__(
        self, root: Path, engine: Engine, *, wheels: Path | None = None
    ) -> None:
        """Prepare; touches no file (see PrivatePackages)."""
        super().__init__(root, engine, wheels=wheels)
        self.engine = engine

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
        """Return how long this machine takes for a frame with a face.

        Raises InstallError, also if the engine does not see a drawn face.
        """
        packages = None if self._is_running_python else self.folder()
        return float(await self._run(packages, "engine_trial", str(self.engine)))

    def command(self, attack_folder: Path | None = None) -> list[str]:
        """Return the command line of the worker. Call is_installed or install before.

        With `attack_folder`, that of the network, the worker looks for presentation
        attacks too.
        """
        attacks = () if attack_folder is None else (str(attack_folder),)
        return self.run("worker", str(self.engine), *attacks)

    def _is_importable(self) -> bool:
        """Return whether the running Python already has all that the engine needs."""
        # The networks of the other engine are made at its installation.
        return self.engine is Engine.FACE_RECOGNITION and super()._is_importable()

    async def _prepare(self, packages: Path) -> None:
        """Make the networks of the engine."""
        await self._run(packages, "prepare", str(self.engine), str(packages))

    async def _run(self, packages: Path | None, module: str, *arguments: str) -> bytes:
        """Return what a module writes, in a process of its own. Raises InstallError."""
        process = await asyncio.create_subprocess_exec(
            *command(packages, module, *arguments),
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
