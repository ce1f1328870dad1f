"""Stickers for the buttons: what the site's dispensers have, in two languages."""

from http import HTTPStatus

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.facequota.panel.papers.facts import DispenserFacts
from custom_components.facequota.panel.papers.stickers import stickers
from custom_components.facequota.panel.pictograms import PICTOGRAMS


def facts(**have: bool) -> DispenserFacts:
    """Return a dispenser with some of the buttons."""
    none = dict.fromkeys(
        ("open_button", "urgent_button", "forget_button", "hold_for_open"), False
    )
    return DispenserFacts(
        name="Entrance",
        suspended=False,
        firmware=None,
        **{**none, "hold_to_forget": False, **have},
    )


@pytest.mark.parametrize(
    ("dispensers", "needed"),
    [
        ([], [("face", 0), ("open", 0), ("urgent", 0), ("forget", 0)]),
        ([facts()], [("face", 0)]),
        (
            [facts(open_button=True, hold_for_open=True, hold_to_forget=True)],
            [("face", 0), ("open", 1)],
        ),
        (
            [
                facts(
                    open_button=True,
                    urgent_button=True,
                    forget_button=True,
                    hold_to_forget=True,
                )
            ]
            * 2,
            [("face", 0), ("open", 0), ("urgent", 5), ("forget", 5)],
        ),
        (
            [
                facts(open_button=True, hold_for_open=True, hold_to_forget=True),
                facts(open_button=True, forget_button=True),
            ],
            [("face", 0), ("open", 0), ("open", 1), ("forget", 0)],
        ),
    ],
    ids=["none yet", "one button", "held", "two of the same", "two kinds"],
)
def test_there_is_a_sticker_for_each_way_that_some_button_has(
    dispensers: list[DispenserFacts], needed: list[tuple[str, int]]
) -> None:
    assert [tuple(one) for one in stickers(dispensers)] == needed


async def test_a_sticker_has_the_display_s_pictogram_and_two_languages(
    hass_client: ClientSessionGenerator, open_site: MockConfigEntry
) -> None:
    client = await hass_client()
    path = f"/api/facequota/papers/{open_site.entry_id}/en/stickers.html"
    page = await (await client.get(f"{path}?second=zh-Hans")).text()
    for said in (
        '<strong lang="en">Paper without a face</strong>',
        '<strong lang="zh-Hans">不刷脸取纸</strong>',
        PICTOGRAMS["open"],
        "size: A4",
    ):
        assert said in page
    one = await (await client.get(path)).text()
    assert "不刷脸取纸" not in one
    assert one.count('lang="en">Paper without a face') == 1


@pytest.mark.parametrize("rest", ["stickers.html?second=xx", "stickers.txt"])
async def test_there_are_no_other_stickers(
    hass_client: ClientSessionGenerator, open_site: MockConfigEntry, rest: str
) -> None:
    client = await hass_client()
    answer = await client.get(f"/api/facequota/papers/{open_site.entry_id}/en/{rest}")
    assert answer.status == HTTPStatus.NOT_FOUND
