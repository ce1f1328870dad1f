"""A manager sets a site up and changes it."""

import math
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import issue_registry as ir
from tests.integration.site_form import (
    ENGINE,
    LAW,
    RULES,
    begin,
    made,
    reconfigure,
    submit,
    suggested,
    tells_of_a_frame,
)

from .conftest import faces, issues, set_up_site
from .engine_sources import no_engine
from .log import Log
from .people import somebody
from .stage import Stage

pytestmark = pytest.mark.usefixtures("sites_unloaded")


async def test_three_forms_make_a_site(hass: HomeAssistant) -> None:
    """Name and rules, what the law asks, the engine; then it runs."""
    entry = made(await submit(hass, await begin(hass), RULES, LAW, ENGINE))
    assert entry.title == "East gate"
    assert entry.data == {"name": "East gate", **LAW, **ENGINE}
    assert entry.options == {
        key: value for key, value in RULES.items() if key != "name"
    }
    rule = entry.runtime_data.options.rule
    assert (rule.allowance_cm, rule.window_s) == (120, 540)
    assert set(entry.supported_subentry_types) == {
        "dispenser",
        "display",
        "shared_quota",
    }


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"name": "  "}, "name", "name_empty"),
        ({"name": "a" * 181}, "name", "name_too_long"),
        ({"allowance_cm": 59}, "allowance_cm", "allowance_below_portion"),
        *(
            ({field: math.nan}, field, "not_a_number")
            for field in RULES
            if field != "name"
        ),
    ],
)
async def test_a_form_names_the_invalid_rule(
    hass: HomeAssistant, change: dict[str, Any], field: str, error: str
) -> None:
    """Beside the field, and with everything that was typed still there."""
    wrong = RULES | change
    shown = await submit(hass, await begin(hass), wrong)
    assert shown["step_id"] == "user"
    assert shown["errors"] == {field: error}
    assert set(suggested(shown)) == set(RULES)
    shown = await submit(hass, shown, RULES)
    assert shown["step_id"] == "law"


@pytest.mark.parametrize("field", [field for field in RULES if field != "name"])
async def test_a_number_out_of_range_is_not_taken(
    hass: HomeAssistant, field: str
) -> None:
    shown = await begin(hass)
    for value in (-1, 0, math.inf, -math.inf, 1e12, "long", None):
        with pytest.raises(InvalidData) as refused:
            await submit(hass, shown, RULES | {field: value})
        assert set(refused.value.schema_errors) == {field}


async def test_two_sites_cannot_have_one_name(hass: HomeAssistant) -> None:
    """Blanks around it make no other name."""
    MockConfigEntry(
        domain=DOMAIN, title="East gate", data={"name": "East gate"}
    ).add_to_hass(hass)
    shown = await submit(hass, await begin(hass), RULES | {"name": " East gate "})
    assert shown["type"] is FlowResultType.ABORT
    assert shown["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"camera_position": "inside"}, {"camera_position": "camera_inside"}),
        ({"notice_posted": False}, {"notice_posted": "notice_needed"}),
        ({"way_without_face": False}, {"way_without_face": "way_without_face_needed"}),
        (
            {
                "camera_position": "inside",
                "notice_posted": False,
                "way_without_face": False,
            },
            {
                "camera_position": "camera_inside",
                "notice_posted": "notice_needed",
                "way_without_face": "way_without_face_needed",
            },
        ),
    ],
)
async def test_no_site_without_what_the_law_asks(
    hass: HomeAssistant, change: dict[str, Any], errors: dict[str, str]
) -> None:
    """A camera inside, no notice, no way without a face: refused with an explanation."""
    shown = await submit(hass, await begin(hass), RULES, LAW | change)
    assert shown["step_id"] == "law"
    assert shown["errors"] == errors
    shown = await submit(hass, shown, LAW)
    assert shown["step_id"] == "engine"


async def test_a_site_is_renamed_and_asked_again_about_the_law(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Everything is filled in; a camera that moved inside is refused again."""
    shown = await reconfigure(hass, open_site)
    assert shown["step_id"] == "reconfigure"
    assert suggested(shown) == {"name": "East gate"}
    shown = await submit(hass, shown, {"name": " "})
    assert shown["errors"] == {"name": "name_empty"}
    shown = await submit(hass, shown, {"name": "West gate"})
    assert (shown["step_id"], suggested(shown)) == ("law", LAW)
    shown = await submit(hass, shown, LAW | {"camera_position": "inside"})
    assert shown["errors"] == {"camera_position": "camera_inside"}
    shown = await submit(hass, shown, LAW)
    assert (shown["step_id"], suggested(shown)) == ("engine", ENGINE)
    shown = await submit(hass, shown, ENGINE)
    assert shown["type"] is FlowResultType.ABORT
    assert shown["reason"] == "reconfigure_successful"
    assert tells_of_a_frame(shown)
    assert open_site.title == "West gate"
    assert open_site.data == {"name": "West gate", **LAW, **ENGINE}


async def test_two_windows_cannot_make_two_sites_of_one_name(
    hass: HomeAssistant,
) -> None:
    """The name was free when the second one asked for it."""
    shown = await submit(hass, await begin(hass), RULES)
    shown = await submit(hass, shown, LAW)
    assert shown["step_id"] == "engine"
    MockConfigEntry(
        domain=DOMAIN, title=RULES["name"], data={"name": RULES["name"]}
    ).add_to_hass(hass)
    shown = await submit(hass, shown, ENGINE)
    assert shown["type"] is FlowResultType.ABORT
    assert shown["reason"] == "already_configured"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_a_site_keeps_its_own_name_and_takes_no_other_s(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    other = MockConfigEntry(domain=DOMAIN, title="Lake", data={"name": "Lake"})
    other.add_to_hass(hass)
    shown = await submit(
        hass, await reconfigure(hass, open_site), {"name": "East gate"}
    )
    assert shown["step_id"] == "law"
    shown = await submit(hass, await reconfigure(hass, open_site), {"name": "Lake"})
    assert shown["reason"] == "already_configured"


async def test_no_visitor_is_forgotten_when_nothing_was_changed(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    name = {"name": open_site.title}
    await submit(hass, await reconfigure(hass, open_site), name, LAW, ENGINE)
    await hass.async_block_till_done()
    assert faces(open_site) == 1


async def test_an_engine_that_is_put_right_by_the_same_answers_is_started(
    hass: HomeAssistant,
    config_folder: Path,
    stage: Stage,
    issue_registry: ir.IssueRegistry,
) -> None:
    cache = config_folder / ".cache" / DOMAIN
    engines = cache.readlink()
    cache.unlink()
    entry = await set_up_site(hass)
    assert "engine_missing" in issues(issue_registry)
    cache.symlink_to(engines)
    name = {"name": entry.title}
    await submit(hass, await reconfigure(hass, entry), name, LAW, ENGINE)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "engine_missing" not in issues(issue_registry)
    assert entry.runtime_data.recogniser.ready


async def test_other_packages_make_a_site_anew_and_forget_everybody(
    hass: HomeAssistant, open_site: MockConfigEntry, tmp_path: Path
) -> None:
    before = open_site.runtime_data
    before.visitors.reserve(somebody(1), 60)
    folder = {"wheels_folder": str(tmp_path)}
    name = {"name": open_site.title}
    await submit(hass, await reconfigure(hass, open_site), name, LAW, ENGINE | folder)
    await hass.async_block_till_done()
    assert open_site.data["wheels_folder"] == str(tmp_path)
    assert open_site.runtime_data is not before
    assert faces(open_site) == before.visitors.statistics.faces == 0

    # The folder is left out again: emptied fields are not sent.
    await submit(hass, await reconfigure(hass, open_site), name, LAW, ENGINE)
    await hass.async_block_till_done()
    assert "wheels_folder" not in open_site.data


async def test_a_site_that_could_not_be_changed_goes_on_as_it_was(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    config_folder: Path,
    tmp_path: Path,
    log: Log,
) -> None:
    log.tell("no_wheel")
    no_engine(config_folder)
    open_site.runtime_data.visitors.reserve(somebody(1), 60)
    folder = {"wheels_folder": str(tmp_path)}
    shown = await submit(
        hass,
        await reconfigure(hass, open_site),
        {"name": "West gate"},
        LAW,
        ENGINE | folder,
    )
    assert shown["errors"] == {"base": "no_wheel"}
    hass.config_entries.flow.async_abort(shown["flow_id"])
    await hass.async_block_till_done()
    assert (open_site.title, "wheels_folder" in open_site.data) == ("East gate", False)
    assert faces(open_site) == 1
