"""What a visitor's display shows now, as plain values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from custom_components.facequota.const import Outcome
from custom_components.facequota.hardware.display import HINTS, Sentence
from custom_components.facequota.site.dispenser import Dispenser, State
from custom_components.facequota.site.site import Site
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.visit import VisitResult
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

# Long enough to read; then the display is blank, so that the next visitor does not see
# the result of this one.
SHOWN_FOR_S: Final = 8


class Picture(StrEnum):
    """The pictures of the display; each has a sentence below it."""

    IDLE = "idle"
    OPEN_LANE = "open_lane"
    LOOK = "look"
    TAKE = "take"
    WAIT = "wait"
    FORGOTTEN = "forgotten"
    HOLD = "hold"
    NO_PAPER = "no_paper"
    OUT_OF_ORDER = "out_of_order"


_PICTURES: Final[Mapping[str, Picture]] = {
    Sentence.TAKE_PAPER: Picture.TAKE,
    Sentence.NEXT_PORTION: Picture.WAIT,
    Sentence.FORGOTTEN: Picture.FORGOTTEN,
    Sentence.FAULT: Picture.OUT_OF_ORDER,
    Sentence.RESTS: Picture.WAIT,
    **dict.fromkeys(HINTS, Picture.HOLD),
}


class Screen:
    """Follows one dispenser; the result of a visit disappears after some seconds."""

    def __init__(
        self, hass: HomeAssistant, dispenser: Dispenser, nearest: Sequence[str] = ()
    ) -> None:
        """Remember the dispenser; follow nothing yet.

        nearest are the ids of other dispensers to send a visitor to, the nearest first. If it
        is empty, all others of the site are used, in the site's order.
        """
        self._hass = hass
        self._dispenser = dispenser
        self._nearest = nearest
        self._shown: dict[str, Any] = {}
        self._sentence: str | None = None
        self._until: datetime | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._releases: list[CALLBACK_TYPE] = []
        self.changes = Listeners[[]]()

    @callback
    def start(self) -> None:
        """Follow the dispenser from now on."""
        one = self._dispenser
        self._releases = [
            one.shown.add(self._on_sentence),
            one.visits.add(self._on_visit),
            # When another dispenser runs out of paper, this one must send visitors elsewhere.
            *(
                other.changes.add(self._look)
                for other in self._site.dispensers.values()
            ),
        ]
        self._shown = self.as_dict()

    @callback
    def stop(self) -> None:
        """Remove listeners and timers."""
        for release in self._releases:
            release()
        self._releases.clear()
        self._cancel_timer()

    def as_dict(self) -> dict[str, Any]:
        """Return picture, sentence and, for a "no", when the next portion comes."""
        if self._sentence is not None:
            shown: dict[str, Any] = {
                "picture": _PICTURES.get(self._sentence, Picture.LOOK),
                "sentence": self._sentence,
            }
            if self._until is not None:
                shown["until"] = self._until.timestamp()
            return shown
        one = self._dispenser
        if one.roll.empty:
            return {"picture": Picture.NO_PAPER, "elsewhere": self._elsewhere()}
        if one.state is State.OUT_OF_ORDER:
            return {"picture": Picture.OUT_OF_ORDER, "elsewhere": self._elsewhere()}
        if one.state is State.OPEN_LANE:
            return {"picture": Picture.OPEN_LANE, "sentence": Sentence.OPEN_LANE_ONLY}
        return {"picture": Picture.IDLE, "sentence": Sentence.WELCOME}

    @property
    def _site(self) -> Site:
        site: Site = self._dispenser.site_parts.entry.runtime_data
        return site

    def _elsewhere(self) -> str | None:
        """Return the name of another dispenser of this site that has paper."""
        others = self._site.dispensers
        return next(
            (
                other.subentry.title
                for key in self._nearest or others
                if (other := others.get(key)) is not None
                and other is not self._dispenser
                and not other.roll.empty
                and other.state is not State.OUT_OF_ORDER
            ),
            None,
        )

    @callback
    def _on_sentence(self, sentence: str, _placeholders: Mapping[str, str]) -> None:
        self._cancel_timer()
        self._sentence = sentence
        if sentence != Sentence.NEXT_PORTION:
            self._until = None
        self._timer = async_call_later(self._hass, SHOWN_FOR_S, self._blank)
        self._look()

    @callback
    def _on_visit(self, visit: VisitResult) -> None:
        """Keep the time of the next portion after a refusal: its sentence was shown just before."""
        self._until = visit.next_portion if visit.outcome is Outcome.REFUSED else None
        self._look()

    @callback
    def _blank(self, _now: object) -> None:
        self._timer = self._sentence = self._until = None
        self._look()

    @callback
    def _look(self) -> None:
        """Send what is shown, if it has changed."""
        if (now := self.as_dict()) != self._shown:
            self._shown = now
            self.changes.tell()

    @callback
    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
