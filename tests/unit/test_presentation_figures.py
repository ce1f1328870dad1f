"""The threshold of presentation attacks is chosen by some people and judged by others."""

import pytest

from bench.attack_frames import Frame, visits
from bench.presentation_figures import (
    BELOW_CHOICE,
    MAX_BPCER,
    broken,
    by_kind,
    chosen,
    figures,
)
from custom_components.facequota.recognition.presentation import LIVE_AT_LEAST


def frame(
    live: float | None, kind: str = "door", sitting: str = "1", *, whole: bool = True
) -> Frame:
    """Return what was made of one picture of somebody before a camera, or of a print."""
    return Frame(
        kinds=[kind],
        is_attack=kind == "prints",
        is_before_a_camera=kind == "door" and whole,
        is_whole=whole,
        person=sitting,
        sitting=sitting,
        live=live,
    )


def result(seen: list[Frame], most: float = 1.0) -> dict[str, object]:
    """Return a measurement with these people in the half that chose nothing."""
    return {
        "chosen": most,
        "the other half": {
            kind: figures(group, LIVE_AT_LEAST) for kind, group in by_kind(seen).items()
        },
    }


def test_frames_of_two_sittings_are_no_visit() -> None:
    """Nor is a single frame, and one without a score does not count."""
    seen = [frame(0.5, sitting=one) for one in ("1", "2", "2", "3", "3")]
    seen.append(frame(None, sitting="1"))
    assert visits(seen) == pytest.approx([0.5, 0.5])


def test_the_threshold_is_well_below_what_spares_every_group() -> None:
    """However well the others are seen, and whatever prints and portraits score."""
    seen = [frame(0.9) for _ in range(100)]
    dark = [frame(0.2, "door", "dark") for _ in range(100)]
    for one in dark:
        one.kinds[0] = "door in the dark"
    others = [
        *(frame(0.0, "prints") for _ in range(50)),
        *(frame(0.001, "portraits", whole=False) for _ in range(50)),
    ]
    assert chosen([*seen, *others]) == pytest.approx(0.9 * BELOW_CHOICE)
    assert chosen([*seen, *dark, *others]) == pytest.approx(0.2 * BELOW_CHOICE)


def test_a_group_that_is_suspected_too_often_is_reported() -> None:
    spared = [frame(0.9) for _ in range(100)]
    assert not broken(result(spared))
    wrong = int(2 * MAX_BPCER * 100)
    assert broken(result([*spared, *(frame(0.0) for _ in range(wrong))]))


def test_prints_that_pass_too_often_are_reported() -> None:
    seen = [frame(0.0, "prints") for _ in range(100)]
    assert not broken(result(seen))
    assert broken(result([*seen, *(frame(0.9, "prints") for _ in range(10))]))


def test_portrait_cuts_and_too_few_visits_are_not_judged() -> None:
    """There is not what the network looks at, or too little to say anything."""
    assert not broken(result([frame(0.0, whole=False) for _ in range(100)]))
    assert not broken(result([frame(0.0) for _ in range(20)]))


def test_a_threshold_above_the_chosen_one_is_reported() -> None:
    assert broken(result([], LIVE_AT_LEAST / 2))
    assert not broken(result([], LIVE_AT_LEAST))
