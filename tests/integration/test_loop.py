"""Nothing heavy in Home Assistant's process, and nothing that blocks its event loop."""

import subprocess
import sys
import time

import pytest

from homeassistant import block_async_io
from homeassistant.core import HomeAssistant
from scripts.house.home_assistant import ROOT

from .conftest import ask, set_up_site, summary, unload
from .fake_dispenser import FakeDispenser
from .log import Log
from .stage import Stage

# What must only ever be loaded by the worker.
NATIVE = ("cv2", "dlib", "face_recognition", "ncnn", "PIL", "scipy", "torch")


@pytest.fixture
def guarded_loop(disable_block_async_io: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant report everything that blocks its loop, as it does in production."""
    # In tests it lets files be opened.
    monkeypatch.setattr(block_async_io, "_IN_TESTS", False)
    block_async_io.enable()


async def test_nothing_blocks_the_event_loop(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    log: Log,
    guarded_loop: None,
) -> None:
    """From set-up over visits, a purge and a suspension to the end."""
    await hass.async_add_executor_job(stage.person, "A")
    entry = await set_up_site(hass)
    assert summary(await ask(hass)) == ("granted", "face", 60.0, None)
    assert summary(await ask(hass)) == ("refused", "face", 0.0, None)
    for domain, service, data in (
        ("facequota", "purge", {"config_entry_id": entry.entry_id}),
        ("number", "set_value", {"entity_id": "number.east_gate_window", "value": 5}),
        ("switch", "turn_off", {"entity_id": "switch.east_gate_face_recognition"}),
        ("switch", "turn_on", {"entity_id": "switch.east_gate_face_recognition"}),
    ):
        await hass.services.async_call(domain, service, data, blocking=True)
        await hass.async_block_till_done()
    await unload(hass, entry)
    messages = [record.getMessage() for record in log.records]
    assert not [message for message in messages if "blocking call" in message]


async def test_the_guard_would_have_told(
    hass: HomeAssistant, guarded_loop: None
) -> None:
    """Else the test before could not fail."""
    with pytest.raises(RuntimeError, match="blocking call to sleep"):
        time.sleep(0)  # noqa: ASYNC251


def test_what_home_assistant_imports_is_free_of_native_engines() -> None:
    """The whole integration but the engines, in a fresh interpreter."""
    program = f"""
import importlib, pathlib, sys
before = set(sys.modules)
import custom_components.facequota
import homeassistant.components.camera
before |= set(sys.modules)
folder = pathlib.Path("custom_components/facequota")
for path in folder.rglob("*.py"):
    if path.parent.name != "recognition":
        name = path.with_suffix("").as_posix().replace("/", ".")
        importlib.import_module(name.removesuffix(".__init__"))
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(loaded & set({NATIVE})))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.strip() == "[]"
