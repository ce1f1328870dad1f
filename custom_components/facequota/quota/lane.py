"""The open lane: paper without a face, with the same arithmetic.

It recognises no one, so all visitors at the dispenser share one account. It has a rule
of its own.
"""

from .account import Account, Refusal, Reservation, Settlement
from .gcra import Rule


class OpenLane:
    """The open lane of one dispenser."""

    def __init__(self, *, rule: Rule, now: float) -> None:
        """Start with a whole allowance."""
        self._rule = rule
        self._account = Account(now)

    @property
    def rule(self) -> Rule:
        """Return the lane's rule."""
        return self._rule

    def set_rule(self, rule: Rule, now: float) -> None:
        """Change the rule; the centimetres owed stay the same."""
        self._account.follow(self._rule, rule, now)
        self._rule = rule

    def available_cm(self, now: float) -> float:
        """Return the centimetres that are available now."""
        self._account.lapse(self._rule, now)
        return self._rule.available_cm(self._account.tat, now)

    def request(self, cm: float, now: float) -> Reservation | Refusal:
        """Reserve the centimetres, or return a refusal with the time when they are available.

        Raises ValueError when cm is not positive or more than the allowance.
        """
        self._account.lapse(self._rule, now)
        return self._account.reserve(self._rule, cm, now)

    def settle(self, reservation: Reservation, cm: float, now: float) -> Settlement:
        """Charge what came out and give back the rest."""
        self._account.lapse(self._rule, now)
        return self._account.settle(self._rule, reservation, cm, now)
