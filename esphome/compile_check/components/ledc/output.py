"""An output that takes what the real one takes, and moves nothing."""

from typing import Any

import esphome.codegen as cg
from esphome.components import output
import esphome.config_validation as cv
from esphome.const import CONF_FREQUENCY, CONF_ID, CONF_PIN

StandIn = cg.esphome_ns.namespace("ledc").class_("StandIn", output.FloatOutput)

CONFIG_SCHEMA = output.FLOAT_OUTPUT_SCHEMA.extend(
    {
        cv.Required(CONF_ID): cv.declare_id(StandIn),
        cv.Required(CONF_PIN): cv.string,
        cv.Optional(CONF_FREQUENCY, default="1kHz"): cv.frequency,
    }
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the output."""
    var = cg.new_Pvariable(config[CONF_ID])
    await output.register_output(var, config)
