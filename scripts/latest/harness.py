"""A plugin of pytest: what the test harness looks for, where the newest Home Assistant has it."""

# Before any other plugin imports httpx, which Home Assistant replaces by its own.
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# Moved in 2026.11; the harness for 2026.10 imports it from where it was.
vars(logger)["_clear_logger_overwrites"] = helpers._clear_logger_overwrites  # noqa: SLF001
