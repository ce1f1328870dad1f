"""What came out, and what is left."""

from typing import Any

import esphome.codegen as cg
from esphome.components import sensor
import esphome.config_validation as cv
from esphome.const import (
    CONF_TYPE,
    DEVICE_CLASS_DISTANCE,
    ENTITY_CATEGORY_DIAGNOSTIC,
    STATE_CLASS_MEASUREMENT,
    STATE_CLASS_TOTAL_INCREASING,
    UNIT_CENTIMETER,
    UNIT_PERCENT,
)

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID

_TYPES = {
    "last_portion": sensor.sensor_schema(
        unit_of_measurement=UNIT_CENTIMETER,
        device_class=DEVICE_CLASS_DISTANCE,
        accuracy_decimals=1,
        icon="mdi:ruler",
    ),
    "paper_dispensed": sensor.sensor_schema(
        unit_of_measurement=UNIT_CENTIMETER,
        device_class=DEVICE_CLASS_DISTANCE,
        state_class=STATE_CLASS_TOTAL_INCREASING,
        accuracy_decimals=1,
        icon="mdi:counter",
    ),
    "portions": sensor.sensor_schema(
        state_class=STATE_CLASS_TOTAL_INCREASING,
        accuracy_decimals=0,
        icon="mdi:counter",
    ),
    "paper_pulled": sensor.sensor_schema(
        unit_of_measurement=UNIT_CENTIMETER,
        device_class=DEVICE_CLASS_DISTANCE,
        state_class=STATE_CLASS_TOTAL_INCREASING,
        entity_category=ENTITY_CATEGORY_DIAGNOSTIC,
        accuracy_decimals=1,
        icon="mdi:hand-back-right-outline",
    ),
    "switch_portions": sensor.sensor_schema(
        state_class=STATE_CLASS_TOTAL_INCREASING,
        entity_category=ENTITY_CATEGORY_DIAGNOSTIC,
        accuracy_decimals=0,
        icon="mdi:toggle-switch-outline",
    ),
    "alone_portions": sensor.sensor_schema(
        state_class=STATE_CLASS_TOTAL_INCREASING,
        entity_category=ENTITY_CATEGORY_DIAGNOSTIC,
        accuracy_decimals=0,
        icon="mdi:lan-disconnect",
    ),
    "alone_paper": sensor.sensor_schema(
        unit_of_measurement=UNIT_CENTIMETER,
        device_class=DEVICE_CLASS_DISTANCE,
        state_class=STATE_CLASS_TOTAL_INCREASING,
        entity_category=ENTITY_CATEGORY_DIAGNOSTIC,
        accuracy_decimals=1,
        icon="mdi:lan-disconnect",
    ),
    "roll_remaining": sensor.sensor_schema(
        unit_of_measurement=UNIT_PERCENT,
        state_class=STATE_CLASS_MEASUREMENT,
        accuracy_decimals=0,
        icon="mdi:paper-roll-outline",
    ),
    "roll_length_remaining": sensor.sensor_schema(
        unit_of_measurement=UNIT_CENTIMETER,
        device_class=DEVICE_CLASS_DISTANCE,
        state_class=STATE_CLASS_MEASUREMENT,
        accuracy_decimals=0,
        icon="mdi:paper-roll-outline",
    ),
}

CONFIG_SCHEMA = cv.typed_schema(
    {
        key: schema.extend({cv.GenerateID(): cv.declare_id(sensor.Sensor)}).extend(
            CHILD_SCHEMA
        )
        for key, schema in _TYPES.items()
    }
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate one sensor."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await sensor.new_sensor(config)
    cg.add(getattr(dispenser, f"set_{config[CONF_TYPE]}_sensor")(var))
