"""A reservation outlives the longest portion of the slowest motor."""

from custom_components.facequota.const import CONF_CM_PER_SECOND, CONF_PORTION_CM
from custom_components.facequota.flows.dispenser_inputs import SECTIONS
from custom_components.facequota.hardware.motor import START_WITHIN_S, STOP_WITHIN_S
from custom_components.facequota.options import LIMITS
from custom_components.facequota.quota.account import RESERVATION_S
from tests.invariants.sources import PRODUCT


def test_no_motor_that_a_manager_can_choose_outlives_its_reservation() -> None:
    """A visitor who takes the paper of a slow motor is charged for it."""
    slowest = SECTIONS["motor"].schema[CONF_CM_PER_SECOND].config["min"]
    longest = LIMITS[CONF_PORTION_CM][1]
    assert longest / slowest + START_WITHIN_S + STOP_WITHIN_S < RESERVATION_S


def test_the_shared_book_holds_paper_for_as_long() -> None:
    functions = PRODUCT / "shared_quota" / "server_functions" / "1_visitors.lua"
    told = f"local RESERVATION_MS = {RESERVATION_S * 1000:.0f}\n"
    assert told in functions.read_text()
