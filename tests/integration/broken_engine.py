"""An engine that fails as a test wants it."""

from collections.abc import Callable

# Stands in for dlib and face_recognition where a worker has to fail: everything else in
# the child is the real thing. `write` sends bytes to every pipe by which the child could answer.
BROKEN_ENGINE = """\
import os, signal, sys, time
__version__ = "0"
shape_predictor = cnn_face_detection_model_v1 = lambda _: None
def write(content):
    for fd in range(3, 16):
        try:
            os.write(fd, content)
        except OSError:
            pass
{at_start}
"""


BROKEN_API = """\
from dlib import *
def face_encodings(picture, locations, **_):
    return []
def face_detector(picture, _):
    {at_look}
    return []
"""


type BreakEngine = Callable[..., None]
