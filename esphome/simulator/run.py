"""Run simulated dispensers: each a copy of a built program, on a port of its own, with preferences of its own.

Plain standard library, for tests and the demo alike:

    simulator = Simulator(program, port=16053, folder=tmp_path)
    await simulator.start()
    ...
    await simulator.stop()
"""

import asyncio
from contextlib import suppress
import os
from pathlib import Path
import shutil
import signal
import socket

STARTS_WITHIN_S = 15.0
STOPS_WITHIN_S = 5.0


class SimulatorError(Exception):
    """The simulator did not start; the text holds its last lines."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Simulator:
    """One simulated dispenser.

    `folder` is its flash memory: it keeps counters and settings from one start to the next, as a board does. It also gets the
    program's copy and its log. `camera` is the file that its camera's sensor shows; without one it has no camera.
    """

    def __init__(
        self, program: Path, port: int, folder: Path, camera: Path | None = None
    ) -> None:
        """Prepare a simulator of this program that will listen on 127.0.0.1:port."""
        self._camera = camera
        self.port = port
        self.update_port = free_port()
        self.log = folder / "simulator.log"
        self._source = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def start(self) -> None:
        """Switch the device on; return when it takes connections."""
        self._folder.mkdir(parents=True, exist_ok=True)
        program = self._folder / "program"
        shutil.copy2(self._source, program)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                program,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "TZ": os.environ.get("TZ", "UTC"),
                    "ESPHOME_PREFDIR": str(self._folder / "preferences"),
                    "FACEQUOTA_SIMULATOR_PORT": str(self.port),
                    "FACEQUOTA_SIMULATOR_UPDATE_PORT": str(self.update_port),
                    **(
                        {"FACEQUOTA_SIMULATOR_CAMERA": str(self._camera)}
                        if self._camera
                        else {}
                    ),
                },
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                await self._listening()
        except TimeoutError:
            await self.cut_power()
            raise SimulatorError(self._last_lines()) from None

    async def stop(self) -> None:
        """Shut the device down in order: it stops its motor and writes its counters."""
        await self._end(signal.SIGTERM)

    async def cut_power(self) -> None:
        """Pull the plug."""
        await self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let the device and its connection hang, as in a radio hole: nothing closes, nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`, with everything that came in meanwhile."""
        self._signal(signal.SIGCONT)

    async def _listening(self) -> None:
        process = self._process
        assert process is not None
        while process.returncode is None:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise SimulatorError(self._last_lines())

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            os.killpg(pid, number)

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            self._signal(signal.SIGCONT)  # a frozen process takes no other signal
            self._signal(number)
        try:
            async with asyncio.timeout(STOPS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()
        self._process = None

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
