"""One dispenser: its mode, its queue of one, its state, and who hears of its visits."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
import logging

from custom_components.facequota.cameras.frames import Camera
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_DISPLAY,
    CONF_EYE_LINE,
    CONF_FORGET,
    CONF_JAM,
    CONF_MOTOR,
    CONF_PORTION_LENGTH,
    CONF_REQUEST,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_VISITOR_BUTTON,
    DOMAIN,
    Lane,
    Outcome,
)
from custom_components.facequota.hardware import inputs
from custom_components.facequota.hardware.display import HINTS, Display, Sentence
from custom_components.facequota.hardware.motor import Motor
from custom_components.facequota.hardware.portion import MotorEntities
from custom_components.facequota.visit.accounts import Accounts
from custom_components.facequota.visit.capture import REASON_CAMERA, Probe, look
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.request_queue import RequestQueue
from custom_components.facequota.visit.visit import (
    Request,
    Step,
    Visit,
    VisitContext,
    visit,
)
from custom_components.facequota.visit.visitors import wall_clock
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_UNAVAILABLE
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

from .roll_keeper import RollKeeper
from .shared import Shared
from .upkeep_options import UpkeepOptions
from .usage_alarm import UsageAlarm

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

    def __init__(self, hass: HomeAssistant, shared: Shared, subentry: ConfigSubentry):
        """Wire the parts of one dispenser."""
        data = subentry.data
        self._hass = hass
        self.shared = shared
        self.subentry = subentry
        self.camera = Camera(hass, data[CONF_CAMERA])
        self.motor = Motor(hass, MotorEntities.from_subentry(data))
        self.accounts = Accounts(shared.visitors, shared.options, hass.loop.time)
        self.said = Listeners[[str, Mapping[str, str]]]()
        self.display = Display(hass, data.get(CONF_DISPLAY), self.said.tell)
        self.roll = RollKeeper(
            hass, data, lambda: UpkeepOptions.from_entry(shared.entry.options)
        )
        self._usage = UsageAlarm(hass, self.update)
        self.last_recognition_ms: float | None = None
        self._step: Step | None = None
        self._requests = RequestQueue(hass, shared.entry, self._serve)
        self._context = VisitContext(
            accounts=self.accounts,
            motor=self.motor,
            clock=hass.loop.time,
            to_date=partial(wall_clock, hass),
            look=self._look,
            on_step=self._show_step,
        )
        self.changes = Listeners[[]]()
        self.visits = Listeners[[Visit]]()
        self._releases: list[CALLBACK_TYPE] = []

    @property
    def suspended(self) -> bool:
        """Return if the camera is not to be read."""
        rules, this = self.shared.options, self.subentry.subentry_id
        return rules.suspended or this in rules.suspended_dispensers

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
        if self.motor.length_lost:
            return CONF_PORTION_LENGTH
        if self.suspended:
            return None
        camera = self._hass.states.get(self.camera.entity_id)
        if camera is None or camera.state == STATE_UNAVAILABLE:
            return REASON_CAMERA
        return self.shared.recogniser.problem

    @property
    def paper_low(self) -> bool | None:
        """Return if staff should bring a new roll, None if nothing can tell."""
        return self.roll.low

    @property
    def portions_left(self) -> int | None:
        """Return how many portions the rest of the roll is good for."""
        left = self.roll.supply.left_cm
        return None if left is None else int(left // self.shared.options.portion_cm)

    @property
    def busy(self) -> bool:
        """Return if somebody is being served."""
        return self._requests.busy

    @property
    def unusual_use(self) -> bool:
        """Return if far more paper is taken than is usual here, by whomever."""
        return self._usage.is_on

    async def start(self) -> None:
        """Listen to the visitor's buttons and to the entities that show faults."""
        await self.display.start()
        data = self.subentry.data
        wishes = {
            CONF_REQUEST: partial(self._pressed, self.request, Lane.FACE),
            CONF_REQUEST_WITHOUT_FACE: partial(self._pressed, self.request, Lane.OPEN),
            CONF_REQUEST_URGENT: partial(self._pressed, self.request, Lane.URGENT),
            CONF_FORGET: partial(self._pressed, self.forget),
        }
        watched = (CONF_MOTOR, CONF_CAMERA, CONF_JAM, CONF_PORTION_LENGTH)
        self._releases = [
            inputs.async_listen(
                self._hass,
                {data[key]: wish for key, wish in wishes.items() if data.get(key)},
            ),
            async_track_state_change_event(
                self._hass,
                [data[k] for k in watched if data.get(k)],
                self._entity_changed,
            ),
        ]
        if button := data.get(CONF_VISITOR_BUTTON):
            self._releases.append(
                inputs.async_listen_to_hand(self._hass, button, self._hand_tells)
            )
        self.update()

    async def stop(self) -> None:
        """Call off what runs and leave nothing behind."""
        for release in self._releases:
            release()
        self._releases.clear()
        self.display.stop()
        self._usage.stop()
        await self._requests.stop()

    async def request(
        self, lane: Lane, *, cm: float | None = None, request_id: str | None = None
    ) -> Visit:
        """Serve a request and return how it ended (see RequestQueue.request)."""
        length = self.shared.options.portion_cm if cm is None else cm
        return await self._requests.request(
            Request(lane=lane, cm=length, request_id=request_id)
        )

    async def forget(self) -> None:
        """Look at whoever stands there and remove them; tell nobody if they were known.

        Raises HomeAssistantError without a usable face; while suspended none is needed.
        """
        await self._requests.free()
        if not self.suspended:
            self.display.show(Sentence.LOOK_HERE)
            probe = await self._look()
            if probe.template is not None:
                self.shared.visitors.forget(probe.template)
                probe.overwrite()
                self.shared.recogniser.renew()
            elif not self.suspended:
                self.display.show(Sentence.NOT_SEEN)
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="nobody_to_forget"
                )
        self.display.show(Sentence.FORGOTTEN)

    @callback
    def _pressed(self, serve: Callable[..., Awaitable[object]], *wish: Lane) -> None:
        """Serve a press; during a visit only the wish to be forgotten is a new one."""

        async def served() -> None:
            # The visitor is told by the display and not by an exception.
            with suppress(HomeAssistantError):
                await serve(*wish)

        if not (wish and self._requests.busy):
            self._hass.async_create_task(served(), f"{DOMAIN} press")

    @callback
    def _hand_tells(self, word: str) -> None:
        """Let whoever holds a button read what letting go of it does."""
        if word in HINTS and not self._requests.busy:
            self.display.show(word)

    async def _serve(self, request: Request) -> Visit:
        """Let one visit take place and tell how it ended."""
        if request.lane is Lane.FACE and self.suspended:
            request = replace(request, lane=Lane.OPEN)
        try:
            result = await visit(request, self._context)
            if result.recognition_ms is not None:
                self.last_recognition_ms = result.recognition_ms
            if result.cm:
                self._usage.portion()
        finally:
            self._step = None
            self.update()
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
        self.visits.tell(result)

    @callback
    def _show_step(self, step: Step) -> None:
        """Let the visitor and the manager know where the visit stands."""
        self._step = step
        looking = step is Step.LOOKING
        self.display.show(Sentence.LOOK_HERE if looking else Sentence.TAKE_PAPER)
        self.update()

    async def _look(self) -> Probe:
        """Return what is seen of the visitor, or why nothing is."""
        probe = await look(
            self.camera,
            self.shared.recogniser,
            self.shared.visitors.identify,
            on_guidance=self.display.show,
            eye_line=self.subentry.data.get(CONF_EYE_LINE),
        )
        if not self.suspended:
            return probe
        # Suspended meanwhile: whoever was seen must not be remembered after the purge.
        probe.overwrite()
        return replace(probe, template=None, reason=None)

    @callback
    def _entity_changed(self, _event: Event[EventStateChangedData]) -> None:
        self.update()

    @callback
    def update(self) -> None:
        """Tell the entities to look again."""
        idle = Sentence.OPEN_LANE_ONLY if self.suspended else Sentence.WELCOME
        self.display.set_idle(idle)
        self.changes.tell()
