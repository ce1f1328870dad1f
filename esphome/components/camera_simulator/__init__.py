"""A camera for the host platform that holds one frame, as the ESP32's driver does."""

from typing import Any

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.const import CONF_ID, PLATFORM_HOST
from esphome.core.entity_helpers import setup_entity

CODEOWNERS: list[str] = []
AUTO_LOAD = ["camera"]

CONF_MAX_FRAMERATE = "max_framerate"
CONF_IDLE_FRAMERATE = "idle_framerate"

camera_simulator_ns = cg.esphome_ns.namespace("camera_simulator")
CameraSimulator = camera_simulator_ns.class_(
    "CameraSimulator", cg.EntityBase, cg.Component
)

# The names and the meaning of the two rates are those of esp32_camera.
CONFIG_SCHEMA = cv.All(
    cv.ENTITY_BASE_SCHEMA.extend(
        {
            cv.GenerateID(): cv.declare_id(CameraSimulator),
            cv.Optional(CONF_MAX_FRAMERATE, default="10 fps"): cv.All(
                cv.framerate, cv.Range(min=0, min_included=False, max=60)
            ),
            cv.Optional(CONF_IDLE_FRAMERATE, default="0.1 fps"): cv.All(
                cv.framerate, cv.Range(min=0, max=1)
            ),
        }
    ).extend(cv.COMPONENT_SCHEMA),
    cv.only_on([PLATFORM_HOST]),
)


async def to_code(config: dict[str, Any]) -> None:
    """Generate the camera."""
    cg.add_define("USE_CAMERA")
    var = cg.new_Pvariable(config[CONF_ID])
    await setup_entity(var, config, "camera")
    await cg.register_component(var, config)
    cg.add(var.set_update_interval(int(1000 / config[CONF_MAX_FRAMERATE])))
    idle = config[CONF_IDLE_FRAMERATE]
    cg.add(var.set_idle_interval(int(1000 / idle) if idle else 0))
