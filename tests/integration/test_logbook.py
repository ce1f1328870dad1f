"""The logbook tells visits and purges as sentences, in the house's language."""

from collections.abc import Callable
import re

import pytest

from custom_components.facequota.const import DOMAIN, EVENT_PURGE, EVENT_VISIT
from custom_components.facequota.logbook import async_describe_events
from homeassistant.core import Event, HomeAssistant, callback

from .conftest import Log, Stage, ask, set_up_site, unload
from .fake_dispenser import FakeDispenser, Fault
from .people import somebody

type Describe = Callable[[Event], dict[str, str | None]]


@pytest.fixture
def lines(hass: HomeAssistant) -> list[dict[str, str | None]]:
    """Return what the logbook says of each event, from now on."""
    told: list[dict[str, str | None]] = []

    def listen(domain: str, event_type: str, describe: Describe) -> None:
        assert domain == DOMAIN
        assert event_type in (EVENT_VISIT, EVENT_PURGE)

        @callback
        def tell(event: Event) -> None:
            told.append(describe(event))

        hass.bus.async_listen(event_type, tell)

    async_describe_events(hass, listen)
    return told


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "gave 42.5 cm",
                "gave only 20 cm and needs help",
                "said that the next portion comes at …",
                "was purged; faces forgotten: 1",
            ],
        ),
        (
            "zh-Hans",
            [
                "出纸 42.5 厘米",
                "只出纸 20 厘米，需要维护",
                "告知下次取纸时间为 …",
                "已清除，遗忘人脸 1 张",
            ],
        ),
        # A language that FaceQuota has not got.
        (
            "fr",
            [
                "gave 42.5 cm",
                "gave only 20 cm and needs help",
                "said that the next portion comes at …",
                "was purged; faces forgotten: 1",
            ],
        ),
    ],
)
async def test_a_day_at_a_site(
    hass: HomeAssistant,
    dispenser: FakeDispenser,
    lines: list[dict[str, str | None]],
    language: str,
    expected: list[str],
) -> None:
    """A portion, a jam, a refusal, a purge."""
    hass.config.language = language
    entry = await set_up_site(hass, options={"suspended": True, "open_portions": 1})
    await ask(hass, cm=42.5)
    dispenser.fault = Fault.JAM_AT_20_CM
    await ask(hass, lane="staff")
    await ask(hass)
    entry.runtime_data.visitors.reserve(somebody(1), 60)
    await hass.services.async_call(
        DOMAIN, "purge", {"config_entry_id": entry.entry_id}, blocking=True
    )
    await hass.async_block_till_done()
    clock = re.compile(r"\d\d:\d\d:\d\d")
    assert [clock.sub("…", line["message"] or "") for line in lines] == expected
    assert [line["name"] for line in lines] == [*["Entrance"] * 3, "East gate"]
    assert [line["entity_id"] for line in lines] == [
        *["event.entrance_visit"] * 3,
        "event.east_gate_purge",
    ]
    await unload(hass, entry)


async def test_who_was_not_recognised_got_paper_all_the_same(
    hass: HomeAssistant,
    stage: Stage,
    dispenser: FakeDispenser,
    lines: list[dict[str, str | None]],
    log: Log,
) -> None:
    entry = await set_up_site(hass)
    await ask(hass)
    assert lines[-1]["message"] == "gave 60 cm without recognising anybody"
    await unload(hass, entry)
