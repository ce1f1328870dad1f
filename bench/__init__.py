"""Measurements. Each prints a table; --json and --check are for machines.

The rooms of the integration without Home Assistant are measured alone: an empty package
stands in for the package around them, which would load Home Assistant.
"""

import logging
from pathlib import Path
import sys
from types import ModuleType

_NAME = "custom_components.facequota"

if _NAME not in sys.modules and "homeassistant" not in sys.modules:
    _package = ModuleType(_NAME)
    _package.__path__ = [
        str(Path(__file__).resolve().parent.parent / _NAME.replace(".", "/"))
    ]
    sys.modules[_NAME] = _package

# Home Assistant logs a traceback when libturbojpeg is missing.
logging.getLogger("homeassistant.components.camera.img_util").disabled = True
