"""One dispenser of a house: its firmware, its camera and its entities."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .cameras.kinds import Camera, Kind
from .cameras.scene import Scene


class Machine(Protocol):
    """A dispenser's firmware that listens on a port of 127.0.0.1."""

    @property
    def name(self) -> str:
        """What the dispenser is called."""

    @property
    def port(self) -> int:
        """The port of its native API."""

    @property
    def kind(self) -> Kind:
        """How its camera's pictures come into Home Assistant."""

    @property
    def camera(self) -> Camera:
        """The camera over the dispenser."""


@dataclass(slots=True, kw_only=True)
class Dispenser:
    """One dispenser: its camera, its firmware's entities and FaceQuota's."""

    name: str
    camera: str
    eye: Camera
    pictures: Path
    device_id: str = ""
    firmware: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)

    @property
    def scene(self) -> Scene:
        """What its camera sees."""
        return self.eye.scene

    @property
    def visit(self) -> str:
        """The event entity that tells how each visit ended."""
        return self.entities["event.visit"]

    @property
    def motor(self) -> str:
        """The switch that runs one portion."""
        return self.firmware["Motor"]
