"""Fixtures and settings of all tests."""

import asyncio.constants
from itertools import chain, groupby
import os
from pathlib import Path

from hypothesis import settings
import pytest

# Imported before Home Assistant's loader looks for it; otherwise the loader does not find the integration.
import custom_components.facequota  # noqa: F401

# The same examples each time, so that a run can be repeated. scripts/search_properties
# looks for others, and for longer. How long an example takes says something about the
# machine, nothing about the rule.
settings.register_profile("fixed", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("FACEQUOTA_EXAMPLES", "fixed"))

# The harness switches asyncio's checks on. For each callback they note where it was made:
# ten lines of that take a third of the tests' time, and one says as much.
vars(asyncio.constants)["DEBUG_STACK_DEPTH"] = 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files that build houses among the first half of the others.

    Houses mostly wait while the others compute: processes to which the files are dealt out
    in this order do both at once, and none is left alone with a house at the end.
    """
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    houses = [tests for tests in files if Path("tests/e2e") in _folders(tests[0])]
    others = [tests for tests in files if tests not in houses]
    step = len(others) // (2 * len(houses) + 1) + 1
    order = []
    for number, tests in enumerate(others):
        if number % step == 0 and houses:
            order.append(houses.pop(0))
        order.append(tests)
    items[:] = chain(*order, *houses)


def _folders(item: pytest.Item) -> list[Path]:
    return list(item.path.relative_to(item.config.rootpath).parents)
