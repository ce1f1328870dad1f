"""The kinds of cameras that people have, and how each is added to Home Assistant."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from scripts.house.client import Client
from scripts.house.flows import CONFIG, Flow

from .esphome import EsphomeCamera
from .mjpeg import MjpegCamera
from .rtsp import RtspCamera
from .scene import Scene

FRAME_RATE: Final = 20

type Camera = MjpegCamera | EsphomeCamera | RtspCamera


class Kind(StrEnum):
    """How a camera's pictures come into Home Assistant."""

    MJPEG = "mjpeg"
    """`mjpeg`: a stream of pictures over HTTP."""
    ESPHOME = "esphome"
    """`esphome`: the board of the dispenser has a camera."""
    STILL = "still"
    """`generic` with the address of one picture."""
    STREAM = "stream"
    """`generic` with an RTSP stream."""


def make_camera(kind: Kind, folder: Path, *, key_frame_s: float = 1.0) -> Camera:
    """Return a camera that is still off; it keeps its files in the folder."""
    match kind:
        case Kind.ESPHOME:
            return EsphomeCamera(Scene(), folder / "sensor.jpg")
        case Kind.STREAM:
            return RtspCamera(key_frame_s=key_frame_s)
        case _:
            return MjpegCamera(Scene(), frame_rate=FRAME_RATE)


async def add_camera(client: Client, name: str, kind: Kind, camera: Camera) -> str:
    """Add a camera with an address to Home Assistant by its flow; return the entry's id."""
    if kind is Kind.MJPEG:
        assert isinstance(camera, MjpegCamera)
        flow = await Flow.start(client, CONFIG, "mjpeg")
        entry = await flow.finish(
            "user", {"name": name, "mjpeg_url": camera.url, "verify_ssl": False}
        )
    else:
        advanced: dict[str, Any] = {"framerate": FRAME_RATE, "verify_ssl": False}
        if kind is Kind.STILL:
            assert isinstance(camera, MjpegCamera)
            where = {"still_image_url": camera.still_url}
        else:
            assert isinstance(camera, RtspCamera)
            where = {"stream_source": camera.url}
            advanced["rtsp_transport"] = "tcp"
        flow = await Flow.start(client, CONFIG, "generic")
        await flow.submit("user", {**where, "advanced": advanced})
        entry = await flow.finish("user_confirm", {"confirmed_ok": True})
    entry_id: str = entry["entry_id"]
    return entry_id
