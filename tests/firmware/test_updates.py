"""Updates over the air: only with the secret, and never in mid-portion."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import hashlib
from typing import Final

import pytest

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator

from .command import CONNECTION, adopted, esphome

# ESPHome's protocol for updates, as far as this needs it.
MAGIC: Final = bytes([0x6C, 0x26, 0xF7, 0x5C, 0x45])
KNOWS_SHA256: Final = b"\x02"
ASKS_FOR_THE_SECRET: Final = b"\x02"
HEADER_OK, AUTH_OK, PREPARED, REFUSED = b"\x40", b"\x41", b"\x42", b"\x82"
CLIENT_NONCE: Final = "0" * 64
IMAGE_BYTES: Final = 1_000_000


@asynccontextmanager
async def _updater(
    simulator: Simulator,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Begin an update; yield when the device asks for the secret."""
    reader, writer = await asyncio.open_connection("127.0.0.1", simulator.update_port)
    writer.write(MAGIC)
    await reader.readexactly(2)
    writer.write(KNOWS_SHA256)
    assert await reader.readexactly(1) == HEADER_OK
    yield reader, writer
    writer.close()


async def _prove(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: str
) -> bytes:
    """Answer the device's question for the secret; return its judgement."""
    assert await reader.readexactly(1) == ASKS_FOR_THE_SECRET
    nonce = (await reader.readexactly(64)).decode()
    proof = hashlib.sha256(f"{secret}{nonce}{CLIENT_NONCE}".encode()).hexdigest()
    writer.write(f"{CLIENT_NONCE}{proof}".encode())
    return await reader.readexactly(1)


@pytest.mark.usefixtures("device")
async def test_a_client_without_the_secret_is_refused(simulator: Simulator) -> None:
    async with _updater(simulator) as (reader, writer):
        # A plain client sends its image's size right away.
        writer.write(IMAGE_BYTES.to_bytes(4) + b"0" * 200)
        assert await reader.readexactly(1) == ASKS_FOR_THE_SECRET
        await reader.readexactly(64)
        answer = b""
        with suppress(ConnectionResetError):
            answer = await reader.read()
    assert answer in (REFUSED, b"")
    async with _updater(simulator) as (reader, writer):
        assert await _prove(reader, writer, "guess") == REFUSED


async def test_an_update_stops_the_portion(
    device: Device, simulator: Simulator
) -> None:
    device.switch("Motor", True)
    await device.until_state("Sim motor power", True)
    async with _updater(simulator) as (reader, writer):
        assert await _prove(reader, writer, "simulator") == AUTH_OK
        writer.write(IMAGE_BYTES.to_bytes(4))
        assert await reader.readexactly(1) == PREPARED
        await asyncio.sleep(3)  # a whole portion would be out by now
    await device.until_event("stopped")
    await device.until_state("Motor", False)
    assert device.number("Last portion") < 40
    # The update failed: the dispenser goes on.
    await device.until_rested()
    device.set_number("Portion length", 10)
    assert abs(await device.portion() - 10.0) <= 0.5


WITH_A_KEY: Final = f"""\
{CONNECTION}ota:
  - platform: esphome
    encryption:
"""


@pytest.mark.parametrize(
    "updates",
    [
        "ota:\n  - platform: esphome\n",
        'ota:\n  - platform: esphome\n    password: ""\n',
        "ota:\n  - platform: web_server\nweb_server:\n",
    ],
)
def test_firmware_that_anybody_could_replace_is_refused(updates: str) -> None:
    result = esphome(adopted("esp32") + updates)
    assert not result.ok
    assert "from anybody" in result.output


def test_the_starter_is_refused_without_a_key() -> None:
    assert esphome(adopted("starter") + CONNECTION).ok
    assert not esphome(adopted("starter")).ok


@pytest.mark.parametrize("board", ["esp32", "esp8266"])
def test_the_key_of_the_connection_guards_updates_too(board: str) -> None:
    result = esphome(adopted(board) + WITH_A_KEY)
    assert result.ok, result.output


@pytest.mark.parametrize("board", ["esp32", "esp32-c3.factory"])
def test_without_a_key_no_update_can_be_pushed(board: str) -> None:
    result = esphome(adopted(board))
    assert result.ok, result.output
    pushed = result.output.partition("\nota:")[2].partition("\n\n")[0]
    assert "platform: esphome" not in pushed and "web_server" not in pushed
