"""One dispenser: its mode, its request queue, its state, and its visits' listeners."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
import logging

from custom_components.facequota.cameras.camera import Camera
from custom_components.facequota.const import (
    CONF_CAMERA,
    CONF_DISPLAY,
    CONF_EYE_LINE,
    CONF_FORGET,
    CONF_PRESENCE,
    CONF_REQUEST,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    Lane,
)
from custom_components.facequota.hardware.display import HINTS, Display, Sentence
from custom_components.facequota.hardware.entities import entities_by_role
from custom_components.facequota.hardware.faults import Fault
from custom_components.facequota.hardware.motor import RESTS_FOR_S, Motor
from custom_components.facequota.hardware.portion import MotorEntities
from custom_components.facequota.local_format import LocalFormat
from custom_components.facequota.visit.accounts import Accounts
from custom_components.facequota.visit.listeners import Listeners
from custom_components.facequota.visit.request_queue import RequestQueue
from custom_components.facequota.visit.visit import (
    Request,
    Step,
    VisitContext,
    VisitResult,
    visit,
)
from custom_components.facequota.visit.visitors import wall_clock
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from .buttons import Buttons
from .hardware_watch import HardwareWatch
from .looking import Looking
from .problem import hardware_problem
from .roll_tracker import RollTracker
from .site_parts import SiteParts
from .upkeep_options import UpkeepOptions
from .usage_alarm import UsageAlarm
from .visitor_words import idle_sentence, result_sentence

_LOGGER = logging.getLogger(__name__)


class State(StrEnum):
    """What a dispenser can do now; the step of a running visit is kept separately."""

    READY = "ready"
    OPEN_LANE = "open_lane"
    OUT_OF_ORDER = "out_of_order"


class Dispenser:
    """A camera, a motor and the requests of the visitors before them."""

    def __init__(self, hass: HomeAssistant, parts: SiteParts, subentry: ConfigSubentry):
        """Wire the parts of one dispenser."""
        data = subentry.data
        self._hass = hass
        self._named = entities_by_role(data)
        self.site_parts = parts
        self.subentry = subentry
        self.camera = Camera.from_settings(hass, parts.entry, data)
        self.motor = Motor(hass, MotorEntities.from_subentry(data))
        self.accounts = Accounts(parts.visitors, parts.options, hass.loop.time)
        self.shown = Listeners[[str, Mapping[str, str]]]()
        self.display = Display(hass, data.get(CONF_DISPLAY), self.shown.tell)
        self.roll = RollTracker(
            hass, subentry, lambda: UpkeepOptions.from_entry(parts.entry.options)
        )
        self.usage = UsageAlarm(hass, self.update)
        self.last_recognition_ms: float | None = None
        self.step: Step | None = None
        """The step of the visit that takes place, None while there is none."""
        self._requests = RequestQueue(hass, parts.entry, self._serve)
        self._looking = Looking(
            parts,
            self.camera,
            self.display,
            data.get(CONF_EYE_LINE),
            lambda: self.suspended,
        )
        self._context = VisitContext(
            accounts=self.accounts,
            motor=self.motor,
            clock=hass.loop.time,
            to_date=partial(wall_clock, hass),
            look=self._looking.look,
            on_step=self._show_step,
        )
        self.changes = Listeners[[]]()
        self.names = Listeners[[]]()
        self.visits = Listeners[[VisitResult]]()
        self._watch = HardwareWatch(
            hass,
            subentry,
            lambda: (self.state, self.problem, self.roll.paper_low),
            self.update,
        )
        self._buttons = Buttons(
            hass,
            subentry,
            {
                CONF_REQUEST: partial(self._ask, Lane.FACE),
                CONF_REQUEST_WITHOUT_FACE: partial(self._ask, Lane.OPEN),
                CONF_REQUEST_URGENT: partial(self._ask, Lane.URGENT),
                CONF_FORGET: self.forget,
            },
            self._show_hint,
        )

    @property
    def suspended(self) -> bool:
        """Return if face recognition is switched off here: the camera must not be read."""
        rules, this = self.site_parts.options, self.subentry.subentry_id
        return rules.suspended or this in rules.suspended_dispensers

    @property
    def state(self) -> State:
        """Return the state that the sensor "State" shows."""
        if self.motor.fault:
            return State.OUT_OF_ORDER
        return State.OPEN_LANE if self.suspended else State.READY

    @property
    def problem(self) -> str | None:
        """Return the problem that the sensor "Problem" shows, None without one."""
        found = hardware_problem(
            self._hass, self.motor, self.subentry.data, camera_rests=self.suspended
        )
        if found or self.suspended:
            return found
        return self.site_parts.recogniser.problem

    @property
    def busy(self) -> bool:
        """Return if a visitor is being served."""
        return self._requests.busy

    async def start(self) -> None:
        """Listen to the visitor's buttons and to the entities that show faults."""
        await self.display.start()
        self._buttons.start()
        self._watch.start()
        self.camera.start()
        self.update()

    async def stop(self) -> None:
        """Cancel the running visit, and remove timers and listeners."""
        self._buttons.stop()
        self._watch.stop()
        self.display.stop()
        self.usage.stop()
        await self._requests.stop()
        await self.camera.stop()

    @callback
    def follow_names(self) -> None:
        """Go on with the same entities, when those got other names."""
        data = self.subentry.data
        if (named := entities_by_role(data)) == self._named:
            return
        self._named = named
        self.motor.entities = MotorEntities.from_subentry(data)
        self.camera.follow_names(data[CONF_CAMERA], data.get(CONF_PRESENCE))
        self.display.listen(data.get(CONF_DISPLAY))
        self.roll.listen()
        self._buttons.start()
        self._watch.start()
        self.names.tell()
        self.update()

    async def request(
        self, lane: Lane, *, cm: float | None = None, request_id: str | None = None
    ) -> VisitResult:
        """Serve a request and return how it ended (see RequestQueue.request)."""
        length = self.site_parts.options.portion_cm if cm is None else cm
        return await self._requests.request(
            Request(lane=lane, cm=length, request_id=request_id)
        )

    async def forget(self) -> None:
        """Look at the visitor and forget them; never say whether they were known.

        Raises HomeAssistantError without a usable face, unless suspended, and
        ServiceValidationError while another visitor is being forgotten here.
        """
        await self._requests.other(self._looking.forget)

    async def _ask(self, lane: Lane) -> None:
        """Serve the visitor who pressed a button, unless another visitor is being served."""
        if not self._requests.busy:
            await self.request(lane)

    @callback
    def _show_hint(self, word: str) -> None:
        """Show a visitor who holds a button what happens if it is released now."""
        if word in HINTS and not self._requests.busy:
            self.display.show(word)

    async def _serve(self, request: Request) -> VisitResult:
        """Run one visit to its end, and report and count the end."""
        if request.lane is Lane.FACE and self.suspended:
            request = replace(request, lane=Lane.OPEN)
        try:
            result = await visit(request, self._context)
            if result.recognition_ms is not None:
                self.last_recognition_ms = result.recognition_ms
            if result.cm:
                self.usage.portion()
        finally:
            self.step = None
            self.update()
        self._visit_ended(result)
        return result

    @callback
    def _visit_ended(self, result: VisitResult) -> None:
        """Show the end of a visit to the visitor, and call the listeners."""
        if words := result_sentence(result, LocalFormat.of(self._hass)):
            sentence, placeholders = words
            self.display.show(sentence, **placeholders)
        if result.reason == Fault.MOTOR_RESTS:
            self._watch.look_in(RESTS_FOR_S, Fault.MOTOR_RESTS)
        _LOGGER.debug("%s: %s", self.subentry.title, result)
        self.visits.tell(result)

    @callback
    def _show_step(self, step: Step) -> None:
        """Show the visitor and the manager the step of the visit."""
        self.step = step
        looking = step is Step.LOOKING
        self.display.show(Sentence.LOOK_HERE if looking else Sentence.TAKE_PAPER)
        self.update()

    @callback
    def update(self) -> None:
        """Tell the entities to look again."""
        self.display.set_idle(idle_sentence(self.motor.fault, suspended=self.suspended))
        self.camera.rest(self.suspended)
        self.changes.tell()
