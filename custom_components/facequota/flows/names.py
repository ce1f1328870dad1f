"""What is wrong with the name of a site or a dispenser."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.util import slugify

# An entity's id has at most 255 characters: its kind and what it shows (together at most
# 55 in any of our languages), the name, and a number.
MAX_NAME_IN_ID: Final = 180


def name_errors(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the error of a form's name, by field."""
    if not (name := answers[CONF_NAME].strip()):
        return {CONF_NAME: "name_empty"}
    # A Chinese character becomes up to seven characters in an id.
    if len(slugify(name)) > MAX_NAME_IN_ID:
        return {CONF_NAME: "name_too_long"}
    return {}
