"""The pictograms of what a visitor can ask for, for the display and for paper alike."""

from importlib import resources
from typing import Final

from markupsafe import Markup

from custom_components.facequota.site.display_access import REQUEST_KINDS

# Inside HTML an SVG needs no namespace; the files have one so that they can be opened
# alone.
_NAMESPACE: Final = ' xmlns="http://www.w3.org/2000/svg"'


def _read(name: str) -> Markup:
    file = resources.files(__package__).joinpath(f"{name}.svg")
    text = file.read_text(encoding="utf-8").strip()
    return Markup(text.replace(_NAMESPACE, ""))


PICTOGRAMS: Final = {kind: _read(kind) for kind in REQUEST_KINDS}
