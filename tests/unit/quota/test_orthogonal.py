"""The random orthogonal transform of the templates."""

import numpy as np
import pytest

from custom_components.facequota.quota.orthogonal import random_orthogonal


@pytest.mark.parametrize("dimension", [1, 2, 7, 128])
def test_it_keeps_lengths_and_angles(dimension: int) -> None:
    """Its rows are of length 1 and at right angles."""
    matrix = random_orthogonal(dimension).astype(np.float64)
    assert matrix @ matrix.T == pytest.approx(np.eye(dimension), abs=1e-6)


def test_it_is_drawn_evenly_from_all_there_are() -> None:
    """The trace of such a draw has mean 0 and variance 1, and reflections are half."""
    draws = [random_orthogonal(5).astype(np.float64) for _ in range(2_000)]
    traces = np.array([np.trace(draw) for draw in draws])
    # Five standard errors each.
    assert abs(traces.mean()) < 0.11
    assert traces.var() == pytest.approx(1, abs=0.2)
    assert abs(np.mean([np.linalg.det(draw) for draw in draws])) < 0.11
