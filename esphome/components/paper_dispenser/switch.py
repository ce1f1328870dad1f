"""The motor as a switch: on runs one portion and goes off by itself, off stops at once."""

from typing import Any

import esphome.codegen as cg
from esphome.components import switch
from esphome.const import ENTITY_CATEGORY_CONFIG

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID, paper_dispenser_ns

MotorSwitch = paper_dispenser_ns.class_("MotorSwitch", switch.Switch, cg.Component)

# An entity with a category is left out when Home Assistant turns on a whole area, floor or label, and
# it is not offered to voice assistants: the motor must not run by accident.
CONFIG_SCHEMA = switch.switch_schema(
    MotorSwitch,
    icon="mdi:paper-roll",
    default_restore_mode="ALWAYS_OFF",
    entity_category=ENTITY_CATEGORY_CONFIG,
).extend(CHILD_SCHEMA)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the switch."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await switch.new_switch(config)
    cg.add(var.set_parent(dispenser))
    cg.add(dispenser.set_motor_switch(var))
