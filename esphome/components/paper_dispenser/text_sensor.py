"""The dispenser's condition in one word: ready, or what keeps it from giving paper."""

from typing import Any

import esphome.codegen as cg
from esphome.components import text_sensor
import esphome.config_validation as cv
from esphome.const import ENTITY_CATEGORY_DIAGNOSTIC

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID

CONFIG_SCHEMA = (
    text_sensor.text_sensor_schema(
        icon="mdi:information-outline", entity_category=ENTITY_CATEGORY_DIAGNOSTIC
    )
    .extend({cv.GenerateID(): cv.declare_id(text_sensor.TextSensor)})
    .extend(CHILD_SCHEMA)
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the text sensor."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await text_sensor.new_text_sensor(config)
    cg.add(dispenser.set_status_text_sensor(var))
