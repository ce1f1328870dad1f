"""Several frames of one visit make one probe."""

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.facequota.recognition.engine import Guidance, Sighting
from custom_components.facequota.recognition.fuse import fuse


def frame(
    template: list[float] | None, *, quality: float = 0.5, dtype: type = np.float32
) -> Sighting:
    """Return a sighting; without a template it carries guidance."""
    return Sighting(
        guidance=None if template else Guidance.HOLD_STILL,
        template=np.array(template, dtype) if template else None,
        quality=quality,
        face_height_px=100.0,
        faces=1,
        recognition_ms=1.0,
    )


def of(*sightings: Sighting) -> NDArray[np.float32]:
    """Return the probe, which must be there."""
    probe = fuse(sightings)
    assert probe is not None
    return probe


def test_without_a_usable_frame_there_is_no_probe() -> None:
    assert fuse([]) is None
    assert fuse([frame(None), frame(None)]) is None


def test_one_usable_frame_is_the_probe() -> None:
    assert of(frame(None), frame([3, 4])).tolist() == pytest.approx([3, 4])


def test_the_probe_points_to_the_middle_of_the_frames() -> None:
    probe = of(frame([1, 0]), frame([0, 1]))
    assert probe[0] == pytest.approx(probe[1])
    assert probe.dtype == np.float32


def test_unit_templates_give_a_unit_probe() -> None:
    probe = of(frame([1, 0]), frame([0.6, 0.8]), frame([0.8, 0.6]))
    assert np.linalg.norm(probe) == pytest.approx(1)


def test_only_the_best_three_frames_count() -> None:
    good = [frame([1, 0], quality=0.9)] * 3
    bad = [frame([0, 1], quality=0.1)] * 5
    assert of(*bad, *good).tolist() == pytest.approx([1, 0])


def test_frames_that_cancel_each_other_out_are_no_face() -> None:
    assert fuse([frame([1, 0]), frame([-1, 0])]) is None
