"""The figures of presentation attacks: error rates, the threshold that people choose, and the limits."""

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any, Final

import numpy as np

from custom_components.facequota.recognition.presentation import LIVE_AT_LEAST, together

from .attack_frames import Combine, Frame, visits
from .lookups import wilson

MAX_APCER: Final = 0.05
MAX_BPCER: Final = 0.03
BELOW_CHOICE: Final = 0.1
"""How far LIVE_AT_LEAST stays below what a few people would allow."""
_MIN_VISITS: Final = 30
COMBINED: Final[dict[str, Combine]] = {
    "geometric mean": together,
    "arithmetic mean": fmean,
    "suspected by both": max,
    "suspected by one": min,
}
"""How the scores of two frames can be made one; the product takes the first."""


def rate(wrong: int, count: int) -> dict[str, float] | None:
    """Return a part with Wilson's interval, which is too narrow where people recur."""
    if not count:
        return None
    low, high = wilson(wrong / count, count)
    return {
        "rate": round(wrong / count, 4),
        "from": round(low, 4),
        "to": round(high, 4),
    }


def figures(seen: Sequence[Frame], threshold: float) -> dict[str, Any]:
    """Return the figures of one attack or one crowd."""
    singles = [frame.live for frame in seen if frame.live is not None]
    twos = visits(seen)
    passing = seen[0].is_attack

    def errors(scores: Sequence[float]) -> dict[str, float] | None:
        said = [(score >= threshold) is passing for score in scores]
        return rate(sum(said), len(said))

    return {
        "is_attack": passing,
        "people": len({frame.person for frame in seen}),
        "frames": len(seen),
        "visits": len(twos),
        "is_judged": len(twos) >= _MIN_VISITS and seen[0].is_whole,
        "no_response": rate(len(seen) - len(singles), len(seen)),
        "one_frame": errors(singles),
        "two_frames": errors(twos),
    }


def chosen(seen: Sequence[Frame], combine: Combine = together) -> float:
    """Return the threshold that these people choose.

    A tenth (BELOW_CHOICE) of the highest at which every group keeps MAX_BPCER. Groups
    are of people before a camera, each in each light.
    """
    groups = by_kind([frame for frame in seen if frame.is_before_a_camera])
    return BELOW_CHOICE * min(
        float(np.quantile(visits(group, combine), MAX_BPCER, method="lower"))
        for group in groups.values()
    )


def ways_to_combine(
    first: Sequence[Frame], second: Sequence[Frame]
) -> dict[str, dict[str, float]]:
    """Return what each way to combine two frames brings at the threshold of one half.

    By the other half: APCER of all prints, and the highest BPCER before a camera.
    """
    people = by_kind([frame for frame in second if frame.is_before_a_camera])
    prints = [frame for frame in second if frame.is_attack and frame.is_whole]

    def below(group: Sequence[Frame], combine: Combine, threshold: float) -> float:
        return fmean(score < threshold for score in visits(group, combine))

    return {
        name: {
            "threshold": (threshold := chosen(first, combine)),
            "apcer": 1 - below(prints, combine, threshold),
            "bpcer": max(below(group, combine, threshold) for group in people.values()),
        }
        for name, combine in COMBINED.items()
    }


def by_kind(seen: Iterable[Frame]) -> dict[str, list[Frame]]:
    """Return frames by attack or crowd."""
    kinds: dict[str, list[Frame]] = {}
    for frame in seen:
        for kind in frame.kinds:
            kinds.setdefault(kind, []).append(frame)
    return kinds


def broken(result: dict[str, Any]) -> list[str]:
    """Return the promised limits that a result misses."""
    wrong = [
        f"the portrait {name} is suspected: {live}"
        for name, live in result.get("portraits", {}).items()
        if live is not None and live < result["threshold"]
    ]
    if (most := result.get("chosen", np.inf)) < LIVE_AT_LEAST:
        wrong.append(f"the threshold is {LIVE_AT_LEAST}, one half chose {most:.4f}")
    for kind, row in result.get("the other half", {}).items():
        limit = MAX_APCER if row["is_attack"] else MAX_BPCER
        if row["is_judged"] and row["two_frames"]["rate"] > limit:
            wrong.append(f"{kind}: {row['two_frames']['rate']}, at most {limit}")
    return wrong
