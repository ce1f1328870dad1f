"""A manager chooses which event of a button counts."""

from typing import Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .dispenser_form import PLAIN, begin, reconfigure, submit, suggested, the

pytestmark = pytest.mark.usefixtures("seen_entities")

SCENE_BUTTON: Final = "event.scene_button"
WALL_BUTTON: Final = "event.wall_button"
PRESSES: Final = ["press", "double_press", "long_press"]
CHOSEN: Final = {"request_event_type": "long_press"}


@pytest.fixture
def event_buttons(hass: HomeAssistant) -> None:
    """Show two buttons of other makers, as they are while nobody has pressed them."""
    for entity_id, types in ((SCENE_BUTTON, PRESSES), (WALL_BUTTON, ["press"])):
        hass.states.async_set(entity_id, "unknown", {"event_types": types})


def choices(shown: SubentryFlowResult) -> dict[str, list[str]]:
    """Return the fields of a form of choices, with what can be chosen."""
    assert shown["data_schema"] is not None
    return {
        str(marker): field.config["options"]
        for marker, field in shown["data_schema"].schema.items()
    }


@pytest.mark.usefixtures("event_buttons")
async def test_the_manager_picks_which_event_of_a_button_counts(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Only where there are several."""
    shown = await submit(
        hass,
        await begin(hass, open_site),
        PLAIN,
        {
            "request": SCENE_BUTTON,
            "request_without_face": WALL_BUTTON,
            "forget": "button.a",
        },
    )
    assert shown["step_id"] == "event_types"
    assert choices(shown) == {"request_event_type": PRESSES}
    shown = await submit(hass, shown, {"request_event_type": "long_press"})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert the(open_site, "Exit").data["request_event_type"] == "long_press"


@pytest.mark.usefixtures("event_buttons")
async def test_a_choice_can_stay_empty_and_belongs_to_its_button(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    shown = await submit(
        hass, await begin(hass, open_site), PLAIN, {"request": SCENE_BUTTON}, {}
    )
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert "request_event_type" not in the(open_site, "Exit").data
    for entity_id, suggestion in ((SCENE_BUTTON, {}), (SCENE_BUTTON, CHOSEN)):
        shown = await submit(
            hass,
            await reconfigure(hass, open_site, "Exit"),
            PLAIN,
            {"request": entity_id},
        )
        assert suggested(shown) == suggestion
        await submit(hass, shown, CHOSEN)
    # Away, it is known all the same what it may tell; another button knows nothing of it.
    hass.states.async_set("event.other", "unavailable", {"event_types": PRESSES})
    shown = await submit(
        hass,
        await reconfigure(hass, open_site, "Exit"),
        PLAIN,
        {"request": "event.other"},
    )
    assert (choices(shown), suggested(shown)) == ({"request_event_type": PRESSES}, {})
    await submit(hass, shown, {})
    # And one without a choice is not asked about.
    shown = await submit(
        hass,
        await reconfigure(hass, open_site, "Exit"),
        PLAIN,
        {"request": WALL_BUTTON},
    )
    assert shown["type"] is FlowResultType.ABORT


@pytest.mark.usefixtures("event_buttons")
async def test_a_motor_that_was_taken_while_events_were_chosen_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    first = await submit(
        hass, await begin(hass, open_site), PLAIN, {"request": SCENE_BUTTON}
    )
    other = PLAIN | {"name": "Back door"}
    await submit(hass, await begin(hass, open_site), other, {})
    shown = await submit(hass, first, {})
    assert (shown["step_id"], shown["errors"]) == ("user", {"motor": "motor_in_use"})
