"""A stream's time stamps tell when its pictures were begun; arrival alone does not."""

import math
import random

import pytest

from custom_components.facequota.recognition.stream_clock import SETTLED_S, StreamClock

FRAME_S = 0.04
# What lies between a camera's clock and ours.
OFFSET = 1000.0
WAY_S = 0.05
# Packets after which a delay is known.
ENOUGH = math.ceil(SETTLED_S / FRAME_S) + 2


class Camera:
    """Sends packets to a clock, as they are taken or later."""

    def __init__(self) -> None:
        """Begin at no particular moment."""
        self.clock = StreamClock()
        self.taken = 50.0
        self.ahead = 0.0
        """How far its own clock has jumped."""

    def send(self, packets: int, *, kept_s: float = 0.0, speed: float = 1.0) -> None:
        """Take packets, each of which is kept on its way for so long."""
        for _ in range(packets):
            self.taken += FRAME_S
            self.clock.packet(
                self.taken + OFFSET + WAY_S + kept_s, self.taken * speed + self.ahead
            )

    def backlog(self, packets: int, *, part: float = 0.0025) -> None:
        """Send what lay ready, in this part of the time in which it was taken."""
        now = self.taken + packets * FRAME_S + OFFSET + WAY_S
        for number in range(packets):
            self.taken += FRAME_S
            self.clock.packet(now + number * FRAME_S * part, self.taken + self.ahead)

    @property
    def told(self) -> float:
        """Return how long after it was taken the newest picture is said to be begun."""
        stamp = self.taken + self.ahead
        return self.clock.begun_after(stamp) - OFFSET - self.taken


def test_a_picture_is_begun_when_it_was_taken_but_for_the_way() -> None:
    camera = Camera()
    camera.send(50)
    assert camera.told == pytest.approx(WAY_S, abs=0.001)


def test_before_the_delay_has_settled_no_age_is_known() -> None:
    camera = Camera()
    for _ in range(int(SETTLED_S / FRAME_S)):
        assert camera.told == -math.inf
        camera.send(1)
    camera.send(2)
    assert camera.told == pytest.approx(WAY_S)


def test_what_lay_ready_at_the_opening_is_of_no_known_age() -> None:
    camera = Camera()
    camera.backlog(75)
    assert camera.told == -math.inf
    camera.send(ENOUGH)
    assert camera.told == pytest.approx(WAY_S, abs=0.01)


def test_segments_that_come_at_once_are_never_of_known_age() -> None:
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


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.8])
def test_what_lay_ready_is_of_no_known_age_however_slow_it_comes(part: float) -> None:
    """By a link that takes hardly more than the stream, for example."""
    camera = Camera()
    camera.backlog(100, part=part)
    assert camera.told == -math.inf


def test_a_network_that_jitters_is_learnt_all_the_same() -> None:
    camera = Camera()
    rng = random.Random(1)
    for _ in range(50):
        camera.send(1, kept_s=rng.uniform(0, 0.04))
    assert camera.told == pytest.approx(WAY_S, abs=0.02)


def test_a_network_that_delivers_several_packets_at_a_time_is_learnt() -> None:
    """A radio that sleeps in between."""
    camera = Camera()
    for _ in range(10):
        camera.backlog(3)
    assert camera.told == pytest.approx(WAY_S, abs=3 * FRAME_S)


def test_a_slow_camera_is_learnt_by_its_few_pictures() -> None:
    clock = StreamClock()
    for number in range(3):
        clock.packet(OFFSET + 0.5 * number, 0.5 * number)
    assert clock.begun_after(1.0) == pytest.approx(OFFSET + 1.0, abs=0.001)


def test_pictures_that_wait_for_a_later_one_come_in_another_order() -> None:
    """None is said to be begun later than it was sent (B-frames)."""
    clock = StreamClock()
    for group in range(30):
        begun = group * 3 * FRAME_S
        for place, shown in enumerate((3, 1, 2)):
            arrival = OFFSET + begun + (3 + place) * FRAME_S
            assert clock.packet(arrival, begun + shown * FRAME_S)
            assert clock.begun_after(begun + shown * FRAME_S) <= arrival
    assert clock.begun_after(0.0) == pytest.approx(OFFSET, abs=FRAME_S)


@pytest.mark.parametrize("jump", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_clock_that_jumps_is_learnt_anew(jump: float) -> None:
    camera = Camera()
    camera.send(50)
    camera.ahead = jump
    assert not camera.clock.packet(
        camera.taken + OFFSET + WAY_S + FRAME_S, camera.taken + FRAME_S + jump
    )
    assert camera.told == -math.inf
    camera.taken += FRAME_S
    camera.send(ENOUGH)
    assert camera.told == pytest.approx(WAY_S, abs=0.001)


def test_a_clock_that_jumps_while_packets_are_kept_makes_no_old_picture_new() -> None:
    camera = Camera()
    camera.send(50)
    camera.ahead = 10.0
    camera.backlog(50)
    assert camera.told == -math.inf


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


def test_without_time_stamps_no_age_is_known() -> None:
    clock = StreamClock()
    for arrival in range(50):
        clock.packet(float(arrival), None)
    assert clock.begun_after(None) == -math.inf
