"""Which engines there are, and the detector of presentation attacks beside them."""

from enum import StrEnum
from importlib import import_module
from pathlib import Path

from .engine import AttackDetector, FaceEngine


class Engine(StrEnum):
    """The engines; the value names the module, the folder and the pins."""

    FACE_RECOGNITION = "face_recognition"
    NCNN = "ncnn"


NCNN_MODELS = "facequota_models"
"""Folder of the second engine's networks, beside its packages."""

_CLASSES = {
    Engine.FACE_RECOGNITION: "FaceRecognitionEngine",
    Engine.NCNN: "NcnnEngine",
}


def load(engine: Engine) -> FaceEngine:
    """Load an engine with its models. Native code: in the child only."""
    module = import_module(f".engine_{engine}", __package__)
    loaded: FaceEngine = getattr(module, _CLASSES[engine])()
    return loaded


def load_detector(folder: Path) -> AttackDetector:
    """Load the detector of presentation attacks from its files. In the child only."""
    module = import_module(".minifasnet", __package__)
    loaded: AttackDetector = module.MiniFASNet(folder)
    return loaded
