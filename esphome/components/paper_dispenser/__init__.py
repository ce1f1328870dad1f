"""A paper dispenser: one motor, one pulse sensor, one portion at a time."""

from typing import Any

from esphome import automation, pins
import esphome.codegen as cg
from esphome.components import binary_sensor, sensor, text
import esphome.config_validation as cv
from esphome.const import (
    CONF_AUTH,
    CONF_ENCRYPTION,
    CONF_ESPHOME,
    CONF_ID,
    CONF_OTA,
    CONF_PASSWORD,
    CONF_PLATFORM,
    CONF_WEB_SERVER,
)
from esphome.core import CORE
import esphome.final_validate as fv

CODEOWNERS: list[str] = []
# The component shows itself through entities of all these kinds; packages/dispenser.yaml brings them.
DEPENDENCIES = [
    "binary_sensor",
    "event",
    "number",
    "sensor",
    "switch",
    "text",
    "text_sensor",
]

CONF_PAPER_DISPENSER_ID = "paper_dispenser_id"
CONF_MOTOR_PIN = "motor_pin"
CONF_PULSE_PIN = "pulse_pin"
CONF_MIN_PULSE_PERIOD = "min_pulse_period"
CONF_COVER = "cover"
CONF_PAPER_OUT = "paper_out"
CONF_PAPER_LOW = "paper_low"
CONF_CURRENT = "current"
CONF_JOURNAL = "journal"
CONF_ON_MOTOR_ON = "on_motor_on"
CONF_ON_MOTOR_OFF = "on_motor_off"
CONF_ON_ALONE = "on_alone"
CONF_DISPLAY = "display"
CONF_ALONE_AFTER = "alone_after"
CONF_ALONE_TEXTS = ("alone_ready_text", "alone_wait_text", "alone_off_text")

paper_dispenser_ns = cg.esphome_ns.namespace("paper_dispenser")
PaperDispenser = paper_dispenser_ns.class_("PaperDispenser", cg.Component)
Limits = paper_dispenser_ns.struct("Limits")

CHILD_SCHEMA = cv.Schema(
    {cv.GenerateID(CONF_PAPER_DISPENSER_ID): cv.use_id(PaperDispenser)}
)

_MILLISECONDS = cv.positive_time_period_milliseconds
# The second clock of the ESP8266 wraps after 26 s at 160 MHz.
_TIME_LIMIT = cv.All(
    _MILLISECONDS,
    cv.Range(min=cv.TimePeriod(milliseconds=500), max=cv.TimePeriod(seconds=25)),
)
# YAML key, field of the C++ struct, validator, default. The defaults are those of core.h, written out so that they are documented
# in the configuration that `esphome config` prints.
_LIMITS: list[tuple[str, str, Any, Any]] = [
    ("length_cap", "length_cap_cm", cv.float_range(min=1, max=1000), 200),
    ("time_limit", "time_limit_ms", _TIME_LIMIT, "8s"),
    ("spin_up", "spin_up_ms", _MILLISECONDS, "600ms"),
    ("stall", "stall_ms", _MILLISECONDS, "400ms"),
    ("settle", "settle_ms", _MILLISECONDS, "200ms"),
    ("coast_limit", "coast_limit_ms", _MILLISECONDS, "1s"),
    ("cooldown", "cooldown_ms", _MILLISECONDS, "1s"),
    ("duty_capacity", "duty_capacity_ms", _MILLISECONDS, "60s"),
    ("duty_share", "duty_share", cv.percentage, "25%"),
    ("stray_pulses", "stray_pulses", cv.int_range(min=1, max=1000), 20),
    ("stray_window", "stray_window_ms", _MILLISECONDS, "10s"),
    ("stray_run", "stray_run_ms", _MILLISECONDS, "5s"),
    ("idle_current", "idle_current_a", cv.float_range(min=0, max=20), 0.1),
    ("stall_current", "stall_current_a", cv.float_range(min=0, max=20), 0),
    ("jams_to_latch", "jams_to_latch", cv.int_range(min=1, max=100), 3),
]


def _validate(config: dict[str, Any]) -> dict[str, Any]:
    if not CORE.is_host:
        for key in (CONF_MOTOR_PIN, CONF_PULSE_PIN):
            if key not in config:
                raise cv.Invalid(f"{key} is required", path=[key])
    if config["duty_capacity"] < config["time_limit"]:
        raise cv.Invalid(
            "duty_capacity must be at least time_limit, or no portion ever starts"
        )
    if config["stall_current"] > 0 and CONF_CURRENT not in config:
        raise cv.Invalid("stall_current needs a sensor in 'current'")
    return config


CONFIG_SCHEMA = cv.All(
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(PaperDispenser),
            cv.Optional(CONF_MOTOR_PIN): pins.internal_gpio_output_pin_schema,
            cv.Optional(CONF_PULSE_PIN): pins.internal_gpio_input_pin_schema,
            cv.Optional(
                CONF_MIN_PULSE_PERIOD, default="2ms"
            ): cv.positive_time_period_microseconds,
            cv.Optional(CONF_COVER): cv.use_id(binary_sensor.BinarySensor),
            cv.Optional(CONF_PAPER_OUT): cv.use_id(binary_sensor.BinarySensor),
            cv.Optional(CONF_PAPER_LOW): cv.use_id(binary_sensor.BinarySensor),
            cv.Optional(CONF_CURRENT): cv.use_id(sensor.Sensor),
            # Every write of the ESP8266 erases a whole sector: twice a portion would wear it out within a year.
            cv.SplitDefault(
                CONF_JOURNAL, esp8266=False, esp32=True, host=True
            ): cv.boolean,
            cv.Optional(CONF_ON_MOTOR_ON): automation.validate_automation(single=True),
            cv.Optional(CONF_ON_MOTOR_OFF): automation.validate_automation(single=True),
            # While Home Assistant is away: after how long, and what the display says then.
            cv.Optional(CONF_ALONE_AFTER, default="60s"): _MILLISECONDS,
            cv.Optional(CONF_DISPLAY): cv.use_id(text.Text),
            **{cv.Optional(key, default=""): cv.string for key in CONF_ALONE_TEXTS},
            cv.Optional(CONF_ON_ALONE): automation.validate_automation(single=True),
            **{
                cv.Optional(key, default=default): validator
                for key, _, validator, default in _LIMITS
            },
        }
    ).extend(cv.COMPONENT_SCHEMA),
    _validate,
)


def _validate_updates(config: dict[str, Any]) -> None:
    """Refuse a configuration that lets anybody in the network replace the firmware."""
    full = fv.full_config.get()
    for ota in full.get(CONF_OTA, []):
        platform = ota[CONF_PLATFORM]
        guarded = {
            CONF_ESPHOME: CONF_ENCRYPTION in ota or bool(ota.get(CONF_PASSWORD)),
            CONF_WEB_SERVER: CONF_AUTH in full.get(CONF_WEB_SERVER, {}),
        }.get(platform, True)
        if not guarded:
            raise cv.Invalid(
                f"'ota: - platform: {platform}' would take new firmware from anybody: give it a key "
                "(docs/firmware.md, Updates)"
            )


FINAL_VALIDATE_SCHEMA = _validate_updates


async def to_code(config: dict[str, Any]) -> None:
    """Generate the component with its limits, pins and inputs."""
    if CORE.is_esp32:
        from esphome.components.esp32 import (
            add_idf_sdkconfig_option,
            include_builtin_idf_component,
        )

        include_builtin_idf_component("esp_driver_gptimer")
        # Counting and cutting go on while the flash is written: isr_service_esp32.cpp has the pulses' half.
        add_idf_sdkconfig_option("CONFIG_GPTIMER_ISR_CACHE_SAFE", True)
        cg.add_build_flag("-Wl,--wrap=gpio_install_isr_service")
    if CORE.is_esp8266:
        from esphome.components.esp8266.const import require_waveform

        require_waveform()
    limits = cg.StructInitializer(
        Limits, *((field, config[key]) for key, field, _, _ in _LIMITS)
    )
    var = cg.new_Pvariable(config[CONF_ID], limits)
    await cg.register_component(var, config)
    cg.add(var.set_min_pulse_period(config[CONF_MIN_PULSE_PERIOD]))
    cg.add(var.set_journal(config[CONF_JOURNAL]))
    cg.add(var.set_alone_after(config[CONF_ALONE_AFTER]))
    cg.add(var.set_alone_texts(*(config[key] for key in CONF_ALONE_TEXTS)))
    if "ota" in CORE.config:
        from esphome.components.ota import request_ota_state_listeners

        request_ota_state_listeners()
    for key, setter in (
        (CONF_MOTOR_PIN, var.set_motor_pin),
        (CONF_PULSE_PIN, var.set_pulse_pin),
    ):
        if key in config:
            cg.add(setter(await cg.gpio_pin_expression(config[key])))
    for key, setter in (
        (CONF_COVER, var.set_cover),
        (CONF_PAPER_OUT, var.set_paper_out_input),
        (CONF_PAPER_LOW, var.set_paper_low_input),
        (CONF_CURRENT, var.set_current),
        (CONF_DISPLAY, var.set_display),
    ):
        if key in config:
            cg.add(setter(await cg.get_variable(config[key])))
    for key, trigger in (
        (CONF_ON_MOTOR_ON, var.get_motor_on_trigger()),
        (CONF_ON_MOTOR_OFF, var.get_motor_off_trigger()),
        (CONF_ON_ALONE, var.get_alone_trigger()),
    ):
        if key in config:
            await automation.build_automation(trigger, [], config[key])
