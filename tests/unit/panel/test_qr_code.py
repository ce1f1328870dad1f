"""A code that is drawn is read by somebody else's reader."""

import numpy as np
import pytest
import zxingcpp

from custom_components.facequota.panel.papers.qr_code import (
    MAX_BYTES,
    QUIET,
    qr_code,
    qr_grid,
)

ADDRESS = "http://homeassistant.local:8123/facequota/notice/01KA0000000000000000000000"


def read(text: str) -> list[str]:
    """Return what a reader finds in the code of a text, with its light margin."""
    dark = np.pad(np.array(qr_grid(text)), QUIET).repeat(4, 0).repeat(4, 1)
    picture = np.where(dark, 0, 255).astype(np.uint8)
    return [one.text for one in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize(
    "text", [ADDRESS, "a", "公共卫生间", *("x" * n for n in range(5, MAX_BYTES + 1, 4))]
)
def test_every_size_of_a_code_is_read(text: str) -> None:
    assert read(text) == [text]


def test_a_code_is_read_with_a_stain_on_it() -> None:
    """Error correction of level M: about a seventh of it may be spoilt."""
    grid = np.array(qr_grid(ADDRESS))
    grid[14:19, 14:19] = True
    dark = np.pad(grid, QUIET).repeat(4, 0).repeat(4, 1)
    found = zxingcpp.read_barcodes(np.where(dark, 0, 255).astype(np.uint8))
    assert [one.text for one in found] == [ADDRESS]


def test_what_does_not_fit_has_no_code_and_breaks_nothing() -> None:
    assert qr_code("x" * (MAX_BYTES + 1)) is None
    assert qr_code("x" * MAX_BYTES) is not None
