"""The engine's installation, and what can make it fail."""

import asyncio
from pathlib import Path
import shutil
from typing import Any

import pytest

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition.environment import EngineEnvironment
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    FlowResultType,
)
from tests.integration.broken_engine import BreakEngine
from tests.integration.engine_sources import (
    copy_of_wheels,
    no_engine,
    package_index,
    real_engine,
    silent_index,
    spoil,
    wheel_files,
)
from tests.integration.log import Log
from tests.integration.site_form import LAW, at_engine, made, submit, suggested

pytestmark = pytest.mark.usefixtures("sites_unloaded")

# The one whose wheels are here, as a manager puts them into a folder.
ENGINE = {"engine": "face_recognition"}


async def test_a_missing_folder_is_reported_at_once(hass: HomeAssistant) -> None:
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


async def test_a_full_disk_is_reported_and_tried_again(
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


async def test_an_engine_counts_as_installed_only_after_it_ran_once(
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


async def test_a_processor_without_avx_is_reported(
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


async def test_a_broken_engine_is_removed_and_installed_again(
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
