"""The actions purge and export_log: receipts, and who may call them."""

import math

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.facequota.const import DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.util import dt as dt_util

from .actions import act
from .conftest import ask, faces
from .people import somebody


async def test_a_purge_answers_with_a_receipt_and_a_second_one_finds_nothing(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    visitors = open_site.runtime_data.visitors
    visitors.settle(visitors.reserve(somebody(1), 60), 60)
    visitors.reserve(somebody(2), 60)
    receipt = await act(hass, "purge", config_entry_id=open_site.entry_id)
    time = dt_util.parse_datetime(receipt.pop("time"))
    assert time is not None and time <= dt_util.utcnow()
    assert receipt == {
        "faces": 2,
        "reservations": 1,
        "cause": "automation",
        "older_than": None,
        "already_purged": False,
    }
    assert faces(open_site) == 0
    again = await act(hass, "purge", config_entry_id=open_site.entry_id)
    assert (again["faces"], again["reservations"]) == (0, 0)
    assert again["already_purged"] is True


async def test_a_purge_can_spare_those_who_have_just_had_paper(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Half an allowance owed is half a window ago, as far as anybody can tell."""
    visitors = open_site.runtime_data.visitors
    visitors.reserve(somebody(1), 60)
    visitors.reserve(somebody(2), 30)
    receipt = await act(
        hass,
        "purge",
        config_entry_id=open_site.entry_id,
        older_than={"minutes": 4},
    )
    assert (receipt["faces"], receipt["older_than"]) == (1, 240)
    assert faces(open_site) == 1


async def test_a_receipt_says_whether_a_person_or_an_automation_did_it(
    hass: HomeAssistant, open_site: MockConfigEntry, hass_admin_user: MockUser
) -> None:
    """An automation that a person's action set off is still an automation."""
    person = Context(user_id=hass_admin_user.id)
    follow_up = Context(user_id=hass_admin_user.id, parent_id=person.id)
    for context, cause in (
        (person, "person"),
        (follow_up, "automation"),
        (Context(), "automation"),
    ):
        receipt = await act(
            hass, "purge", context=context, config_entry_id=open_site.entry_id
        )
        assert receipt["cause"] == cause


@pytest.mark.parametrize(
    "older_than", [-1, "-00:05:00", {"minutes": -5}, "soon", 1e300, math.nan, math.inf]
)
async def test_an_invalid_age_purges_no_visitor(
    hass: HomeAssistant, open_site: MockConfigEntry, older_than: object
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    with pytest.raises(vol.Invalid):
        await act(
            hass,
            "purge",
            config_entry_id=open_site.entry_id,
            older_than=older_than,
        )
    assert faces(open_site) == 1


@pytest.mark.parametrize("action", ["purge", "export_log"])
async def test_an_action_on_a_site_that_does_not_run_is_refused(
    hass: HomeAssistant, open_site: MockConfigEntry, action: str
) -> None:
    """An id of nothing, another integration's, a site that is stopped."""
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    stopped = MockConfigEntry(domain=DOMAIN, title="Lake", data={"name": "Lake"})
    stopped.add_to_hass(hass)
    told = []
    for entry_id in ("nothing", other.entry_id, stopped.entry_id):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, action, config_entry_id=entry_id)
        told.append(refused.value.translation_key)
    assert len(set(told)) == len(told)


async def test_the_log_of_a_site_holds_receipts_and_figures_and_nothing_about_a_person(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    await ask(hass)
    await act(hass, "purge", config_entry_id=open_site.entry_id)
    log = await act(hass, "export_log", config_entry_id=open_site.entry_id)
    (receipt,) = log["receipts"]
    assert receipt.keys() == {*("time", "cause", "faces", "reservations", "older_than")}
    assert log["lanes"]["open"]["granted"] == 1
    assert set(log["lanes"]) == {"face", "open", "urgent", "staff"}


@pytest.mark.parametrize("action", ["purge", "export_log"])
async def test_only_administrators_and_automations_forget_everybody_or_read_the_log(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    hass_read_only_user: MockUser,
    hass_admin_user: MockUser,
    action: str,
) -> None:
    site = {"config_entry_id": open_site.entry_id}
    for user in (hass_read_only_user.id, "nobody"):
        with pytest.raises((Unauthorized, UnknownUser)):
            await act(hass, action, context=Context(user_id=user), **site)
    for allowed in (Context(user_id=hass_admin_user.id), Context()):
        assert await act(hass, action, context=allowed, **site)
