"""Some cases of every target; bench/fuzz.py runs a million."""

from random import Random

import pytest

from .targets import TARGETS

CASES = 1500


@pytest.mark.parametrize("name", TARGETS)
def test_hostile_input_is_refused_or_harmless(name: str) -> None:
    passed = 0
    for number in range(CASES):
        passed += TARGETS[name](Random(f"test:{name}:{number}"))
    # If a target lets nothing through, the code behind its first check is no longer tested.
    assert 0 < passed < CASES
