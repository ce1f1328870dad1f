"""The length that a device is told, and the one that it gives."""

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from homeassistant.core import HomeAssistant
from tests.integration.conftest import DISPENSER_DATA, ask, set_up_site, summary
from tests.integration.fake_dispenser import COUNTER, FakeDispenser

from .motors import BOUNDED, GRANTED, minutes_until_next, visits

pytestmark = pytest.mark.usefixtures("log")


async def test_firmware_is_told_the_length_once_and_not_with_each_portion(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """It keeps the length in flash memory, which wears."""
    calls = async_capture_events(hass, "call_service")
    await visits(hass, BOUNDED, {}, {}, {"cm": 30}, open_portions=3)
    lengths = [
        call.data["service_data"]["value"]
        for call in calls
        if call.data["domain"] == "number"
    ]
    assert lengths == [60, 30]


async def test_a_length_beyond_the_devices_limit_is_cut_there_and_charged_as_given(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    dispenser.length.set_max(50)
    data = {**BOUNDED, "paper_dispensed": COUNTER}
    (visit,) = await visits(hass, data, {})
    assert summary(visit) == ("failed", "open", 50.0, "short")
    assert minutes_until_next(visit) == 7.5


@pytest.mark.parametrize("most", [None, "many", float("nan"), [200]])
@pytest.mark.parametrize("unit", [None, "cm", ["cm"]])
async def test_a_visitor_gets_paper_although_the_number_s_limits_are_invalid(
    hass: HomeAssistant, dispenser: FakeDispenser, most: object, unit: object
) -> None:
    attributes = {"max": most, "unit_of_measurement": unit}
    hass.states.async_set("number.odd", "50", attributes)
    data = {**DISPENSER_DATA, "portion_length": "number.odd"}
    await set_up_site(hass, options={"suspended": True}, data=data)
    assert (await ask(hass, cm=50))["outcome"] == "granted"


async def test_a_device_of_unknown_portion_length_gives_its_own_and_the_portion_counts(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """Nothing measures here, and nothing was ever known: it is taken for a portion."""
    (visit,) = await visits(hass, {**BOUNDED, "portion_length": "number.gone"}, {})
    assert summary(visit) == GRANTED
    assert dispenser.turned_on == 1


async def test_without_its_length_a_device_is_charged_for_what_it_was_told_last(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A portion of 60 cm was asked for; it gives 58 as before, and nothing measures."""
    rules = {"suspended": True, "open_portions": 2}
    entry = await set_up_site(hass, options=rules, data=BOUNDED)
    await ask(hass, cm=58)
    dispenser.length.set_available(False)
    assert summary(await ask(hass)) == ("granted", "open", 58.0, None)
    await hass.config_entries.async_remove(entry.entry_id)
