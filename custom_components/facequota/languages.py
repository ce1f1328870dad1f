"""The languages that FaceQuota's own words are written in."""

from typing import Final

CHINESE: Final = "zh-Hans"


def spoken(language: str) -> str:
    """Return the language whose words are shown to somebody who reads this one.

    Whoever reads Chinese in any script or region reads the Chinese that there is; Home
    Assistant itself would show English. All other languages are left to it.
    """
    primary = language.replace("_", "-").split("-")[0].lower()
    return CHINESE if primary == "zh" else language
