"""The text that the visitor sees."""

from typing import Any

import esphome.codegen as cg
from esphome.components import text
import esphome.config_validation as cv
from esphome.const import CONF_MAX_LENGTH

from . import paper_dispenser_ns

DisplayText = paper_dispenser_ns.class_("DisplayText", text.Text)

# Home Assistant counts characters and sends at most 255 of them, ESPHome counts bytes and drops a text that is too long: take
# whatever may come (four bytes a character) and cut it to the display here.
MAX_TEXT_BYTES = 255 * 4

CONFIG_SCHEMA = text.text_schema(
    DisplayText, icon="mdi:message-text", mode="TEXT"
).extend({cv.Optional(CONF_MAX_LENGTH, default=120): cv.int_range(min=3, max=255)})


async def to_code(config: dict[str, Any]) -> None:
    """Generate the text; `max_length` is what the display can show, in bytes."""
    var = await text.new_text(config, max_length=MAX_TEXT_BYTES)
    cg.add(var.set_display_bytes(config[CONF_MAX_LENGTH]))
