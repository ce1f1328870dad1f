"""Logs, states, events and diagnostics say what happened, and nothing of who it was."""

import json
import logging
from typing import Any

import numpy as np
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.diagnostics import async_get_config_entry_diagnostics
from homeassistant.core import Event, HomeAssistant
from scripts.proof.decimals import Decimals
from scripts.proof.files import Findings, Search
from scripts.proof.needles import Needles, spelled

from .conftest import ask
from .fake_dispenser import FakeDispenser
from .stage import Stage


async def test_nothing_that_is_told_holds_a_face_or_an_id(
    hass: HomeAssistant,
    site: MockConfigEntry,
    stage: Stage,
    dispenser: FakeDispenser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything at debug level, while a visitor is remembered."""
    caplog.set_level(logging.DEBUG)
    told: list[Any] = []
    hass.bus.async_listen("*", lambda event: told.append(_plain(event)))
    stage.person("A")
    picture = stage.picture.read_bytes()
    told.append(await ask(hass))
    told.append(await ask(hass))
    seen = await site.runtime_data.recogniser.look(picture, timeout=10)
    template: np.ndarray[Any, np.dtype[np.float32]] = seen.template
    visitors = site.runtime_data.visitors._book._visitors  # noqa: SLF001
    assert len(visitors) == 1
    await hass.async_block_till_done()
    told += [state.as_dict_json.decode() for state in hass.states.async_all()]
    told.append(await async_get_config_entry_diagnostics(hass, site))
    told.append(caplog.text)
    text = "\n".join(json.dumps(one, default=str) for one in told)
    findings = Findings()
    needles = Needles(
        [
            *spelled("template", template.tobytes()),
            *spelled("picture", picture[1000:], step=64),
        ]
    )
    Search(needles, Decimals([template])).content("told", text.encode(), findings)
    assert findings.nothing, findings.as_text()
    assert not [name for name in visitors if name in text]


def _plain(event: Event) -> dict[str, Any]:
    return event.as_dict()
