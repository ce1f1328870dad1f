"""Books of the tests, and visits to them."""

from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.quota.book import Book
from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.threshold import Threshold

from .people import DIMENSION, any_face, face, far

TEMPLE = Rule(allowance_cm=60, window_s=540)


def make_book(rule: Rule = TEMPLE) -> Book:
    """Return an empty book."""
    threshold = Threshold(cohort=any_face(), limit=0.001)
    return Book(rule=rule, threshold=threshold, dimension=DIMENSION)


def refused(answer: object) -> Refusal:
    """Return the answer as the refusal that it has to be."""
    assert isinstance(answer, Refusal)
    return answer


def visit(book: Book, person: int, now: float, *, cm: float = 60) -> None:
    """Let a person have a portion, all of which comes out."""
    book.settle(reserved(book.request(face(person), cm, now)), cm, now + 3)


def between(book: Book) -> float:
    """Return a distance to a single template that is neither the same nor new."""
    near = book.threshold.decide(face(1), far(1))
    return (near.same + near.doubt) / 2


def reserved(answer: Reservation | Refusal) -> Reservation:
    """Return the answer as the reservation that it has to be."""
    assert isinstance(answer, Reservation)
    return answer
