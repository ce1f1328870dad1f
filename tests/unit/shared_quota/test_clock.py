"""The server's clock in an instance's own time."""

import pytest

from custom_components.facequota.shared_quota.clock import ServerClock


def test_the_quickest_answer_says_what_time_it_is() -> None:
    clock = ServerClock()
    clock.learn(100.0, 100.8, 5_000_000.0)
    clock.learn(101.0, 101.002, 5_001_001.0)
    assert clock.monotonic(5_001_001.0) == pytest.approx(101.001)
    clock.learn(102.0, 102.9, 5_002_100.0)
    assert clock.monotonic(5_001_001.0) == pytest.approx(101.001)
    assert clock.server_ms(101.001) == pytest.approx(5_001_001.0)


def test_a_server_whose_clock_was_set_is_believed_at_once() -> None:
    clock = ServerClock()
    clock.learn(100.0, 100.002, 5_000_000.0)
    clock.learn(101.0, 101.004, 9_000_000.0)
    assert clock.monotonic(9_000_000.0) == pytest.approx(101.002)
