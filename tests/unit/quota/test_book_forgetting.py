"""When the book forgets visitors: at their time, at a purge, and when they ask for it."""

from custom_components.facequota.quota.book import Book, PurgeCounts

from .books import between, make_book, refused, reserved, visit
from .people import face


def test_a_visitor_who_got_nothing_is_forgotten_at_once(book: Book) -> None:
    """A face without paper on its account has no purpose."""
    book.settle(reserved(book.request(face(1), 60, 0)), 0, 5)
    assert book.statistics(5).faces == 0


def test_a_visitor_is_gone_at_their_tat(book: Book) -> None:
    """Not a moment later, and the book says when that is."""
    visit(book, 1, 0)
    visit(book, 2, 100)
    assert book.next_expiry() == 540
    assert book.expire(539.9) == 0
    assert book.expire(540) == 1
    assert book.next_expiry() == 640
    assert book.statistics(640).faces == 0
    assert book.next_expiry() is None


def test_ids_are_random_and_never_used_again(book: Book) -> None:
    """The same face in another window is somebody else."""
    names = set()
    for turn in range(20):
        names.add(reserved(book.request(face(1), 60, turn)).visitor)
        book.purge(turn)
    assert len(names) == 20


def test_a_purge_forgets_everybody_and_counts_them(book: Book) -> None:
    """Its second receipt is empty, and everybody gets paper again."""
    visit(book, 1, 0)
    visit(book, 2, 1)
    running = reserved(book.request(face(3), 60, 2))
    assert book.purge(3) == PurgeCounts(faces=3, reservations=1)
    assert book.purge(3) == PurgeCounts(faces=0, reservations=0)
    assert book.settle(running, 60, 4).charged_cm == 0
    assert reserved(book.request(face(1), 60, 5)).new


def test_a_purge_by_age_leaves_the_latest(book: Book) -> None:
    """Who had paper longer ago than that is forgotten."""
    visit(book, 1, 0)
    visit(book, 2, 200)
    assert book.purge(300, older_than_s=150).faces == 1
    assert reserved(book.request(face(1), 60, 300)).new
    refused(book.request(face(2), 60, 300))
    assert book.purge(300, older_than_s=0).faces == 2


def test_purge_by_age_never_misses_an_older_visitor() -> None:
    """Half an allowance taken long ago counts as long ago."""
    book = make_book()
    book.settle(reserved(book.request(face(1), 30, 0)), 30, 3)
    assert book.purge(200, older_than_s=200).faces == 1


def test_forget_removes_every_visitor_who_may_be_this_person(book: Book) -> None:
    """A visitor can ask for it at the machine."""
    visit(book, 1, 0)
    visit(book, 2, 0)
    assert book.forget(face(1, away=0.1), 10)
    assert not book.forget(face(1), 10)
    assert book.statistics(10).faces == 1
    assert reserved(book.request(face(1), 60, 10)).new


def test_forget_falls_on_the_side_of_forgetting(book: Book) -> None:
    """Where a request would doubt, forget forgets."""
    visit(book, 1, 0)
    assert book.forget(face(1, away=between(book)), 10)
