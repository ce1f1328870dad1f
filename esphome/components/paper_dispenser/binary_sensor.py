"""What is wrong."""

from typing import Any

import esphome.codegen as cg
from esphome.components import binary_sensor
import esphome.config_validation as cv
from esphome.const import CONF_TYPE, DEVICE_CLASS_PROBLEM

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID

_TYPES = {
    key: binary_sensor.binary_sensor_schema(device_class=DEVICE_CLASS_PROBLEM)
    for key in ("jam", "fault", "paper_low", "paper_out")
}

CONFIG_SCHEMA = cv.typed_schema(
    {
        key: schema.extend(
            {cv.GenerateID(): cv.declare_id(binary_sensor.BinarySensor)}
        ).extend(CHILD_SCHEMA)
        for key, schema in _TYPES.items()
    }
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate one binary sensor."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await binary_sensor.new_binary_sensor(config)
    cg.add(getattr(dispenser, f"set_{config[CONF_TYPE]}_binary_sensor")(var))
