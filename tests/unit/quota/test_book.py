"""The book: how much paper each visitor had, and until when that is remembered."""

import numpy as np
import pytest

from custom_components.facequota.quota.account import RESERVATION_S
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.cohort import Cohort
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold

from .books import TEMPLE, between, make_book, refused, reserved, visit
from .people import DIMENSION, crowd, face, far


def test_a_new_visitor_gets_paper(book: Book) -> None:
    """Without enrolment and without a name."""
    reservation = reserved(book.request(face(1), 60, 0))
    assert reservation.new
    assert reservation.distance is None
    assert reservation.next_portion_at == 540


def test_a_returning_visitor_is_told_when_the_next_portion_comes(book: Book) -> None:
    """Exactly, and at that time it is there."""
    visit(book, 1, 0)
    refusal = refused(book.request(face(1, away=0.05), 60, 100))
    assert refusal.next_portion_at == 540
    assert refusal.available_cm == pytest.approx(60 * 100 / 540)
    assert refusal.distance == pytest.approx(0.05, abs=1e-3)
    assert reserved(book.request(face(1), 60, 540)).new


def test_another_visitor_gets_paper_meanwhile(book: Book) -> None:
    """One visitor's quota is nobody else's."""
    visit(book, 1, 0)
    other = reserved(book.request(face(2), 60, 10))
    assert other.new
    assert other.distance == pytest.approx(2**0.5, abs=1e-3)


def test_two_requests_of_one_face_at_the_same_moment_get_one_portion(
    book: Book,
) -> None:
    """The second dispenser sees the first one's reservation."""
    reserved(book.request(face(1), 60, 0))
    assert refused(book.request(face(1), 60, 0)).next_portion_at == 540


def test_a_known_visitor_may_have_what_is_left() -> None:
    """An allowance of two portions is a second helping for the same visitor."""
    book = make_book(Rule(allowance_cm=120, window_s=1_080))
    first = reserved(book.request(face(1), 60, 0))
    second = reserved(book.request(face(1), 60, 1))
    assert second.visitor == first.visitor
    assert not second.new
    assert refused(book.request(face(1), 60, 2)).next_portion_at == 540


def test_a_jam_is_charged_only_for_what_came_out(book: Book) -> None:
    """20 of 60 cm: the rest can be had at once, as much again in a third of the time."""
    settlement = book.settle(reserved(book.request(face(1), 60, 0)), 20, 0)
    assert settlement.charged_cm == pytest.approx(20)
    assert settlement.next_portion_at == pytest.approx(180)
    reserved(book.request(face(1), 40, 0))


def test_a_motor_that_ran_on_makes_nobody_wait_longer_than_the_window(
    book: Book,
) -> None:
    """A machine's fault is not the visitor's."""
    settlement = book.settle(reserved(book.request(face(1), 60, 0)), 90, 5)
    assert settlement.next_portion_at == 545
    assert book.statistics(5).longest_left_s == 540


def test_settling_twice_charges_once() -> None:
    """The same request pays once."""
    book = make_book(Rule(allowance_cm=120, window_s=1_080))
    reservation = reserved(book.request(face(1), 60, 0))
    assert book.settle(reservation, 60, 1).charged_cm == pytest.approx(60)
    assert book.settle(reservation, 60, 2).charged_cm == 0
    reserved(book.request(face(1), 60, 3))


def test_a_reservation_past_its_deadline_is_given_back(book: Book) -> None:
    """In the visitor's favour, and a late settlement changes nothing."""
    reservation = reserved(book.request(face(1), 60, 0))
    assert book.next_expiry() == RESERVATION_S == reservation.expires_at
    refused(book.request(face(1), 60, RESERVATION_S - 0.5))
    assert book.expire(RESERVATION_S) == 1
    assert book.settle(reservation, 60, RESERVATION_S).charged_cm == 0
    assert book.statistics(RESERVATION_S).faces == 0


def test_one_of_two_who_look_alike_is_not_refused_for_the_other() -> None:
    """The nearest has had paper, but it may be the one who has not."""
    book = make_book(Rule(allowance_cm=120, window_s=540))
    visit(book, 1, 0)
    alike = reserved(book.request(face(1, away=0.28), 120, 10))
    book.settle(alike, 120, 13)
    reservation = reserved(book.request(face(1, away=0.15), 60, 20))
    assert reservation.doubtful
    assert reservation.new


def test_two_visitors_who_look_alike_and_had_paper_are_refused() -> None:
    """Whichever of them it is, the answer is the same."""
    book = make_book()
    visit(book, 1, 0)
    second = reserved(book.request(face(1, away=0.28), 60, 10))
    book.settle(second, 60, 13)
    refused(book.request(face(1, away=0.15), 60, 20))


def test_doubt_gives_paper(book: Book) -> None:
    """Alike, but not enough to say no: paper, and the doubt is on record."""
    visit(book, 1, 0)
    reservation = reserved(book.request(face(1, away=between(book)), 60, 10))
    assert reservation.new
    assert reservation.doubtful
    assert not reserved(book.request(face(2), 60, 10)).doubtful


def test_a_template_learns_from_a_sure_return_and_from_no_other(book: Book) -> None:
    """A visitor who came back is recognised by the way they look now."""
    visit(book, 1, 0)
    refused(book.request(face(1, away=0.08), 60, 10))
    assert book.identify(face(1, away=0.08)).distance == pytest.approx(0.04, abs=2e-3)
    at = book.threshold.decide(face(1), far(1)).same - 0.001
    refused(book.request(face(1, away=at + 0.04), 60, 20))
    assert book.identify(face(1, away=0.08)).distance == pytest.approx(0.04, abs=2e-3)


def test_a_lookup_changes_nothing(book: Book) -> None:
    """Neither which visitors are known, nor until when."""
    visit(book, 1, 0)
    before = book.statistics(10)
    assert book.identify(face(1)).visitor is not None
    assert book.identify(face(2)).visitor is None
    assert book.statistics(10) == before


def test_each_visitor_is_counted_once_and_once_more_when_refused(book: Book) -> None:
    """Three staff who test it a hundred times say no more than three people."""
    people = crowd(10)
    for template in people:
        reserved(book.request(template, 60, 0))
    # Of the first one there was nobody to count.
    assert book.fpir_estimate(10).visits == 9
    refused(book.request(people[1], 60, 20))
    counted = book.fpir_estimate(20).visits
    assert counted == 10
    for _ in range(50):
        refused(book.request(people[1], 60, 20))
    assert book.fpir_estimate(20).visits == counted


def test_whom_the_limit_cannot_be_kept_for_gets_paper_and_is_not_remembered() -> None:
    """Not refused, not in anybody's way, and charged what came out."""
    threshold = Threshold(cohort=Cohort.unknown(DIMENSION), limit=0.001)
    book = Book(rule=TEMPLE, threshold=threshold, dimension=DIMENSION)
    for now in (0, 10):
        identity = book.identify(face(1))
        assert identity.visitor is None
        assert not identity.is_certain
        reservation = reserved(book.request(face(1), 60, now))
        assert reservation.visitor is None
        assert book.settle(reservation, 50, now + 3).charged_cm == 50
        statistics = book.statistics(now + 3)
        assert (statistics.faces, statistics.open_reservations) == (0, 0)


def test_a_new_rule_makes_nobody_wait_longer(book: Book) -> None:
    """A longer window keeps the told time; a shorter one ends it sooner."""
    visit(book, 1, 0)
    book.set_rule(Rule(allowance_cm=60, window_s=3_600), 10)
    assert refused(book.request(face(1), 60, 10)).next_portion_at == 540
    book.set_rule(Rule(allowance_cm=60, window_s=60), 20)
    assert refused(book.request(face(1), 60, 20)).next_portion_at <= 80
    assert book.rule.window_s == 60


def test_a_jam_under_a_new_rule_leaves_no_debt() -> None:
    """What was reserved under the old rule is given back whole."""
    book = make_book()
    reservation = reserved(book.request(face(1), 60, 0))
    book.set_rule(Rule(allowance_cm=120, window_s=540), 1)
    book.settle(reservation, 0, 2)
    assert book.statistics(2).faces == 0


def test_a_rule_whose_allowance_is_smaller_than_an_open_portion(book: Book) -> None:
    """The settlement still tells a time."""
    reservation = reserved(book.request(face(1), 60, 0))
    book.set_rule(Rule(allowance_cm=30, window_s=270), 1)
    assert book.settle(reservation, 60, 2).next_portion_at <= 272


def test_statistics_are_about_the_window_and_not_about_a_visitor(book: Book) -> None:
    """Counts and times only."""
    visit(book, 1, 0)
    visit(book, 2, 50)
    reserved(book.request(face(3), 60, 60))
    figures = book.statistics(100)
    assert (figures.faces, figures.most_faces_ever, figures.open_reservations) == (
        3,
        3,
        1,
    )
    assert figures.longest_left_s == 500
    assert figures.oldest_s == 100
    book.purge(100)
    figures = book.statistics(100)
    assert (figures.faces, figures.most_faces_ever) == (0, 3)
    assert (figures.longest_left_s, figures.oldest_s) == (0, 0)


@pytest.mark.parametrize(
    ("probe", "cm", "now"),
    [
        (np.full(DIMENSION, np.nan, np.float32), 60, 0),
        (np.zeros(64, np.float32), 60, 0),
        (face(1), float("nan"), 0),
        (face(1), -1, 0),
        (face(1), 0, 0),
        (face(1), 61, 0),
        (face(1), 60, float("inf")),
    ],
)
def test_bad_numbers_change_nothing(
    book: Book, probe: np.ndarray, cm: float, now: float
) -> None:
    """Neither an account nor a template comes of them."""
    with pytest.raises(ValueError):
        book.request(probe, cm, now)
    assert book.statistics(0).faces == 0


def test_a_bad_measurement_leaves_the_reservation_to_be_settled(book: Book) -> None:
    """A sensor's NaN is not a settlement."""
    reservation = reserved(book.request(face(1), 60, 0))
    for cm in (float("nan"), -1.0):
        with pytest.raises(ValueError):
            book.settle(reservation, cm, 1)
    assert book.settle(reservation, 30, 2).charged_cm == pytest.approx(30)
