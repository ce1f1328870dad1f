"""A plugin of pytest: the rooms that know no Home Assistant, on a machine that has none.

The integration's own package would import Home Assistant; an empty one with the same path stands for it.
"""

from pathlib import Path
import sys
from types import ModuleType

import custom_components

_NAME = "custom_components.facequota"

package = sys.modules[_NAME] = ModuleType(_NAME)
package.__path__ = [str(Path(custom_components.__path__[0], "facequota"))]
