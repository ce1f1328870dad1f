"""How each portion ended, and why one was refused."""

from typing import Any

import esphome.codegen as cg
from esphome.components import event

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID

# The words of words.h.
EVENT_TYPES = [
    "completed",
    "short",
    "jam",
    "timeout",
    "stopped",
    "cover_open",
    "sensor",
    "stuck",
    "interrupted",
    "refused:busy",
    "refused:cover_open",
    "refused:paper_out",
    "refused:cooldown",
    "refused:duty",
    "refused:fault",
    "refused:length",
    "refused:request_id",
    "refused:late",
    "refused:expiry",
    "refused:no_clock",
    "refused:updating",
    "refused:window",
    "refused:no_home_assistant",
]

CONFIG_SCHEMA = event.event_schema(event.Event, icon="mdi:paper-roll").extend(
    CHILD_SCHEMA
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the event."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await event.new_event(config, event_types=EVENT_TYPES)
    cg.add(dispenser.set_dispense_event(var))
