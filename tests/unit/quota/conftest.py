"""Settings of the property tests."""

from hypothesis import settings

# How long an example takes says something about the machine, nothing about the rule.
settings.register_profile("quota", deadline=None)
settings.load_profile("quota")
