"""What all tests need."""

import os

from hypothesis import settings

# Before Home Assistant's loader looks for it: else it says the integration is not found.
import custom_components.facequota  # noqa: F401

# The same examples each time, so that a run can be repeated. scripts/search_properties
# looks for others, and for longer. How long an example takes says something about the
# machine, nothing about the rule.
settings.register_profile("fixed", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("FACEQUOTA_EXAMPLES", "fixed"))
