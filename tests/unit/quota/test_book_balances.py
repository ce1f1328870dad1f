"""Paper out of the machine and paper on the accounts are the same paper."""

from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
import pytest

from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.quota.gcra import Rule

from .books import make_book
from .people import face

RULE = Rule(allowance_cm=100, window_s=500)
PEOPLE = 4


class Ledger:
    """One account's paper, kept as a sum of every movement: slow, obvious, no TAT.

    Once nothing is owed the account is closed. What is still reserved on it concerns
    no later account of the same person.
    """

    def __init__(self) -> None:
        """Owe nothing."""
        self.owed_cm = 0.0
        self.at = 0.0

    def pass_time(self, now: float) -> None:
        """Let the allowance fill up."""
        filled = (now - self.at) * RULE.allowance_cm / RULE.window_s
        self.owed_cm = max(0.0, self.owed_cm - filled)
        self.at = now


class Books(RuleBasedStateMachine):
    """Requests, settlements, faults, purges and time in any order."""

    reservations = Bundle("reservations")

    def __init__(self) -> None:
        """Open the site."""
        super().__init__()
        self.book = make_book(RULE)
        self.now = 0.0
        self.ledgers = [Ledger() for _ in range(PEOPLE)]
        self.open: dict[str, tuple[Ledger, Reservation]] = {}
        self.dispensed_cm = self.charged_cm = self.gift_cm = 0.0

    def _let_time_pass(self) -> None:
        for token, (ledger, reservation) in list(self.open.items()):
            if reservation.expires_at <= self.now:
                del self.open[token]
                ledger.owed_cm = max(0.0, ledger.owed_cm - reservation.cm)
        for ledger in self.ledgers:
            ledger.pass_time(self.now)
        self._close_accounts()

    def _close_accounts(self) -> None:
        for person, ledger in enumerate(self.ledgers):
            if ledger.owed_cm <= 0:
                self.ledgers[person] = Ledger()
                self.ledgers[person].at = self.now

    @rule(seconds=st.floats(0, 200))
    def wait(self, seconds: float) -> None:
        """Nothing happens for a while."""
        self.now += seconds
        self._let_time_pass()

    @rule(
        target=reservations,
        person=st.integers(0, PEOPLE - 1),
        cm=st.sampled_from([10.0, 33.3, 50.0, 100.0]),
        away=st.floats(0, 0.1),
    )
    def ask(
        self, person: int, cm: float, away: float
    ) -> tuple[int, Reservation] | None:
        """Somebody asks for paper."""
        ledger = self.ledgers[person]
        answer = self.book.request(face(person, away=away), cm, self.now)
        there = RULE.allowance_cm - ledger.owed_cm
        if isinstance(answer, Refusal):
            assert there < cm + 0.01
            assert answer.available_cm == pytest.approx(there, abs=0.01)
            wait = (cm - there) * RULE.window_s / RULE.allowance_cm
            assert answer.next_portion_at == pytest.approx(self.now + wait, abs=0.01)
            return None
        assert there > cm - 0.01
        ledger.owed_cm += cm
        self.open[answer.token] = (ledger, answer)
        return person, answer

    @rule(
        which=consumes(reservations),
        share=st.sampled_from([0.0, 0.2, 0.5, 1.0, 1.02]),
        again=st.booleans(),
    )
    def settle(
        self, which: tuple[int, Reservation] | None, share: float, again: bool
    ) -> None:
        """Paper came out: nothing, some, all, or a little more than was asked."""
        if which is None:
            return
        _, reservation = which
        cm = share * reservation.cm
        settlement = self.book.settle(reservation, cm, self.now)
        running = self.open.pop(reservation.token, None)
        if running is None:
            assert settlement.charged_cm == 0
            self.gift_cm += cm
        else:
            ledger, _ = running
            if ledger.owed_cm > 0:
                ledger.owed_cm += cm - reservation.cm
            over_cm = max(0.0, ledger.owed_cm - RULE.allowance_cm)
            ledger.owed_cm -= over_cm
            self.gift_cm += over_cm
            ledger.owed_cm = max(0.0, ledger.owed_cm)
            self._close_accounts()
        self.dispensed_cm += cm
        self.charged_cm += settlement.charged_cm
        if again:
            assert self.book.settle(reservation, cm, self.now).charged_cm == 0

    @rule()
    def purge(self) -> None:
        """The manager forgets everybody."""
        counts = self.book.purge(self.now)
        assert counts.reservations == len(self.open)
        self.ledgers = [Ledger() for _ in range(PEOPLE)]
        for ledger in self.ledgers:
            ledger.at = self.now
        self.open.clear()

    @invariant()
    def dispensed_is_charged(self) -> None:
        """Except what is nobody's: after a purge, too late, or beyond an allowance."""
        assert self.dispensed_cm == pytest.approx(
            self.charged_cm + self.gift_cm, abs=0.01
        )

    @invariant()
    def only_who_owes_is_known(self) -> None:
        """A face is kept exactly as long as its allowance is not whole."""
        owing = [ledger for ledger in self.ledgers if ledger.owed_cm > 0.01]
        whole = [ledger for ledger in self.ledgers if ledger.owed_cm <= 0]
        faces = self.book.statistics(self.now).faces
        assert len(owing) <= faces <= PEOPLE - len(whole)

    @invariant()
    def nothing_is_kept_longer_than_the_window(self) -> None:
        """Whatever happened."""
        assert self.book.statistics(self.now).longest_left_s <= RULE.window_s + 0.01


Books.TestCase.settings = settings(stateful_step_count=40)
TestBooks = Books.TestCase


def test_what_lapses_on_a_closed_account_is_not_given_back_to_the_next_one() -> None:
    """Nothing came out of 10 cm; meanwhile all was whole again, and 100 cm were had."""
    books = Books()
    books.ask(person=0, cm=10.0, away=0.0)
    books.wait(60.0)
    assert books.book.statistics(60.0).faces == 0
    books.ask(person=0, cm=100.0, away=0.0)
    books.wait(100.0)
    books.only_who_owes_is_known()
    # After 100 s a fifth of the allowance is there again, and not 10 cm more.
    assert books.ask(person=0, cm=33.3, away=0.0) is None
    assert books.ask(person=0, cm=10.0, away=0.0) is not None
    books.dispensed_is_charged()
