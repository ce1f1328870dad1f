"""What a manager sets, kept over reboots."""

from typing import Any

import esphome.codegen as cg
from esphome.components import number
import esphome.config_validation as cv
from esphome.const import (
    CONF_INITIAL_VALUE,
    CONF_MAX_VALUE,
    CONF_MIN_VALUE,
    CONF_MODE,
    CONF_STEP,
    CONF_TYPE,
    DEVICE_CLASS_DISTANCE,
    DEVICE_CLASS_DURATION,
    ENTITY_CATEGORY_CONFIG,
    UNIT_CENTIMETER,
    UNIT_METER,
    UNIT_PERCENT,
    UNIT_SECOND,
)

from . import CHILD_SCHEMA, CONF_PAPER_DISPENSER_ID, paper_dispenser_ns

SettingNumber = paper_dispenser_ns.class_("SettingNumber", number.Number, cg.Component)
Setting = paper_dispenser_ns.enum("Setting", is_class=True)


def _type(
    *, minimum: float, maximum: float, step: float, initial: float, **schema: Any
) -> cv.Schema:
    return (
        number.number_schema(
            SettingNumber, entity_category=ENTITY_CATEGORY_CONFIG, **schema
        )
        .extend(
            {
                cv.Optional(CONF_MIN_VALUE, default=minimum): cv.float_,
                cv.Optional(CONF_MAX_VALUE, default=maximum): cv.float_,
                cv.Optional(CONF_STEP, default=step): cv.positive_float,
                cv.Optional(CONF_INITIAL_VALUE, default=initial): cv.positive_float,
                cv.Optional(CONF_MODE, default="BOX"): cv.enum(
                    number.NUMBER_MODES, upper=True
                ),
            }
        )
        .extend(CHILD_SCHEMA)
        .extend(cv.COMPONENT_SCHEMA)
    )


CONFIG_SCHEMA = cv.typed_schema(
    {
        "portion_length": _type(
            minimum=1,
            maximum=200,
            step=0.5,
            initial=60,
            unit_of_measurement=UNIT_CENTIMETER,
            device_class=DEVICE_CLASS_DISTANCE,
            icon="mdi:ruler",
        ),
        "calibration": _type(
            minimum=0.01,
            maximum=10,
            step=0.0001,
            initial=0.5,
            unit_of_measurement="cm/pulse",
            icon="mdi:tune",
        ),
        "measured_length": _type(
            minimum=1,
            maximum=1000,
            step=0.1,
            initial=0,
            unit_of_measurement=UNIT_CENTIMETER,
            device_class=DEVICE_CLASS_DISTANCE,
            icon="mdi:ruler",
        ),
        "roll_length": _type(
            minimum=1,
            maximum=1000,
            step=1,
            initial=200,
            unit_of_measurement=UNIT_METER,
            device_class=DEVICE_CLASS_DISTANCE,
            icon="mdi:paper-roll",
        ),
        "paper_low_at": _type(
            minimum=0,
            maximum=90,
            step=1,
            initial=10,
            unit_of_measurement=UNIT_PERCENT,
            icon="mdi:gauge-low",
        ),
        "alone_window": _type(
            minimum=5,
            maximum=3600,
            step=5,
            initial=60,
            unit_of_measurement=UNIT_SECOND,
            device_class=DEVICE_CLASS_DURATION,
            icon="mdi:timer-sand",
        ),
    }
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate one number."""
    dispenser = await cg.get_variable(config[CONF_PAPER_DISPENSER_ID])
    var = await number.new_number(
        config,
        min_value=config[CONF_MIN_VALUE],
        max_value=config[CONF_MAX_VALUE],
        step=config[CONF_STEP],
    )
    await cg.register_component(var, config)
    cg.add(var.set_parent(dispenser))
    cg.add(var.set_setting(getattr(Setting, config[CONF_TYPE].upper())))
    cg.add(var.set_initial_value(config[CONF_INITIAL_VALUE]))
    if config[CONF_TYPE] == "calibration":
        cg.add(dispenser.set_calibration_number(var))
