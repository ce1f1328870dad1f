"""Where an engine's packages come from in tests: real wheels, and indexes good and bad."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Final

from aiohttp import web

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)
from scripts.house.prepared import prepared

ROOT: Final = Path(__file__).parents[2]
WHEELS: Final = ROOT / ".cache" / "wheels"
PIP: Final = "pip==26.3"


def wheel_files() -> Path:
    """Return a folder with the engine's wheels, as a manager makes one for a site."""
    pins = (
        ROOT / "custom_components/facequota/recognition/requirements/"
        f"{Engine.FACE_RECOGNITION}.txt"
    )

    def download(folder: Path) -> None:
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "tool", "run", "--python"),
                *(sys.executable, "--from", PIP, "pip", "download", "--quiet"),
                *("--no-deps", "--only-binary", ":all:", "--require-hashes"),
                *("-r", pins, "-d", folder),
            ],
            check=True,
        )

    return prepared(WHEELS, pins.read_text(), download)


def copy_of_wheels(folder: Path, *, without: str = "") -> Path:
    """Return a folder of the engine's wheels that a test may spoil."""
    folder.mkdir()
    for wheel in wheel_files().glob("*.whl"):
        if not without or not wheel.name.startswith(without):
            (folder / wheel.name).symlink_to(wheel)
    return folder


def spoil(wheels: Path, package: str) -> None:
    """Change one byte of a package."""
    wheel = next(wheels.glob(f"{package}*"))
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 0xFF
    wheel.unlink()
    wheel.write_bytes(content)


def no_engine(config_folder: Path) -> Path:
    """Take the installed engine away; return the folder for engines, now empty."""
    root = config_folder / ".cache" / DOMAIN
    root.unlink()
    root.mkdir()
    return root


def real_engine(
    config_folder: Path, engine_root: Path, engine: Engine = Engine.FACE_RECOGNITION
) -> None:
    """Put the installed engine into its place, as if it had been installed meanwhile."""
    root = config_folder / ".cache" / DOMAIN
    name = EngineEnvironment(engine_root, engine).folder().name
    if (root / name).exists():
        shutil.rmtree(root / name)
    (root / name).symlink_to(engine_root / name)


@asynccontextmanager
async def package_index(wheels: Path) -> AsyncGenerator[str]:
    """Serve wheels as a package index does; yield its address."""

    async def simple(request: web.Request) -> web.Response:
        name = request.match_info["name"].replace("-", "_")
        links = "".join(
            f'<a href="/files/{wheel.name}">{wheel.name}</a>'
            for wheel in wheels.glob(f"{name}-*")
        )
        return web.Response(text=links, content_type="text/html")

    app = web.Application()
    app.router.add_get("/simple/{name}/", simple)
    app.router.add_static("/files", wheels)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/simple"
    finally:
        await runner.cleanup()


class SilentIndex:
    """An index that accepts connections and never answers."""

    def __init__(self) -> None:
        """Begin with nobody connected."""
        self.asked = asyncio.Event()
        self.left = asyncio.Event()

    async def hear(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Listen to an installer until its process ends."""
        self.asked.set()
        await reader.read()
        writer.close()
        self.left.set()


@asynccontextmanager
async def silent_index() -> AsyncGenerator[tuple[SilentIndex, str]]:
    """Run a SilentIndex; yield it with its address."""
    index = SilentIndex()
    server = await asyncio.start_server(index.hear, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield index, f"http://127.0.0.1:{port}/simple"
    finally:
        server.close()
        await server.wait_closed()
