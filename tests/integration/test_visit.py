"""One visit, in Home Assistant, with the real engine and a real camera entity."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from .conftest import Stage, ask
from .fake_dispenser import FakeDispenser


async def test_a_visitor_gets_one_portion_and_is_then_told_when_the_next_comes(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
) -> None:
    """60 cm, then no, with a time; somebody else gets 60 cm."""
    stage.person("A")
    first = await ask(hass)
    assert (first["outcome"], first["lane"], first["cm"]) == ("granted", "face", 60.0)
    again = await ask(hass)
    assert (again["outcome"], again["cm"]) == ("refused", 0.0)
    assert again["next_portion"] is not None
    stage.person("B")
    other = await ask(hass)
    assert (other["outcome"], other["lane"], other["cm"]) == ("granted", "face", 60.0)
    assert dispenser.turned_on == 2
