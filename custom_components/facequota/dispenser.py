"""One dispenser: its mode, its queue of one, its state, and who hears of its visits."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
import logging
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from . import inputs
from .accounts import Account, OpenAccount, VisitorAccount
from .const import (
    CONF_CAMERA,
    CONF_DISPLAY,
    CONF_JAM,
    CONF_MOTOR,
    CONF_PAPER_LOW,
    CONF_PAPER_OUT,
    CONF_PORTION_CM,
    CONF_REQUEST,
    CONF_REQUEST_WITHOUT_FACE,
    DOMAIN,
    Lane,
    Outcome,
)
from .display import Display, Sentence
from .frames import Camera
from .options import LIMITS
from .paper import Motor
from .portion import MotorEntities
from .probe import Probe, look
from .quota.lane import OpenLane
from .turnstile import Turnstile
from .visit import Request, Step, Visit, visit
from .visitors import wall_clock

if TYPE_CHECKING:
    from .site import Site

_LOGGER = logging.getLogger(__name__)


class State(StrEnum):
    """What a dispenser is doing."""

    READY = "ready"
    LOOKING = "looking"
    DISPENSING = "dispensing"
    OPEN_LANE = "open_lane"
    OUT_OF_ORDER = "out_of_order"


class Dispenser:
    """A camera, a motor and the requests of whoever stands before them."""

    def __init__(self, hass: HomeAssistant, site: Site, subentry: ConfigSubentry):
        """Wire the parts of one dispenser."""
        data = subentry.data
        self._hass = hass
        self.site = site
        self.subentry = subentry
        self.camera = Camera(hass, data[CONF_CAMERA])
        self.motor = Motor(hass, MotorEntities.from_subentry(data))
        self.display = Display(hass, data.get(CONF_DISPLAY))
        self.open_lane = OpenLane(rule=site.options.open_rule, now=self.clock())
        self.last_recognition_ms: float | None = None
        self._step: Step | None = None
        self._turnstile = Turnstile(hass, site.entry, self._serve)
        self._listeners: set[Callable[[], None]] = set()
        self._visit_listeners: set[Callable[[Visit], None]] = set()
        self._releases: list[CALLBACK_TYPE] = []

    @property
    def suspended(self) -> bool:
        """Return if the camera is not to be read."""
        options = self.site.options
        return (
            options.suspended
            or self.subentry.subentry_id in options.suspended_dispensers
        )

    @property
    def state(self) -> State:
        """Return what the dispenser is doing, or would do with a request."""
        if self._step is not None:
            return State(self._step)
        if self.motor.fault:
            return State.OUT_OF_ORDER
        return State.OPEN_LANE if self.suspended else State.READY

    @property
    def problem(self) -> str | None:
        """Return what keeps this dispenser from doing all of its work."""
        if fault := self.motor.fault:
            return fault
        if self.suspended:
            return None
        camera = self._hass.states.get(self.camera.entity_id)
        if camera is None or camera.state == STATE_UNAVAILABLE:
            return "camera"
        return self.site.recogniser.problem

    @property
    def paper_low(self) -> bool | None:
        """Return if the roll is nearly empty, None without a sensor for it."""
        watched = [
            entity_id
            for key in (CONF_PAPER_LOW, CONF_PAPER_OUT)
            if (entity_id := self.subentry.data.get(key))
        ]
        if not watched:
            return None
        return any(self._hass.states.is_state(one, STATE_ON) for one in watched)

    async def start(self) -> None:
        """Listen to the visitor's buttons and to the entities that show faults."""
        await self.display.start()
        data = self.subentry.data
        asked_by = {
            entity_id: lane
            for key, lane in (
                (CONF_REQUEST, Lane.FACE),
                (CONF_REQUEST_WITHOUT_FACE, Lane.OPEN),
            )
            if (entity_id := data.get(key))
        }
        watched = (CONF_MOTOR, CONF_CAMERA, CONF_JAM, CONF_PAPER_LOW, CONF_PAPER_OUT)
        self._releases = [
            inputs.async_listen(self._hass, asked_by, self._pressed),
            async_track_state_change_event(
                self._hass,
                [data[key] for key in watched if data.get(key)],
                self._entity_changed,
            ),
        ]
        self.update()

    async def stop(self) -> None:
        """Call off what runs and leave nothing behind."""
        for release in self._releases:
            release()
        self._releases.clear()
        self.display.stop()
        await self._turnstile.stop()

    def most_cm(self, lane: Lane) -> float:
        """Return the longest portion that a lane can ever give at once."""
        options = self.site.options
        if lane is Lane.FACE and not self.suspended:
            # Whoever is not recognised gets it from the open lane.
            return min(options.rule.allowance_cm, options.open_rule.allowance_cm)
        if lane is Lane.STAFF:
            return LIMITS[CONF_PORTION_CM][1]
        return options.open_rule.allowance_cm

    async def request(
        self, lane: Lane, *, cm: float | None = None, request_id: str | None = None
    ) -> Visit:
        """Serve a request and return how it ended (see Turnstile.request)."""
        length = self.site.options.portion_cm if cm is None else cm
        return await self._turnstile.request(
            Request(lane=lane, cm=length, request_id=request_id)
        )

    async def forget(self) -> None:
        """Look at whoever stands there and remove them; tell nobody if they were known.

        Raises HomeAssistantError when no face can be used.
        """
        probe = None if self.suspended else await self.look()
        if probe is None:
            return
        if probe.template is None:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="nobody_to_forget"
            )
        self.site.visitors.forget(probe.template)
        self.display.show(Sentence.FORGOTTEN)

    @callback
    def _pressed(self, lane: Lane) -> None:
        """Serve whoever pressed a button; a press during a visit is the same visitor."""
        if not self._turnstile.busy:
            self._hass.async_create_task(self._serve_press(lane), f"{DOMAIN} press")

    async def _serve_press(self, lane: Lane) -> None:
        """Serve a visitor, who is told by the display and not by an exception."""
        with suppress(HomeAssistantError):
            await self.request(lane)

    async def _serve(self, request: Request) -> Visit:
        """Let one visit take place and tell how it ended."""
        if request.lane is Lane.FACE and self.suspended:
            request = replace(request, lane=Lane.OPEN)
        try:
            result = await visit(request, self)
        finally:
            self._step = None
            self.update()
        if result.recognition_ms is not None:
            self.last_recognition_ms = result.recognition_ms
        self._tell_result(result)
        return result

    @callback
    def _tell_result(self, result: Visit) -> None:
        """Tell the visitor, and whoever listens."""
        if result.outcome is Outcome.REFUSED and result.next_portion:
            at = dt_util.as_local(result.next_portion)
            self.display.show(Sentence.NEXT_PORTION, time=f"{at:%H:%M:%S}")
        elif result.outcome is Outcome.FAILED:
            self.display.show(Sentence.FAULT)
        _LOGGER.debug("%s: %s", self.subentry.title, result)
        for listener in tuple(self._visit_listeners):
            listener(result)

    # What visit.py needs of a place.

    def clock(self) -> float:
        """Return the event loop's monotonic time in seconds."""
        return self._hass.loop.time()

    @callback
    def tell(self, step: Step) -> None:
        """Let the visitor and the manager know where the visit stands."""
        self._step = step
        looking = step is Step.LOOKING
        self.display.show(Sentence.LOOK_HERE if looking else Sentence.TAKE_PAPER)
        self.update()

    async def look(self) -> Probe:
        """Return what is seen of the visitor, or why nothing is."""
        return await look(
            self.camera, self.site.recogniser, on_guidance=self.display.show
        )

    def account(self, probe: Probe | None) -> Account:
        """Return who is charged: never a visitor of whom there is doubt."""
        if probe is not None and probe.template is not None:
            return VisitorAccount(visitors=self.site.visitors, template=probe.template)
        return OpenAccount(open_lane=self.open_lane, clock=self.clock)

    def date(self, moment: float) -> datetime:
        """Return a moment of the clock as a date and time."""
        return wall_clock(self._hass, moment)

    # Who listens.

    @callback
    def _entity_changed(self, _event: Event[EventStateChangedData]) -> None:
        self.update()

    @callback
    def update(self) -> None:
        """Tell the entities to look again."""
        idle = Sentence.OPEN_LANE_ONLY if self.suspended else Sentence.WELCOME
        self.display.set_idle(idle)
        for listener in tuple(self._listeners):
            listener()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call back whenever the state or a problem may have changed."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def async_add_visit_listener(
        self, listener: Callable[[Visit], None]
    ) -> CALLBACK_TYPE:
        """Call back with each visit."""
        self._visit_listeners.add(listener)
        return lambda: self._visit_listeners.discard(listener)
