"""A light that takes what the real one takes, and lights nothing."""

from typing import Any

import esphome.codegen as cg
from esphome.components import light
import esphome.config_validation as cv
from esphome.const import CONF_CHIPSET, CONF_NUM_LEDS, CONF_OUTPUT_ID, CONF_PIN

StandIn = cg.esphome_ns.namespace("esp32_rmt_led_strip").class_(
    "StandIn", light.LightOutput
)

CONFIG_SCHEMA = light.RGB_LIGHT_SCHEMA.extend(
    {
        cv.GenerateID(CONF_OUTPUT_ID): cv.declare_id(StandIn),
        cv.Required(CONF_PIN): cv.string,
        cv.Required(CONF_NUM_LEDS): cv.positive_not_null_int,
        cv.Required(CONF_CHIPSET): cv.string,
        cv.Required(light.CONF_CHANNEL_COLORS): cv.string,
    }
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the light."""
    var = cg.new_Pvariable(config[CONF_OUTPUT_ID])
    await light.register_light(var, config)
