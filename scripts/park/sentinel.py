"""Starts a sentinel of Valkey or Redis: it promotes a replica when a server is gone."""

from pathlib import Path
import shutil
import subprocess
import tempfile
from typing import Self

from esphome.simulator.run import free_port

from .server import binary

DOWN_AFTER_MS = 500
GROUP = "quota"


class Sentinel:
    """One sentinel that watches one server; alone it is a majority."""

    def __init__(self, kind: str, watched: int) -> None:
        """Watch the server at a port of the loopback."""
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="facequota-sentinel-"))
        self._settings = self._folder / "sentinel.conf"
        self._settings.write_text(
            f"port {self.port}\n"
            "bind 127.0.0.1\n"
            f"dir {self._folder}\n"
            f"sentinel monitor {GROUP} 127.0.0.1 {watched} 1\n"
            f"sentinel down-after-milliseconds {GROUP} {DOWN_AFTER_MS}\n"
            f"sentinel failover-timeout {GROUP} 2000\n"
        )
        self._command = [binary(kind), str(self._settings), "--sentinel"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it and leave no file behind."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
