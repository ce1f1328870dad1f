"""A visitor who shows a picture of a face gets paper by the open lane; nobody is refused for it.

A network of two layers stands in for MiniFASNet, in the same file format, read by the
same ncnn in the real child: it takes for a person what is greener than it is red or
blue.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.recognition import presentation
from custom_components.facequota.recognition.environment import Engine
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from tests.integration.conftest import ask, faces, issues, set_up_site, summary, unload
from tests.integration.fake_dispenser import FakeDispenser
from tests.integration.stage import Stage

pytestmark = pytest.mark.usefixtures("log")

GRANTED = ("granted", "face", 60.0, None)
REFUSED = ("refused", "face", 0.0, None)
SUSPECTED = ("unrecognised", "open", 60.0, "presentation_attack")

_GREEN_IS_LIVE = """\
7767517
3 3
Input data 0 1 data 0=80 1=80 2=3
Pooling mean 1 1 data mean 0=1 4=1
Softmax softmax 1 1 mean softmax 0=0
"""


@pytest.fixture
def brought(config_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Bring the files of a small network that the model list knows."""
    folder = config_folder / DOMAIN
    folder.mkdir()
    (folder / "model_1.param").write_text(_GREEN_IS_LIVE)
    (folder / "model_1.bin").touch()
    models = config_folder / "presentation_attack.models"
    models.write_text(
        "# where they come from\n"
        + "".join(
            f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
            for file in sorted(folder.iterdir())
        )
    )
    monkeypatch.setattr(presentation, "MODELS", models)
    return folder


def shine(stage: Stage, colour: str) -> None:
    """Let light of a colour fall on the visitor."""
    with Image.open(stage.picture) as image:
        picture = image.convert("RGB")
    light = Image.new("RGB", picture.size, colour)
    Image.blend(picture, light, 0.3).save(stage.picture, "JPEG", quality=95)


async def change_rules(
    hass: HomeAssistant, entry: MockConfigEntry, **changes: Any
) -> Any:
    """Send the form of the rules and return what is shown then."""
    shown = await hass.config_entries.options.async_init(entry.entry_id)
    assert shown["data_schema"] is not None
    rules = shown["data_schema"]({}) | changes
    shown = await hass.config_entries.options.async_configure(shown["flow_id"], rules)
    await hass.async_block_till_done(wait_background_tasks=True)
    return shown


async def test_a_picture_of_a_face_gets_paper_by_the_open_lane_and_is_counted(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, brought: Path
) -> None:
    """Nothing on the display accuses anybody."""
    entry = await set_up_site(
        hass, engine=Engine.NCNN, options={"presentation_attacks": True}
    )
    stage.person("A")
    shine(stage, "red")
    assert summary(await ask(hass)) == SUSPECTED
    assert summary(await ask(hass)) == SUSPECTED
    assert faces(entry) == 0
    await hass.async_block_till_done()
    assert set(dispenser.said) == {
        "Press for paper",
        "Please look here",
        "Please take your paper",
    }
    counted = hass.states.get("sensor.east_gate_visits_without_recognition")
    assert counted is not None
    assert counted.state == "2"
    assert counted.attributes["presentation_attack"] == 2
    stage.person("A")
    shine(stage, "lime")
    assert summary(await ask(hass)) == GRANTED
    assert summary(await ask(hass)) == REFUSED
    await unload(hass, entry)


async def test_a_suspected_visitor_can_still_be_forgotten(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, brought: Path
) -> None:
    entry = await set_up_site(
        hass, engine=Engine.NCNN, options={"presentation_attacks": True}
    )
    stage.person("A")
    shine(stage, "lime")
    assert summary(await ask(hass)) == GRANTED
    stage.person("A")
    shine(stage, "red")
    await hass.services.async_call(
        DOMAIN, "forget", {"entity_id": "event.entrance_visit"}, blocking=True
    )
    assert faces(entry) == 0
    await unload(hass, entry)


async def test_nothing_is_suspected_before_the_manager_wants_it_and_then_at_once(
    hass: HomeAssistant, stage: Stage, dispenser: FakeDispenser, brought: Path
) -> None:
    """The worker restarts for it; visitors stay remembered."""
    entry = await set_up_site(hass, engine=Engine.NCNN)
    stage.person("A")
    shine(stage, "red")
    assert summary(await ask(hass)) == GRANTED
    worker = entry.runtime_data.recogniser.worker
    shown = await change_rules(hass, entry, presentation_attacks=True)
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert entry.runtime_data.recogniser.worker is not worker
    assert faces(entry) == 1
    assert summary(await ask(hass)) == SUSPECTED
    await change_rules(hass, entry, presentation_attacks=False)
    assert summary(await ask(hass)) == REFUSED
    await unload(hass, entry)


@pytest.mark.parametrize("content", [None, _GREEN_IS_LIVE + "\n"])
async def test_the_rules_say_which_files_are_missing_or_differ(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    brought: Path,
    content: str | None,
) -> None:
    entry = await set_up_site(hass, engine=Engine.NCNN)
    (brought / "model_1.param").unlink()
    if content is not None:
        (brought / "model_1.param").write_text(content)
    shown = await change_rules(hass, entry, presentation_attacks=True)
    assert shown["type"] is FlowResultType.FORM
    assert shown["errors"] == {"presentation_attacks": "files_missing"}
    assert shown["description_placeholders"] == {
        "folder": str(brought),
        "files": "model_1.bin, model_1.param",
    }
    await unload(hass, entry)


@pytest.mark.parametrize("engine", [Engine.FACE_RECOGNITION])
async def test_the_rules_say_that_the_other_engine_is_needed(
    hass: HomeAssistant, open_site: MockConfigEntry, brought: Path
) -> None:
    shown = await change_rules(hass, open_site, presentation_attacks=True)
    assert shown["errors"] == {"presentation_attacks": "other_engine_needed"}


async def test_without_its_files_everything_else_works_and_an_issue_tells(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    issue_registry: ir.IssueRegistry,
    config_folder: Path,
) -> None:
    """A restored backup may lack them; the issue goes when it is switched off."""
    entry = await set_up_site(
        hass, engine=Engine.NCNN, options={"presentation_attacks": True}
    )
    assert issues(issue_registry) == {
        "attacks_unseen": {
            "site": "East gate",
            "folder": str(config_folder / DOMAIN),
            "files": "model_1.bin, model_1.param",
        }
    }
    stage.person("A")
    assert summary(await ask(hass)) == GRANTED
    await change_rules(hass, entry, presentation_attacks=False)
    assert not issues(issue_registry)
    assert summary(await ask(hass)) == REFUSED
    await unload(hass, entry)
