"""The camera is read until the answer is sure, and no longer."""

from itertools import chain, repeat

import numpy as np
import pytest

from custom_components.facequota.cameras.places import EarlierPlaces
from custom_components.facequota.quota.account import Refusal
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold
from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.visit import capture
from custom_components.facequota.visit.capture import MAX_FRAMES
from custom_components.facequota.visit.probe import Probe
from tests.unit.quota.people import DIMENSION, any_face, face, far

from .scene import MOVED, NOISE, STILL, EveryPictureCounts, Scene


@pytest.fixture
def book() -> Book:
    """Return a book in which person 1 has had paper."""
    threshold = Threshold(cohort=any_face(), limit=0.001)
    rule = Rule(allowance_cm=60, window_s=540)
    book = Book(rule=rule, threshold=threshold, dimension=DIMENSION)
    book.request(face(1), 60, 0)
    return book


def is_refused(book: Book, probe: Probe) -> bool:
    """Return if the visitor is taken for person 1."""
    assert probe.template is not None
    return isinstance(book.request(probe.template, 60, 10), Refusal)


async def test_a_surely_returning_visitor_is_looked_at_twice(book: Book) -> None:
    """Nobody is refused by one picture, which a camera may have frozen."""
    probe = await Scene(*[face(1, away=0.05)] * 5).probe(book)
    assert probe.frames == 2
    assert is_refused(book, probe)


async def test_a_new_visitor_is_remembered_by_three_frames(book: Book) -> None:
    """Also the very first visitor, before whom nobody was."""
    for known in (book, Book(rule=book.rule, threshold=book.threshold, dimension=128)):
        seen = [face(2), face(2, away=0.2), face(2, away=0.1)]
        probe = await Scene(*seen, *[face(3)] * 5).probe(known)
        assert probe.frames == 3
        assert probe.template is not None
        middle = np.sum(seen, axis=0)
        assert probe.template == pytest.approx(
            middle / np.linalg.norm(middle), abs=NOISE
        )
        assert not is_refused(known, probe)


async def test_a_surely_new_visitor_does_not_wait_for_a_third_frame_if_two_took_long(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow camera, a slow machine, a queue: in doubt alone a third is taken."""
    monkeypatch.setattr(capture, "THIRD_WITHIN_S", -1.0)
    assert (await Scene(*[face(2)] * 5).probe(book)).frames == 2
    near = book.threshold.decide(face(1), far(1))
    doubtful = face(1, away=(near.same + near.doubt) / 2)
    assert (await Scene(*[doubtful] * 5).probe(book)).frames == 3


async def test_doubt_takes_a_third_frame_and_no_fourth(book: Book) -> None:
    near = book.threshold.decide(face(1), far(1))
    for away in ((near.sure + near.same) / 2, (near.same + near.doubt) / 2):
        probe = await Scene(*[face(1, away=away)] * 5).probe(book)
        assert probe.frames == MAX_FRAMES == 3


async def test_a_bad_frame_does_not_count(book: Book) -> None:
    scene = Scene(Guidance.CLOSER, face(2), Guidance.HOLD_STILL, *[face(2)] * 3)
    probe = await scene.probe(book)
    assert probe.frames == 5
    assert scene.guidance == [Guidance.CLOSER, Guidance.HOLD_STILL]


async def test_only_after_two_usable_frames_it_is_enough_to_look_in_the_same_place(
    book: Book,
) -> None:
    """The whole picture tells first whether somebody else stands there too."""
    near_one = face(1, away=0.6)
    scene = Scene(Guidance.ONE_AT_A_TIME, near_one, near_one, near_one)
    await scene.probe(book)
    assert scene.near[:4] == [None] * 4


async def test_one_picture_decides_nothing(book: Book) -> None:
    """It may be frozen since somebody else was there, unlike what the camera held."""
    for seen in (face(1), face(2)):
        probe = await Scene(seen, held=face(1, away=0.2)).probe(book)
        assert (probe.frames, probe.template) == (1, None)
        assert probe.reason is not None


async def test_looking_remembers_nobody(book: Book) -> None:
    await Scene(face(2), face(2)).probe(book)
    assert book.statistics(1).faces == 1


async def test_a_face_that_hangs_is_not_a_visitor_and_causes_no_refusal(
    book: Book,
) -> None:
    """In the same place as in an earlier visit, and it does not move."""
    places = EarlierPlaces()
    for visit, reason in enumerate((None, "hanging_face", "hanging_face")):
        scene = Scene(*[face(1, away=0.05)] * 5)
        scene.places = places
        probe = await scene.probe(book)
        assert probe.reason == reason, visit
    scene = Scene(*[face(1, away=0.05)] * 5)
    scene.places = places
    scene.eyes = (0.41, 0.4, 0.61, 0.4)
    assert (await scene.probe(book)).reason is None


async def test_frames_of_two_people_are_never_mixed(book: Book) -> None:
    """Looking begins again; the person who was in the picture first is not charged."""
    probe = await Scene(face(3), *[face(2)] * 2).probe(book)
    assert probe.reason is None
    assert not is_refused(book, probe)
    probe = await Scene(face(3), face(4), face(5), face(6)).probe(book)
    assert probe.reason == "several_people"


async def test_a_frozen_picture_under_a_running_clock_decides_nothing(
    book: Book,
) -> None:
    for somebody in (1, 2):
        scene = Scene(*[face(somebody)] * 5, held=face(somebody))
        scene.noise = 0.001
        probe = await scene.probe(book)
        assert probe.template is None
        assert probe.reason == "frozen_picture"


async def test_the_same_pixels_are_the_same_picture_however_far_its_templates_are(
    book: Book,
) -> None:
    """A clock near a face moves the template of a frozen picture as a breath would."""
    scene = Scene(*[face(1)] * 5)
    scene.squares = repeat(frozenset(range(64)))
    probe = await scene.probe(book)
    assert probe.template is None
    assert probe.reason == "frozen_picture"


async def test_the_same_pixels_once_are_not_counted_twice(book: Book) -> None:
    """An encoder may send somebody who stands still so; the next picture decides."""
    scene = Scene(*[face(1)] * 3)
    still = frozenset(range(64))
    scene.squares = iter((frozenset(), still, still, frozenset(range(64, 128))))
    probe = await scene.probe(book)
    assert probe.frames == 3
    assert is_refused(book, probe)


async def test_a_face_of_a_stream_that_never_moves_decides_nothing(book: Book) -> None:
    """Its encoder changes pixels and templates of a frozen picture; a sensor does not."""
    for somebody in (1, 2):
        scene = Scene(*[face(somebody)] * 20)
        scene.lines = repeat(STILL)
        scene.is_of_video = True
        probe = await scene.probe(book)
        assert probe.reason == "frozen_picture"
        assert probe.template is None


async def test_nobody_is_refused_by_a_face_that_never_moves(book: Book) -> None:
    """A camera that is frozen may pack its picture anew each time; whoever is new has paper."""
    for somebody, reason in ((1, "frozen_picture"), (2, None)):
        scene = Scene(*[face(somebody, away=0.1)] * 20)
        scene.lines = repeat(STILL)
        probe = await scene.probe(book)
        assert probe.reason == reason
        assert (probe.template is None) is (somebody == 1)


async def test_a_returning_visitor_is_looked_at_until_the_face_has_moved(
    book: Book,
) -> None:
    scene = Scene(*[face(1)] * 20)
    scene.lines = chain(repeat(STILL, 6), repeat(MOVED))
    probe = await scene.probe(book)
    assert probe.frames == 6
    assert is_refused(book, probe)


async def test_what_the_camera_held_ready_decides_nothing(book: Book) -> None:
    probe = await Scene(*[face(2)] * 2, held=face(1)).probe(book)
    assert not is_refused(book, probe)
    probe = await Scene(held=face(1)).probe(book)
    assert probe.template is None


async def test_a_face_for_which_the_limit_cannot_be_kept_is_a_doubt() -> None:
    """The open lane gives the paper; the template serves a request to be forgotten."""
    threshold = Threshold(cohort=Cohort.unknown(DIMENSION), limit=0.001)
    rule = Rule(allowance_cm=60, window_s=540)
    book = Book(rule=rule, threshold=threshold, dimension=DIMENSION)
    probe = await Scene(*[face(2)] * 5).probe(book)
    assert probe.reason == "alike"
    assert probe.template is not None


async def test_the_first_two_pictures_are_looked_at_as_a_whole(book: Book) -> None:
    """Also where the first one counts: only then is one picture told from two."""
    scene = Scene(*[face(2, away=0.2)] * 5, held=Guidance.NO_FACE)
    await scene.probe(book)
    assert scene.near[:2] == [None, None]
    every_one = EveryPictureCounts(*[face(2)] * 5, held=face(2))
    await every_one.probe(book)
    assert every_one.near[:2] == [None, None]
