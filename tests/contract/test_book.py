"""One suite over every book: in memory, on Valkey, on Redis."""

import asyncio

import numpy as np
import pytest

from custom_components.facequota.quota.gcra import Rule
from custom_components.facequota.quota.protocol import AnyBook, PurgeCounts, Reservation
from tests.unit.quota.people import DIMENSION, face

from .conftest import OpenBook
from .gates import now, refused, reserved, until

SHORT = Rule(allowance_cm=60, window_s=1.5)
HALVES = Rule(allowance_cm=120, window_s=540)
# A shared book compares two clocks; its times are as exact as a message is fast.
CLOSE = 0.5


async def visit(book: AnyBook, person: int, *, cm: float = 60) -> Reservation:
    """Let a person have a portion, all of which comes out."""
    reservation = reserved(await book.reserve(face(person), cm, now()))
    book.settle(reservation, cm, now())
    return reservation


async def faces(book: AnyBook, person: int) -> bool:
    """Return whether somebody is remembered."""
    return book.identify(face(person)).visitor is not None


async def test_a_new_visitor_gets_paper_and_is_told_when_there_is_more(
    open_book: OpenBook,
) -> None:
    book = await open_book()
    at = now()
    reservation = reserved(await book.reserve(face(1), 60, at))
    assert reservation.new
    assert reservation.cm == 60
    assert reservation.distance is None
    assert reservation.next_portion_at == pytest.approx(at + 540, abs=CLOSE)


async def test_a_returning_visitor_is_told_when_the_next_portion_comes(
    open_book: OpenBook,
) -> None:
    book = await open_book()
    first = await visit(book, 1)
    refusal = refused(await book.reserve(face(1, away=0.05), 60, now()))
    assert refusal.next_portion_at == pytest.approx(first.next_portion_at, abs=CLOSE)
    assert refusal.available_cm == pytest.approx(0, abs=5)
    assert refusal.distance == pytest.approx(0.05, abs=1e-3)


async def test_a_visitor_who_comes_when_told_gets_paper(open_book: OpenBook) -> None:
    book = await open_book(SHORT)
    first = await visit(book, 1)
    refusal = refused(await book.reserve(face(1), 60, now()))
    assert refusal.next_portion_at == pytest.approx(first.next_portion_at, abs=CLOSE)
    await asyncio.sleep(max(0.0, refusal.next_portion_at - now()))
    assert reserved(await book.reserve(face(1), 60, now()))


async def test_another_visitor_gets_paper_meanwhile(open_book: OpenBook) -> None:
    book = await open_book()
    await visit(book, 1)
    assert reserved(await book.reserve(face(2), 60, now())).new


async def test_one_face_at_two_gates_at_once_gets_one_portion(
    open_book: OpenBook,
) -> None:
    one, other = await open_book(), await open_book()
    answers = await asyncio.gather(
        *(book.reserve(face(1), 60, now()) for book in (one, other) * 4)
    )
    assert sum(isinstance(answer, Reservation) for answer in answers) == 1


async def test_a_visitor_who_had_paper_at_one_gate_is_known_at_the_other(
    open_book: OpenBook,
) -> None:
    one, other = await open_book(), await open_book()
    first = await visit(one, 1)
    refusal = refused(await other.reserve(face(1), 60, now()))
    assert refusal.next_portion_at == pytest.approx(first.next_portion_at, abs=CLOSE)


async def test_a_known_visitor_may_have_what_is_left(open_book: OpenBook) -> None:
    book = await open_book(HALVES)
    await visit(book, 1)
    second = reserved(await book.reserve(face(1), 60, now()))
    assert not second.new
    refused(await book.reserve(face(1), 60, now()))


async def test_a_jam_is_charged_only_for_what_came_out(open_book: OpenBook) -> None:
    one, other = await open_book(), await open_book()
    reservation = reserved(await one.reserve(face(1), 60, now()))
    settlement = one.settle(reservation, 20, now())
    assert settlement.charged_cm == pytest.approx(20)
    assert settlement.next_portion_at == pytest.approx(now() + 180, abs=CLOSE)
    await until(lambda: other.identify(face(1)).visitor)
    assert reserved(await other.reserve(face(1), 40, now()))


async def test_a_visitor_who_got_nothing_is_forgotten_everywhere(
    open_book: OpenBook,
) -> None:
    one, other = await open_book(), await open_book()
    reservation = reserved(await one.reserve(face(1), 60, now()))
    await until(lambda: other.identify(face(1)).visitor)
    assert one.settle(reservation, 0, now()).charged_cm == 0
    assert one.identify(face(1)).visitor is None
    await until(lambda: other.identify(face(1)).visitor is None)


async def test_a_motor_that_ran_on_makes_nobody_wait_longer_than_the_window(
    open_book: OpenBook,
) -> None:
    book = await open_book()
    reservation = reserved(await book.reserve(face(1), 60, now()))
    settlement = book.settle(reservation, 500, now())
    assert settlement.charged_cm == pytest.approx(60, abs=1)
    refusal = refused(await book.reserve(face(1), 60, now()))
    assert refusal.next_portion_at <= now() + 540 + CLOSE


async def test_settling_twice_charges_once(open_book: OpenBook) -> None:
    book = await open_book(HALVES)
    reservation = reserved(await book.reserve(face(1), 60, now()))
    assert book.settle(reservation, 60, now()).charged_cm == pytest.approx(60)
    assert book.settle(reservation, 60, now()).charged_cm == 0
    assert reserved(await book.reserve(face(1), 59, now()))


async def test_a_visitor_is_gone_everywhere_at_their_tat(open_book: OpenBook) -> None:
    one, other = await open_book(SHORT), await open_book(SHORT)
    await visit(one, 1)
    await until(lambda: other.identify(face(1)).visitor)
    times = [book.next_expiry() for book in (one, other)]
    for book, at in zip((one, other), times, strict=True):
        assert at is not None
        assert at <= now() + SHORT.window_s + CLOSE
        await asyncio.sleep(max(0.0, at - now()))
        book.expire(now())
        assert book.identify(face(1)).visitor is None


async def test_a_purge_forgets_everybody_everywhere(open_book: OpenBook) -> None:
    one, other = await open_book(), await open_book()
    await visit(one, 1)
    reserved(await other.reserve(face(2), 60, now()))
    await until(lambda: one.identify(face(2)).visitor)
    assert one.purge(now()) == PurgeCounts(faces=2, reservations=1)
    assert one.identify(face(1)).visitor is None
    await until(lambda: other.identify(face(1)).visitor is None)
    assert other.identify(face(2)).visitor is None
    assert reserved(await other.reserve(face(1), 60, now())).new


async def test_nothing_is_charged_to_a_visitor_who_was_purged_meanwhile(
    open_book: OpenBook,
) -> None:
    book = await open_book()
    reservation = reserved(await book.reserve(face(1), 60, now()))
    book.purge(now())
    assert book.settle(reservation, 60, now()).charged_cm == 0
    assert reserved(await book.reserve(face(1), 60, now())).new


async def test_a_purge_by_age_leaves_the_latest(open_book: OpenBook) -> None:
    book = await open_book()
    await visit(book, 1)
    await asyncio.sleep(0.3)
    middle = now()
    await asyncio.sleep(0.3)
    await visit(book, 2)
    assert book.purge(now(), older_than_s=now() - middle).faces == 1
    assert await faces(book, 2)
    assert not await faces(book, 1)


async def test_forget_removes_every_visitor_who_may_be_this_person_everywhere(
    open_book: OpenBook,
) -> None:
    one, other = await open_book(), await open_book()
    await visit(one, 1)
    await visit(one, 2)
    await until(lambda: other.identify(face(1)).visitor)
    assert one.forget(face(1, away=0.05), now())
    assert not await faces(one, 1)
    await until(lambda: other.identify(face(1)).visitor is None)
    assert await faces(one, 2)
    assert not one.forget(face(1), now())


async def test_a_new_rule_makes_nobody_wait_longer(open_book: OpenBook) -> None:
    one, other = await open_book(), await open_book()
    await visit(one, 1)
    await until(lambda: other.identify(face(1)).visitor)
    one.set_rule(Rule(allowance_cm=60, window_s=100), now())
    assert one.rule.window_s == 100
    await until(lambda: other.rule.window_s == 100)
    await until(lambda: (other.next_expiry() or 0) <= now() + 100 + CLOSE)
    refusal = refused(await other.reserve(face(1), 60, now()))
    assert refusal.next_portion_at <= now() + 100 + CLOSE


@pytest.mark.parametrize(
    ("probe", "cm"),
    [
        (np.full(DIMENSION, np.nan, np.float32), 60),
        (np.zeros(3, np.float32), 60),
        (face(1), 0),
        (face(1), -1),
        (face(1), float("nan")),
        (face(1), 61),
    ],
)
async def test_bad_numbers_change_nothing(
    open_book: OpenBook, probe: np.ndarray, cm: float
) -> None:
    book = await open_book()
    with pytest.raises(ValueError):
        await book.reserve(probe, cm, now())
    assert reserved(await book.reserve(face(1), 60, now())).new
