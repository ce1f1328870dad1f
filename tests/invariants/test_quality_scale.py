"""Home Assistant's quality scale: each rule names the place that fulfils it."""

import json
import re
from typing import Any, Final

import pytest
import yaml

from .sources import PRODUCT, ROOT

RULES: Final[dict[str, dict[str, Any]]] = yaml.safe_load(
    (PRODUCT / "quality_scale.yaml").read_text()
)["rules"]
PLACE: Final = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+)?|[\w-]+\.(?:py|md|json|yaml)\b")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_a_place_that_is_there(rule: str) -> None:
    """In the integration, or in the whole project."""
    assert RULES[rule]["status"] in {"done", "exempt"}
    places = PLACE.findall(RULES[rule]["comment"])
    for place in places:
        name = place.rstrip(".")
        assert (PRODUCT / name).exists() or (ROOT / name).exists(), name
    assert places or RULES[rule]["status"] == "exempt"


def test_the_manifest_names_the_tier_that_the_rules_reach() -> None:
    manifest = json.loads((PRODUCT / "manifest.json").read_text())
    assert manifest["quality_scale"] == "platinum"
    assert {"strict-typing", "async-dependency", "inject-websession"} <= RULES.keys()
