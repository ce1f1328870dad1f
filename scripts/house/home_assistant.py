"""A real `hass` process with a configuration folder and a port of its own."""

import asyncio
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import shutil
import signal
import textwrap
from typing import Final, Self

import aiohttp

from esphome.simulator.run import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
TESTED_PYTHON: Final = ROOT / ".venv/bin/python"
LATEST_PYTHON: Final = ROOT / ".venv-latest/bin/python"
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60
CONFIGURATION: Final = """\
# Written by scripts/house for a Home Assistant that lives as long as a demo or a test.
homeassistant:
  name: FaceQuota
  country: DE
  unit_system: metric
  time_zone: UTC
frontend:
history:
logbook:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    homeassistant.components.esphome: info
    custom_components.facequota: debug
automation: !include automations.yaml
"""


class HouseError(Exception):
    """The house could not be built, or does not behave as one."""


class CallError(HouseError):
    """Home Assistant answered a call with an error."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code (such as `service_validation_error`) beside the text."""
        super().__init__(f"{code}: {message}")
        self.code = code


class HomeAssistant:
    """One `hass` process, from an empty configuration folder to its clean end."""

    def __init__(
        self,
        folder: Path,
        *,
        python: Path = TESTED_PYTHON,
        port: int | None = None,
        configuration: str = "",
    ) -> None:
        """Remember where it will live.

        `folder` is its configuration folder (made and filled on start), `python`
        the interpreter of the environment that has Home Assistant installed,
        `port` the one on 127.0.0.1 (a free one when None) and `configuration` YAML
        that follows its own.
        """
        self.folder = folder.resolve()
        self.python = python
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = self.folder / "home-assistant.log"
        self._configuration = CONFIGURATION + configuration
        self._output_file = self.folder / "output.log"
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it, also after an error."""
        await self.stop()

    @property
    def pid(self) -> int:
        """The process id of the running Home Assistant."""
        if self._process is None:
            raise HouseError("Home Assistant is not running")
        return self._process.pid

    @property
    def log(self) -> str:
        """Its log so far."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def prepare(self) -> None:
        """Fill the configuration folder, unless that has been done before."""
        storage = self.folder / ".storage"
        storage.mkdir(parents=True, exist_ok=True)
        (self.folder / "custom_components").mkdir(exist_ok=True)
        product = self.folder / "custom_components/facequota"
        # A trial of a release has put the unpacked archive here.
        if not product.exists():
            product.symlink_to(ROOT / "custom_components/facequota")
        (self.folder / "configuration.yaml").write_text(self._configuration)
        automations = self.folder / "automations.yaml"
        if not automations.exists():
            automations.write_text("[]\n")
        self._store("http", 2, 2, self._http_settings())
        if not (storage / "onboarding").exists():
            # Everything but the first user: the other steps would set up
            # integrations that look for the internet.
            done = ["core_config", "analytics", "integration"]
            self._store("onboarding", 4, 1, {"done": done})

    async def start(self) -> None:
        """Start it and wait until it answers. Raise HouseError when it does not."""
        await asyncio.to_thread(self.prepare)
        if not self.python.exists():
            raise HouseError(f"no {self.python}: run scripts/setup first")
        with self._output_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Python also looks for custom_components in the folder where it is started.
                cwd=self.folder,
                env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._wait_until_it_answers()
        except TimeoutError:
            await self.stop()
            raise HouseError(
                f"Home Assistant did not answer within {START_SECONDS} s:\n"
                f"{self._last_lines()}"
            ) from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> int | None:
        """End it and all its children; return its exit code. Idempotent."""
        if self._process is None:
            return None
        process, self._process = self._process, None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()
            raise HouseError(
                f"Home Assistant did not stop within {STOP_SECONDS} s:\n"
                f"{self._last_lines()}"
            ) from None
        finally:
            _signal_group(process.pid, signal.SIGKILL)
        return process.returncode

    def remove(self) -> None:
        """Delete the configuration folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        """Return the command line; the kernel ends it when this process dies."""
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        return [
            *guard,
            str(self.python),
            "-m",
            "homeassistant",
            "--config",
            str(self.folder),
            "--log-file",
            str(self.log_file),
            "--log-no-color",
            "--skip-pip",
        ]

    async def _wait_until_it_answers(self) -> None:
        """Return once the API is there and everything has been set up."""
        assert self._process is not None
        async with aiohttp.ClientSession() as session:
            while self._process.returncode is None:
                try:
                    async with session.get(f"{self.url}/manifest.json") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError, OSError:
                    pass
                await asyncio.sleep(0.1)
        raise HouseError(f"Home Assistant ended at its start:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        """Return the end of what it said, for an error's text."""
        said = self._output_file.read_text() if self._output_file.exists() else ""
        lines = (said + self.log).splitlines()[-30:]
        return textwrap.indent("\n".join(lines), "  ")

    def _http_settings(self) -> dict[str, object]:
        """Return the settings of the web server, as confirmed by a person.

        Settings from YAML stay pending and are reverted after five minutes.
        """
        stable = {
            "server_port": self.port,
            "server_host": ["127.0.0.1"],
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": datetime.now(UTC).isoformat(),
            "error": None,
            "error_message": None,
        }
        return {"stable": stable, "pending": None, "yaml_migration_done": True}

    def _store(self, key: str, version: int, minor: int, data: object) -> None:
        """Write one file of Home Assistant's storage."""
        content = {"version": version, "minor_version": minor, "key": key, "data": data}
        (self.folder / ".storage" / key).write_text(json.dumps(content))


def _signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to what is left of a process group."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
