"""A simulated motor, roll and pulse sensor for the host platform: loopback only, several at once."""

from typing import Any

import esphome.codegen as cg
from esphome.components import paper_dispenser
import esphome.config_validation as cv
from esphome.const import CONF_ID, PLATFORM_HOST

CODEOWNERS: list[str] = []
DEPENDENCIES = ["paper_dispenser"]

paper_simulator_ns = cg.esphome_ns.namespace("paper_simulator")
PaperSimulator = paper_simulator_ns.class_("PaperSimulator", cg.Component)

CONFIG_SCHEMA = cv.All(
    cv.Schema({cv.GenerateID(): cv.declare_id(PaperSimulator)})
    .extend(paper_dispenser.CHILD_SCHEMA)
    .extend(cv.COMPONENT_SCHEMA),
    cv.only_on([PLATFORM_HOST]),
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the simulator and put it where the dispenser's pins would be."""
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    dispenser = await cg.get_variable(config[paper_dispenser.CONF_PAPER_DISPENSER_ID])
    cg.add(var.set_parent(dispenser))
    # See loopback.cpp.
    cg.add_build_flag("-Wl,--wrap=bind")
