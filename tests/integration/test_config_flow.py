"""A manager sets a site up, changes it, and is told what stands in the way."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
import math
from pathlib import Path
import shutil
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN, Lane
from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.site.site import Site
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    FlowResultType,
    InvalidData,
)
from homeassistant.helpers import issue_registry as ir

from .conftest import BreakEngine, Log, Stage, faces, issues, set_up_site
from .engine_sources import (
    copy_of_wheels,
    no_engine,
    package_index,
    real_engine,
    silent_index,
    spoil,
    wheel_files,
)
from .people import somebody

RULES: Final = {
    "name": "East gate",
    "portion_cm": 60,
    "allowance_cm": 120,
    "window_min": 9,
    "refused_at_most_one_in": 1000,
}
LAW: Final = {
    "camera_position": "entrance",
    "notice_posted": True,
    "way_without_face": True,
}
ENGINE: Final = {"engine": "face_recognition"}


@pytest.fixture(autouse=True)
async def unload(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Stop what the flows set up."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state.recoverable:
            await hass.config_entries.async_unload(entry.entry_id)


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the flow of a new site."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, shown: ConfigFlowResult, *forms: Mapping[str, Any]
) -> ConfigFlowResult:
    """Send one form after the other, wait out the progress; return what is shown then."""
    flow = hass.config_entries.flow
    result = shown
    for form in forms:
        assert result["type"] is FlowResultType.FORM
        result = await flow.async_configure(shown["flow_id"], dict(form))
        while result["type"] is FlowResultType.SHOW_PROGRESS:
            await hass.async_block_till_done()
            result = await flow.async_configure(shown["flow_id"])
    return result


async def at_engine(hass: HomeAssistant) -> ConfigFlowResult:
    """Walk to the form of the engine."""
    shown = await submit(hass, await begin(hass), RULES, LAW)
    assert shown["step_id"] == "engine"
    return shown


def tells_of_a_frame(shown: ConfigFlowResult) -> bool:
    """Return whether a flow ends with what this machine was measured to need."""
    told = shown["description_placeholders"] or {}
    return int(told["frame_ms"]) > 0


def made(shown: ConfigFlowResult) -> ConfigEntry[Site]:
    """Return the site that a flow has ended with, which must run."""
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert tells_of_a_frame(shown)
    entry: ConfigEntry[Site] = shown["result"]
    assert entry.state is ConfigEntryState.LOADED
    return entry


def suggested(shown: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled with."""
    assert shown["data_schema"] is not None
    return {
        str(marker): (marker.description or {}).get("suggested_value")
        for marker in shown["data_schema"].schema
        if (marker.description or {}).get("suggested_value") is not None
    }


# A new site


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
        ({"allowance_cm": 59}, "allowance_cm", "allowance_below_portion"),
        *(
            ({field: math.nan}, field, "not_a_number")
            for field in RULES
            if field != "name"
        ),
    ],
)
async def test_a_form_says_which_rule_cannot_be(
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


# The engine's installation


async def test_a_folder_that_is_not_there_is_told_at_once(hass: HomeAssistant) -> None:
    wrong = ENGINE | {"wheels_folder": "/nowhere"}
    shown = await submit(hass, await at_engine(hass), wrong)
    assert shown["step_id"] == "engine"
    assert shown["errors"] == {"wheels_folder": "folder_not_found"}


async def test_without_a_network_nothing_is_installed_until_there_is_one(
    hass: HomeAssistant,
    config_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
    log: Log,
) -> None:
    """The real installer, against an address where nobody is and then a package index."""
    log.tell("no_network")
    root = no_engine(config_folder)
    # Before the way there is taken away.
    wheels = wheel_files()
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    shown = await submit(hass, await at_engine(hass), ENGINE)
    assert shown["step_id"] == "install_failed"
    assert shown["errors"] == {"base": "no_network"}
    assert shown["description_placeholders"] is not None
    assert "127.0.0.1:1" in shown["description_placeholders"]["detail"]
    assert list(root.iterdir()) == []

    told: list[float] = []

    def hear(event: Event[Any]) -> None:
        told.append(event.data["progress"])

    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE, hear)
    async with package_index(wheels) as address:
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        entry = made(await submit(hass, shown, {}))
    assert "wheels_folder" not in entry.data
    assert told == sorted(told)
    assert told[-1] == 1
    assert [folder.suffix for folder in root.iterdir()] == [""]


async def test_a_folder_that_lacks_a_package_is_completed_and_tried_again(
    hass: HomeAssistant, config_folder: Path, tmp_path: Path, log: Log
) -> None:
    """Then a spoilt package; with the right ones nothing is downloaded."""
    log.tell("no_wheel")
    log.tell("hash_mismatch")
    root = no_engine(config_folder)
    wheels = copy_of_wheels(tmp_path / "wheels", without="click")
    folder = {"wheels_folder": str(wheels)}
    shown = await submit(hass, await at_engine(hass), ENGINE | folder)
    assert shown["errors"] == {"base": "no_wheel"}
    assert suggested(shown) == folder

    shutil.rmtree(wheels)
    spoil(copy_of_wheels(wheels), "click")
    shown = await submit(hass, shown, folder)
    assert shown["errors"] == {"base": "hash_mismatch"}
    assert list(root.iterdir()) == []

    shown = await submit(hass, shown, {"wheels_folder": "/nowhere"})
    assert shown["step_id"] == "install_failed"
    assert shown["errors"] == {"wheels_folder": "folder_not_found"}

    shutil.rmtree(wheels)
    copy_of_wheels(wheels)
    entry = made(await submit(hass, shown, folder))
    assert entry.data == {"name": "East gate", **LAW, **ENGINE, **folder}


async def test_a_full_disk_is_told_and_tried_again(
    hass: HomeAssistant,
    config_folder: Path,
    engine_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: Log,
) -> None:
    log.tell("no_space")
    root = no_engine(config_folder)
    with monkeypatch.context() as full:
        usage = shutil.disk_usage(root)._replace(free=1_000_000)
        full.setattr(shutil, "disk_usage", lambda _path: usage)
        shown = await submit(hass, await at_engine(hass), ENGINE)
        assert shown["errors"] == {"base": "no_space"}
    assert list(root.iterdir()) == []
    real_engine(config_folder, engine_root)
    made(await submit(hass, shown, {}))


async def test_only_an_engine_that_ran_once_is_taken_for_installed(
    hass: HomeAssistant,
    config_folder: Path,
    engine_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: Log,
) -> None:
    """A mistake of ours on the way is told like any other failure; the log explains."""
    no_engine(config_folder)
    with monkeypatch.context() as broken:

        async def install(*_: object) -> None:
            raise KeyError("of a mistake")

        broken.setattr(EngineEnvironment, "install", install)
        shown = await submit(hass, await at_engine(hass), ENGINE)
        assert shown["errors"] == {"base": "unknown"}
    (mistake,) = [record for record in log.records if record.exc_info]
    log.records.remove(mistake)
    assert mistake.getMessage() == "face_recognition could not be installed"
    real_engine(config_folder, engine_root)
    made(await submit(hass, shown, {}))


async def test_a_processor_without_avx_is_told(
    hass: HomeAssistant,
    config_folder: Path,
    engine_root: Path,
    break_engine: BreakEngine,
    log: Log,
) -> None:
    """A real child that ends by the signal with which such a processor ends it."""
    log.tell("no_avx")
    break_engine(at_start="signal.raise_signal(signal.SIGILL)")
    shown = await submit(hass, await at_engine(hass), ENGINE)
    assert shown["errors"] == {"base": "no_avx"}
    real_engine(config_folder, engine_root)
    made(await submit(hass, shown, {}))


async def test_an_engine_that_is_broken_is_thrown_away_and_installed_again(
    hass: HomeAssistant,
    break_engine: BreakEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    log: Log,
) -> None:
    """Here from a folder without packages, so it shows that it was tried."""
    log.tell("no_wheel")
    break_engine(at_start="raise ImportError")
    (tmp_path / "empty").mkdir()
    shown = await submit(
        hass,
        await at_engine(hass),
        ENGINE | {"wheels_folder": str(tmp_path / "empty")},
    )
    assert shown["errors"] == {"base": "no_wheel"}


async def test_a_closed_form_ends_its_installation_and_leaves_nothing(
    hass: HomeAssistant,
    config_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> None:
    root = no_engine(config_folder)
    flow = hass.config_entries.flow
    shown = await at_engine(hass)
    async with silent_index() as (index, address):
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        shown = await flow.async_configure(shown["flow_id"], dict(ENGINE))
        assert shown["type"] is FlowResultType.SHOW_PROGRESS
        assert (shown["step_id"], shown["progress_action"]) == ("install", "install")
        await index.asked.wait()
        assert list(root.iterdir())
        flow.async_abort(shown["flow_id"])
        async with asyncio.timeout(10):
            await index.left.wait()
            while list(root.iterdir()):
                await asyncio.sleep(0.05)
    assert not flow.async_progress()
    assert not hass.config_entries.async_entries(DOMAIN)


# A site that is there


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Open the form that changes a site."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},
    )


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


async def test_nobody_is_forgotten_when_nothing_was_changed(
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


# The rules


async def change_rules(
    hass: HomeAssistant, entry: ConfigEntry, **changes: Any
) -> ConfigFlowResult:
    """Open the form of the rules and send it with some changes."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown["step_id"] == "init"
    assert shown["data_schema"] is not None
    return await hass.config_entries.options.async_configure(
        shown["flow_id"], shown["data_schema"]({}) | suggested(shown) | changes
    )


async def test_new_rules_apply_at_once_and_nobody_is_forgotten(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """Whoever used up 60 cm may have 60 more once the allowance is 120."""
    site = open_site.runtime_data
    assert isinstance(site.visitors.reserve(somebody(1), 60), Reservation)
    assert isinstance(site.visitors.reserve(somebody(1), 60), Refusal)
    shown = await change_rules(hass, open_site, allowance_cm=120, window_min=18)
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert open_site.runtime_data is site
    assert faces(open_site) == 1
    assert isinstance(site.visitors.reserve(somebody(1), 60), Reservation)
    assert isinstance(site.visitors.reserve(somebody(1), 60), Refusal)
    assert faces(open_site) == 1


async def test_the_form_of_the_rules_switches_nothing_else(
    hass: HomeAssistant, open_site: MockConfigEntry
) -> None:
    """What the switches and the numbers wrote meanwhile stays."""
    await change_rules(hass, open_site, open_portions=3)
    await hass.async_block_till_done()
    assert open_site.options["suspended"] is True
    assert open_site.options["open_portions"] == 3
    rule = open_site.runtime_data.options.lane_rules[Lane.OPEN]
    assert rule.allowance_cm == 3 * 60


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"allowance_cm": 59.9}, {"allowance_cm": "allowance_below_portion"}),
        ({"open_portions": math.nan}, {"open_portions": "not_a_number"}),
    ],
)
async def test_rules_that_cannot_be_are_told_and_change_nothing(
    hass: HomeAssistant,
    open_site: MockConfigEntry,
    change: dict[str, Any],
    errors: dict[str, str],
) -> None:
    before = dict(open_site.options)
    shown = await change_rules(hass, open_site, **change)
    assert shown["errors"] == errors
    assert open_site.options == before
