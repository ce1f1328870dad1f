"""A device whose dispense action refuses."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from tests.integration.conftest import summary
from tests.integration.fake_dispenser import MOTOR, FakeDispenser

from .motors import BOUNDED, GRANTED, visits

pytestmark = pytest.mark.usefixtures("log")


def refuses(hass: HomeAssistant, dispenser: FakeDispenser, word: str) -> None:
    """Let the motor belong to a device whose action answers with this word."""
    hass.states.async_remove(MOTOR)
    entry = MockConfigEntry(
        domain="esphome", data={"device_name": "facequota-entrance"}
    )
    entry.add_to_hass(hass)
    er.async_get(hass).async_get_or_create(
        "switch", "esphome", "motor", object_id_base="motor", config_entry=entry
    )
    dispenser.motor.show(False)

    async def answer(_call: ServiceCall) -> None:
        raise HomeAssistantError(
            translation_domain="esphome",
            translation_key="action_call_failed",
            translation_placeholders={"error": word},
        )

    hass.services.async_register("esphome", "facequota_entrance_dispense", answer)


@pytest.mark.parametrize("word", ["refused:no_clock", "refused:expiry"])
async def test_a_device_that_does_not_know_the_time_is_turned_on_by_its_switch(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str
) -> None:
    refuses(hass, dispenser, word)
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == GRANTED
    assert dispenser.turned_on == 1


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("refused:busy", "motor_busy"),
        ("refused:cooldown", "motor_rests"),
        ("refused:duty", "motor_rests"),
        ("refused:fault", "device_fault"),
        ("refused:updating", "device_updating"),
        ("refused:paper_out", "paper_out"),
        ("refused:length", "refused_by_device"),
        ("something new", "refused_by_device"),
    ],
)
async def test_a_device_that_refuses_is_not_turned_on_and_says_why(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str, reason: str
) -> None:
    refuses(hass, dispenser, word)
    (visit,) = await visits(hass, BOUNDED, {})
    assert summary(visit) == ("failed", "open", 0.0, reason)
    assert dispenser.turned_on == 0
