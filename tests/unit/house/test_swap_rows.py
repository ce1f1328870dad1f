"""The limits of bench.cameras."""

import pytest

from bench.swap_rows import Row, show


def row(**values: object) -> Row:
    """Return the row of a camera that is as it must be, but for some values."""
    fine: dict[str, object] = {
        "camera": "mjpeg",
        "engine": "ncnn",
        "condition": "running",
        "most_ms": 250.0,
        "swaps": 3,
        "waits_ms": [200.0, 210.0, 220.0],
        "ages_ms": [50.0, 60.0],
    }
    return Row(**(fine | values))  # type: ignore[arg-type]


def test_a_camera_is_good_when_nobody_was_refused_and_all_were_served_in_time() -> None:
    assert row().good
    assert row(most_ms=None, waits_ms=[2000.0, 2100.0]).good
    assert row(waits_ms=[], open_lane=3).good
    # An older picture may be compared with, as long as it decides nothing.
    assert row(older=3).good


@pytest.mark.parametrize(
    "worse",
    [{"refused": 1}, {"waits_ms": [200.0] * 18 + [400.0, 400.0]}],
    ids=["B refused", "slow"],
)
def test_one_wrong_refusal_is_one_too_many_and_so_is_a_long_wait(
    worse: dict[str, object],
) -> None:
    assert not row(**worse).good
    assert "<-" in show([row(), row(**worse)])
    assert row(**worse).as_json()["good"] is False
