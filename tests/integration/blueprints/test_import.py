"""The blueprints can be imported by the addresses in their files."""

from typing import Final

import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict

from .automations import FOLDER

ALL: Final = sorted(path.stem for path in FOLDER.glob("*.yaml"))
REPOSITORY: Final = "github.com/facequota/facequota/blob"
RAW: Final = "raw.githubusercontent.com/facequota/facequota"


@pytest.mark.parametrize("name", ALL)
async def test_a_blueprint_is_imported_in_the_ui_by_its_address(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: AiohttpClientMocker,
    name: str,
) -> None:
    """The address in the file is its own, and Home Assistant accepts what lies there."""
    text = (FOLDER / f"{name}.yaml").read_text()
    address = f"main/blueprints/automation/facequota/{name}.yaml"
    assert f"source_url: https://{REPOSITORY}/{address}\n" in text
    aioclient_mock.get(f"https://{RAW}/{address}", text=text)
    assert await async_setup_component(hass, "automation", {})
    assert await async_setup_component(hass, "blueprint", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "blueprint/import", "url": f"https://{REPOSITORY}/{address}"}
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    assert answer["result"]["suggested_filename"] == f"facequota/{name}"
    assert not answer["result"]["validation_errors"]


@pytest.mark.parametrize("name", ALL)
def test_a_blueprint_speaks_both_languages(name: str) -> None:
    blueprint = load_yaml_dict(str(FOLDER / f"{name}.yaml"))["blueprint"]
    said = [blueprint["description"]] + [
        one["name"] for one in blueprint["input"].values()
    ]
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in said)
