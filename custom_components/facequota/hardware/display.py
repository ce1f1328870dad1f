"""The visitor's text display: sentences of the translations on a text entity."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
import logging
from typing import Final

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.languages import async_words, columns
from homeassistant.components.text.const import (
    ATTR_MAX,
    ATTR_VALUE,
    DOMAIN as TEXT_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_CORE_CONFIG_UPDATE,
    MAX_LENGTH_STATE_STATE,
    STATE_UNAVAILABLE,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from .units import as_number

_LOGGER = logging.getLogger(__name__)

# Long enough to read a sentence twice.
SHOWN_FOR_S: Final = 15


class Sentence(StrEnum):
    """All sentences except those for the guidance codes."""

    WELCOME = "welcome"
    OPEN_LANE_ONLY = "open_lane_only"
    LOOK_HERE = "look_here"
    TAKE_PAPER = "take_paper"
    NEXT_PORTION = "next_portion"
    FORGOTTEN = "forgotten"
    NOT_SEEN = "not_seen"
    HELD_FOR_FORGET = "held_for_forget"
    HELD_FOR_URGENT = "held_for_urgent"
    FAULT = "fault"
    OUT_OF_ORDER = "out_of_order"
    RESTS = "rests"


# The lengths of displays, in characters, for which a sentence may have a shorter form.
SHORT_FORMS: Final = (32, 16)

# While a button is held: what happens if it is released now, or held longer. The values
# are the firmware's words.
HINTS: Final = (Sentence.HELD_FOR_FORGET, Sentence.HELD_FOR_URGENT)


class Display:
    """The text entity at one dispenser, where there is one."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str | None,
        on_show: Callable[[str, Mapping[str, str]], None],
    ) -> None:
        """Remember the entity; on_show is called with each sentence that is shown to a visitor."""
        self._hass = hass
        self._on_show = on_show
        self._entity_id = entity_id
        self._sentences: dict[str, str] = {}
        self._idle: Sentence | None = None
        self._cancel: CALLBACK_TYPE | None = None
        self._language = ""
        self._releases: list[CALLBACK_TYPE] = []

    async def start(self) -> None:
        """Load the sentences in Home Assistant's language; follow the entity."""
        await self._load()
        self.listen(self._entity_id)

    @callback
    def listen(self, entity_id: str | None) -> None:
        """Follow the entity by its present id, and Home Assistant's language."""
        self._release()
        self._entity_id = entity_id
        self._releases = [
            async_track_state_change_event(
                self._hass, [entity_id] if entity_id else [], self._came_back
            ),
            self._hass.bus.async_listen(
                EVENT_CORE_CONFIG_UPDATE, self._follow_language
            ),
        ]

    async def _load(self) -> None:
        """Load the sentences in Home Assistant's language."""
        self._language = self._hass.config.language
        self._sentences = await async_words(self._hass, self._language, "common")

    async def _follow_language(self, _: Event) -> None:
        """Load the sentences again when Home Assistant's language changes."""
        if self._hass.config.language == self._language:
            return
        await self._load()
        if self._releases and self._cancel is None:
            self._back_to_idle()

    @callback
    def stop(self) -> None:
        """Cancel timer and listeners; write nothing from now on."""
        self._cancel_timer()
        self._release()

    @callback
    def _release(self) -> None:
        for release in self._releases:
            release()
        self._releases.clear()

    @callback
    def set_idle(self, sentence: Sentence) -> None:
        """Set the sentence that is shown when no visit shows another one."""
        if not self._releases:
            return
        changed, self._idle = sentence is not self._idle, sentence
        if changed and self._cancel is None:
            self._write(sentence, {})

    @callback
    def show(self, sentence: str, **placeholders: str) -> None:
        """Show a sentence to the visitor for some seconds."""
        self._on_show(sentence, placeholders)
        if self._entity_id is None or not self._releases:
            return
        self._cancel_timer()
        self._write(sentence, placeholders)
        self._cancel = async_call_later(self._hass, SHOWN_FOR_S, self._back_to_idle)

    @callback
    def _cancel_timer(self) -> None:
        """Cancel the timer; what is shown stays."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _came_back(self, event: Event[EventStateChangedData]) -> None:
        """Write the sentence again on a display that was unavailable: it may have lost its text."""
        old = event.data["old_state"]
        if (old is None or old.state == STATE_UNAVAILABLE) and self._cancel is None:
            self._write(self._idle or Sentence.WELCOME, {})

    @callback
    def _back_to_idle(self, _now: object = None) -> None:
        self._cancel = None
        self._write(self._idle or Sentence.WELCOME, {})

    @callback
    def _write(self, sentence: str, placeholders: dict[str, str]) -> None:
        """Set the text in the background: no visit waits for a display."""
        if self._entity_id is None:
            return
        state = self._hass.states.get(self._entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            return
        key = f"component.{DOMAIN}.common.display_{sentence}"
        forms = [
            text.format(**placeholders)
            for one in (key, *(f"{key}_{size}" for size in SHORT_FORMS))
            if (text := self._sentences.get(one)) is not None
        ]
        most = as_number(state.attributes.get(ATTR_MAX))
        room = MAX_LENGTH_STATE_STATE if most is None else int(most)
        text = fitted(forms, room, next(iter(placeholders.values()), None))
        self._hass.async_create_background_task(
            self._set(self._entity_id, text), name=f"{DOMAIN} display"
        )

    async def _set(self, entity_id: str, text: str) -> None:
        try:
            async with asyncio.timeout(SHOWN_FOR_S):
                await self._hass.services.async_call(
                    TEXT_DOMAIN,
                    SERVICE_SET_VALUE,
                    {ATTR_ENTITY_ID: entity_id, ATTR_VALUE: text},
                    blocking=True,
                )
        # A display that is gone or too short, or whose integration raises any
        # exception, must never keep a visitor from getting paper.
        except Exception as err:  # noqa: BLE001
            _LOGGER.debug("%s shows nothing: %r", entity_id, err)


def fitted(forms: Sequence[str], room: int, kept: str | None) -> str:
    """Return the first form that fits; else `kept`; else the beginning of the shortest.

    forms begins with the longest, room is in columns; kept is the time of a refusal, which
    is never left out.
    """
    if text := next((form for form in forms if columns(form) <= room), None):
        return text
    return (kept or "".join(forms[-1:]))[:room]
