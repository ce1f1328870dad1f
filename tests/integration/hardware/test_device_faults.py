"""The state of a device is shown by State, Problem, the display and the issues."""

from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.integration.conftest import (
    DISPENSER_DATA,
    ask,
    issues,
    set_up_site,
    summary,
    unload,
)
from tests.integration.fake_dispenser import JAM, MOTOR, FakeDispenser

pytestmark = pytest.mark.usefixtures("log")

STATE: Final = "sensor.entrance_state"
PROBLEM: Final = "binary_sensor.entrance_problem"
STATUS, FAULT = "sensor.status", "binary_sensor.fault"
COVER, PAPER_OUT = "binary_sensor.cover_open", "binary_sensor.paper_out"
DATA: Final = {
    **DISPENSER_DATA,
    "status": STATUS,
    "fault": FAULT,
    "cover_open": COVER,
    "paper_out": PAPER_OUT,
}
RULES: Final = {"suspended": True, "open_portions": 3}
OUT_OF_ORDER: Final = "Out of order. Please ask our staff."


@pytest.fixture(autouse=True)
def camera(hass: HomeAssistant) -> None:
    """Show a camera, so that nothing is missing."""
    hass.states.async_set(DATA["camera"], "idle")


def seen(hass: HomeAssistant) -> tuple[str, str, str | None]:
    """Return State, Problem and its reason."""
    state, problem = hass.states.get(STATE), hass.states.get(PROBLEM)
    assert state is not None and problem is not None
    return state.state, problem.state, problem.attributes.get("reason")


async def show(hass: HomeAssistant, states: dict[str, str]) -> None:
    """Show states and let everybody hear of them."""
    for entity_id, state in states.items():
        hass.states.async_set(entity_id, state)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({STATUS: "stuck", FAULT: "on"}, "stuck"),
        ({STATUS: "stray", FAULT: "on"}, "stray"),
        ({STATUS: "sensor", FAULT: "on"}, "sensor"),
        ({STATUS: "jammed", FAULT: "on", JAM: "on"}, "jammed"),
        ({STATUS: "stuck"}, "stuck"),
        ({FAULT: "on"}, "device_fault"),
        ({STATUS: "a newer word", FAULT: "on"}, "device_fault"),
        ({STATUS: "cover_open", COVER: "on"}, "cover_open"),
        ({COVER: "on"}, "cover_open"),
        ({STATUS: "cover_open"}, "cover_open"),
        ({STATUS: "paper_out", PAPER_OUT: "on"}, "paper_out"),
        ({STATUS: "paper_out"}, "paper_out"),
        ({STATUS: "jam", JAM: "on"}, "jam"),
        ({STATUS: "jam"}, "jam"),
    ],
)
async def test_a_device_that_gives_no_paper_is_out_of_order_everywhere(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    told: dict[str, str],
    reason: str,
) -> None:
    fine = {STATUS: "ready", FAULT: "off", COVER: "off", PAPER_OUT: "off", JAM: "off"}
    await show(hass, fine)
    entry = await set_up_site(hass, options=RULES, data=DATA)
    assert seen(hass) == ("open_lane", "off", None)
    await show(hass, told)
    assert seen(hass) == ("out_of_order", "on", reason)
    assert dispenser.said[-1] == OUT_OF_ORDER
    assert f"fault_{reason}" in issues(issue_registry)
    await show(hass, fine)
    assert seen(hass) == ("open_lane", "off", None)
    assert dispenser.said[-1] == "Press for paper. No camera is used."
    assert issues(issue_registry) == {}
    await unload(hass, entry)


@pytest.mark.parametrize("word", ["ready", "pulled", "unknown", "a newer word"])
async def test_a_word_that_stands_for_no_fault_is_none(
    hass: HomeAssistant, dispenser: FakeDispenser, word: str
) -> None:
    fine = {STATUS: word, FAULT: "off", COVER: "off", PAPER_OUT: "off"}
    await show(hass, fine)
    entry = await set_up_site(hass, options=RULES, data=DATA)
    assert seen(hass) == ("open_lane", "off", None)
    await unload(hass, entry)


async def test_issues_of_a_device_go_with_the_site(
    hass: HomeAssistant, dispenser: FakeDispenser, issue_registry: ir.IssueRegistry
) -> None:
    await show(hass, {STATUS: "stuck", FAULT: "on"})
    entry = await set_up_site(hass, options=RULES, data=DATA)
    assert "fault_stuck" in issues(issue_registry)
    await unload(hass, entry)
    assert issues(issue_registry) == {}


async def test_a_whole_portion_is_a_failure_if_the_motor_does_not_stop(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    """A welded relay: the visitor has the paper and is charged for no more than that."""
    await show(hass, {STATUS: "ready", FAULT: "off", COVER: "off", PAPER_OUT: "off"})
    entry = await set_up_site(hass, options=RULES, data=DATA)

    def weld(_event: object) -> None:
        if hass.states.is_state(MOTOR, "on"):
            hass.states.async_set(FAULT, "on")
            hass.states.async_set(STATUS, "stuck")

    release = hass.bus.async_listen("state_changed", weld)
    assert summary(await ask(hass)) == ("failed", "open", 60.0, "stuck")
    release()
    # Known from before, it is no news of this portion.
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    await unload(hass, entry)


async def test_a_plain_motor_does_not_turn_with_its_cover_open(
    hass: HomeAssistant, dispenser: FakeDispenser
) -> None:
    data = {key: DATA[key] for key in ("camera", "motor", "cover_open")}
    await show(hass, {COVER: "on"})
    entry = await set_up_site(hass, options=RULES, data=data)
    assert summary(await ask(hass)) == ("failed", "open", 0.0, "cover_open")
    assert dispenser.turned_on == 0
    await unload(hass, entry)


class Board:
    """An ESPHome board with the motor, whose dispense action answers with a word."""

    def __init__(self, hass: HomeAssistant, dispenser: FakeDispenser) -> None:
        """Give the fake dispenser's motor to the board."""
        self._hass = hass
        self._dispenser = dispenser
        self.word = ""
        self.error: Exception | None = None
        self.asked = 0
        hass.states.async_remove(MOTOR)
        self.entry = self.add(hass, "facequota-entrance")
        er.async_get(hass).async_get_or_create(
            "switch",
            "esphome",
            "motor",
            object_id_base="motor",
            config_entry=self.entry,
        )
        dispenser.motor.show(False)
        hass.services.async_register(
            "esphome", "facequota_entrance_dispense", self._answer
        )

    @staticmethod
    def add(hass: HomeAssistant, node: str) -> MockConfigEntry:
        """Add a board of this node name."""
        entry = MockConfigEntry(domain="esphome", data={"device_name": node})
        entry.add_to_hass(hass)
        return entry

    async def _answer(self, call: ServiceCall) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error
        if self.word:
            raise HomeAssistantError(
                translation_domain="esphome",
                translation_key="action_call_failed",
                translation_placeholders={"error": self.word},
            )
        await self._dispenser.length.async_set_native_value(call.data["length_cm"])
        await self._dispenser.turn_on()


@pytest.fixture
def board(hass: HomeAssistant, dispenser: FakeDispenser) -> Board:
    """Return the board of the dispenser."""
    return Board(hass, dispenser)


@pytest.fixture
async def site(hass: HomeAssistant, board: Board) -> Any:
    """Return a site at this board."""
    entry = await set_up_site(hass, options=RULES)
    yield entry
    await unload(hass, entry)


async def test_a_motor_that_has_to_cool_is_told_until_it_may_turn_again(
    hass: HomeAssistant, board: Board, site: MockConfigEntry, dispenser: FakeDispenser
) -> None:
    board.word = "refused:duty"
    assert summary(await ask(hass)) == ("failed", "open", 0.0, "motor_rests")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert seen(hass) == ("out_of_order", "on", "motor_rests")
    assert dispenser.said[-1].startswith("The motor has to cool.")
    # A visitor who asks before that time may find it ready.
    board.word = ""
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert seen(hass) == ("open_lane", "off", None)


@pytest.mark.parametrize("word", ["refused:late", "refused:expiry"])
async def test_a_device_that_answers_at_once_that_it_is_too_late_has_another_clock(
    hass: HomeAssistant,
    board: Board,
    site: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    word: str,
) -> None:
    """Its switch gives the paper, and a person is told of the clocks until they agree."""
    board.word = word
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert dispenser.turned_on == 1
    await hass.async_block_till_done()
    assert seen(hass) == ("open_lane", "on", "clocks_differ")
    assert "clocks_differ" in issues(issue_registry)
    board.word = ""
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    await hass.async_block_till_done()
    assert seen(hass) == ("open_lane", "off", None)
    assert issues(issue_registry) == {}


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        OSError("the radio is broken"),
        ServiceValidationError("no"),
        vol.Invalid("another version's action"),
        ValueError("whatever"),
    ],
    ids=repr,
)
async def test_any_error_of_the_action_ends_the_visit_and_no_visitor_is_charged(
    hass: HomeAssistant, board: Board, site: MockConfigEntry, error: Exception
) -> None:
    board.error = error
    first = await ask(hass)
    assert (first["outcome"], first["cm"]) == ("failed", 0.0)
    board.error = None
    for _ in range(3):
        assert summary(await ask(hass)) == ("granted", "open", 60.0, None)


async def test_of_two_boards_with_one_name_only_the_chosen_one_is_asked(
    hass: HomeAssistant,
    board: Board,
    site: MockConfigEntry,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The action belongs to whichever connected last; the switch is the board's own."""
    second = Board.add(hass, "facequota_entrance")
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert (board.asked, dispenser.turned_on) == (0, 1)
    await hass.async_block_till_done()
    assert seen(hass)[1:] == ("on", "node_name_shared")
    assert "node_name_shared" in issues(issue_registry)
    await hass.config_entries.async_remove(second.entry_id)
    assert summary(await ask(hass)) == ("granted", "open", 60.0, None)
    assert board.asked == 1
    await hass.async_block_till_done()
    assert issues(issue_registry) == {}
