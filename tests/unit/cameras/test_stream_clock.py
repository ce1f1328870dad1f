"""A stream's time stamps tell when its pictures were begun; arrival alone does not."""

from itertools import count
import math

import pytest

from custom_components.facequota.recognition.stream_clock import MIN_PACED, StreamClock

FRAME_S = 0.04
# What lies between a camera's clock and ours.
OFFSET = 1000.0
WAY_S = 0.05


class Camera:
    """Sends packets to a clock, as they are taken or later."""

    def __init__(self) -> None:
        """Begin at no particular moment."""
        self.clock = StreamClock()
        self.taken = 50.0
        self.free_at = 0.0

    def send(self, packets: int, *, kept_s: float = 0.0, speed: float = 1.0) -> None:
        """Take packets, each of which is kept on its way for so long."""
        for _ in range(packets):
            self.taken += FRAME_S
            self.clock.packet(self.taken + OFFSET + WAY_S + kept_s, self.taken * speed)

    def backlog(self, packets: int) -> None:
        """Send at once what lay ready."""
        now = self.taken + packets * FRAME_S + OFFSET + WAY_S
        for number in range(packets):
            self.taken += FRAME_S
            self.clock.packet(now + number * 1e-4, self.taken)

    @property
    def told(self) -> float:
        """Return how long after it was taken the newest picture is said to be begun."""
        return self.clock.begun_after(self.taken) - OFFSET - self.taken


def test_a_picture_is_begun_when_it_was_taken_but_for_the_way() -> None:
    camera = Camera()
    camera.send(50)
    assert camera.told == pytest.approx(WAY_S, abs=0.001)


def test_before_packets_were_waited_for_no_age_is_known() -> None:
    camera = Camera()
    for sent in count():
        if sent > MIN_PACED:
            break
        assert camera.told == -math.inf
        camera.send(1)
    assert camera.told == pytest.approx(WAY_S)


def test_what_lay_ready_at_the_opening_is_of_no_known_age() -> None:
    camera = Camera()
    camera.backlog(75)
    assert camera.told == -math.inf
    camera.send(MIN_PACED + 1)
    assert camera.told == pytest.approx(WAY_S, abs=0.01)


def test_segments_that_come_at_once_are_never_of_now() -> None:
    """A playlist's: nobody knows how long they were ready."""
    camera = Camera()
    for _ in range(10):
        camera.backlog(50)
        assert camera.told == -math.inf


def test_what_was_kept_on_the_way_is_as_old_as_it_is() -> None:
    camera = Camera()
    camera.send(50)
    camera.send(1, kept_s=2.0)
    assert camera.told == pytest.approx(WAY_S, abs=0.001)
    # It arrived two seconds after that.
    camera.send(200, kept_s=2.0)
    assert camera.told == pytest.approx(WAY_S, abs=0.01)


def test_a_camera_whose_clock_runs_slow_is_not_taken_for_a_late_one() -> None:
    """An hour at 100 ppm are 0.36 s."""
    camera = Camera()
    camera.send(90_000, speed=1 - 1e-4)
    arrival = camera.taken + OFFSET + WAY_S
    assert arrival - camera.clock.begun_after(camera.taken * (1 - 1e-4)) < 0.01


def test_a_camera_that_begins_anew_is_learnt_anew() -> None:
    camera = Camera()
    camera.send(50)
    camera.clock.packet(camera.taken + OFFSET, 0.0)
    assert camera.clock.begun_after(0.0) == -math.inf


def test_without_time_stamps_nothing_is_of_now() -> None:
    clock = StreamClock()
    for arrival in range(50):
        clock.packet(float(arrival), None)
    assert clock.begun_after(None) == -math.inf
