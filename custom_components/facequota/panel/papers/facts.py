"""The facts of a site for papers and page: settings in force and present figures."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from custom_components.facequota.cameras.camera import Opened
from custom_components.facequota.const import (
    CONF_ALLOWANCE_CM,
    CONF_CAMERA_POSITION,
    CONF_CONTACT,
    CONF_FORGET,
    CONF_MOTOR,
    CONF_NOTICE_ON_NETWORK,
    CONF_OPEN_PORTIONS,
    CONF_OPERATOR,
    CONF_PORTION_CM,
    CONF_REFUSED_AT_MOST_ONE_IN,
    CONF_REQUEST_URGENT,
    CONF_REQUEST_WITHOUT_FACE,
    CONF_URGENT_PER_DAY,
    CONF_WINDOW_MIN,
    DOMAIN,
    Lane,
)
from custom_components.facequota.hardware.firmware import is_ours, motor_device
from custom_components.facequota.options import DEFAULT_OPTIONS
from custom_components.facequota.site.dispenser import Dispenser
from custom_components.facequota.site.lanes import LaneFigures
from custom_components.facequota.site.site import Site
from homeassistant.const import __version__ as HOME_ASSISTANT_VERSION
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

NOTICE_URL: Final = f"/{DOMAIN}/notice/{{entry_id}}"


class Way(StrEnum):
    """How visitors ask for something at the dispensers of a site."""

    STAFF = "staff"
    """Some dispenser has no button for it, and the notice is one for all: ask the staff."""
    PRESS = "press"
    HOLD = "hold"
    EITHER = "either"
    """By a button of its own at one dispenser, by holding the only one at another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserFacts:
    """One dispenser, and what its buttons can mean."""

    name: str
    suspended: bool
    open_button: bool
    urgent_button: bool
    forget_button: bool
    hold_for_open: bool
    """Our firmware with one button: hold it for paper without a face."""
    hold_to_forget: bool
    """Our firmware: hold the button to be forgotten."""
    firmware: str | None

    @classmethod
    def of(cls, hass: HomeAssistant, dispenser: Dispenser) -> Self:
        """Return the facts about a dispenser."""
        data = dispenser.subentry.data
        device = motor_device(hass, data[CONF_MOTOR])
        ours = is_ours(device)
        return cls(
            name=dispenser.subentry.title,
            suspended=dispenser.suspended,
            open_button=CONF_REQUEST_WITHOUT_FACE in data,
            urgent_button=CONF_REQUEST_URGENT in data,
            forget_button=CONF_FORGET in data,
            hold_for_open=ours and CONF_REQUEST_URGENT not in data,
            hold_to_forget=ours,
            firmware=None if device is None else device.sw_version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFacts:
    """What one lane gave since the site was set up: counts, cm and ms on average."""

    granted: int
    refused: int
    failed: int
    mean_cm: float | None
    mean_wait_ms: float | None

    @classmethod
    def of(cls, figures: LaneFigures) -> Self:
        """Return the facts about a lane, rounded for people."""
        cm, wait = figures.mean_cm, figures.mean_wait_ms
        return cls(
            granted=figures.granted,
            refused=figures.refused,
            failed=figures.failed,
            mean_cm=None if cm is None else round(cm, 1),
            mean_wait_ms=None if wait is None else round(wait),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """The facts of a site; nothing in them is about a person."""

    name: str
    operator: str | None
    contact: str | None
    at: datetime
    notice_address: str | None
    """The notice's address in the local network, if the manager allows it."""
    camera_position: str
    camera_opened: Opened
    """When cameras are opened: of all dispensers the setting that is open longest."""
    portion_cm: float
    allowance_cm: float
    window_min: float
    refused_at_most_one_in: int
    open_portions: int
    urgent_per_day: int
    suspended: bool
    """No camera of the site is read."""
    shared_quota: bool
    """Whether sealed templates are also on the operator's server (a shared quota)."""
    dispensers: list[DispenserFacts]
    faces: int
    most_faces_ever: int
    oldest_since: datetime | None
    empty_at: datetime | None
    lanes: dict[Lane, LaneFacts]
    equality: str
    receipts: list[dict[str, Any]]
    """Receipts of purges, the newest first."""
    decisions: list[dict[str, Any]]
    """What the manager changed of rules and suspensions, the newest first."""
    expired: dict[str, int]
    """Faces that were forgotten by themselves, by day, the newest first."""
    version: str
    home_assistant: str
    engine: str | None

    @property
    def oldest_s(self) -> float:
        """Return the longest time for which the oldest face may have been remembered."""
        if self.oldest_since is None:
            return 0.0
        return max(0.0, (self.at - self.oldest_since).total_seconds())

    @property
    def open_way(self) -> Way:
        """Return how a visitor asks for paper without a face."""
        return self._way("open_button", "hold_for_open")

    @property
    def forget_way(self) -> Way:
        """Return how a visitor asks to be forgotten."""
        return self._way("forget_button", "hold_to_forget")

    @property
    def urgent_way(self) -> Way:
        """Return how a visitor asks in urgent need; with our firmware by holding a button."""
        return self._way("urgent_button", "hold_to_forget")

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as plain values and datetimes."""
        return asdict(self)

    def _way(self, button: str, held: str) -> Way:
        """Return how a notice for all dispensers describes one of their buttons."""
        if not self.dispensers or not all(
            getattr(one, button) for one in self.dispensers
        ):
            return Way.STAFF
        holding = [getattr(one, held) for one in self.dispensers]
        if all(holding):
            return Way.HOLD
        return Way.EITHER if any(holding) else Way.PRESS


@callback
def async_site_facts(hass: HomeAssistant, site: Site) -> SiteFacts:
    """Return the facts of a running site."""
    entry = site.entry
    values = {**DEFAULT_OPTIONS, **entry.options}
    statistics = site.visitors.statistics
    log = site.log
    return SiteFacts(
        name=entry.title,
        operator=values.get(CONF_OPERATOR),
        contact=values.get(CONF_CONTACT),
        at=dt_util.utcnow(),
        notice_address=_notice_address(hass, site)
        if values.get(CONF_NOTICE_ON_NETWORK)
        else None,
        camera_position=entry.data[CONF_CAMERA_POSITION],
        camera_opened=max(
            (one.camera.opened for one in site.dispensers.values()),
            key=list(Opened).index,
            default=Opened.REQUEST,
        ),
        portion_cm=values[CONF_PORTION_CM],
        # The allowance in use, which is never below one portion.
        allowance_cm=max(values[CONF_PORTION_CM], values[CONF_ALLOWANCE_CM]),
        window_min=values[CONF_WINDOW_MIN],
        refused_at_most_one_in=int(values[CONF_REFUSED_AT_MOST_ONE_IN]),
        open_portions=int(values[CONF_OPEN_PORTIONS]),
        urgent_per_day=int(values[CONF_URGENT_PER_DAY]),
        suspended=site.options.suspended
        or (
            bool(site.dispensers) and all(d.suspended for d in site.dispensers.values())
        ),
        shared_quota=site.sharing.configured,
        dispensers=[
            DispenserFacts.of(hass, dispenser) for dispenser in site.dispensers.values()
        ],
        faces=statistics.faces,
        most_faces_ever=log.most_faces,
        oldest_since=site.visitors.oldest_since,
        empty_at=site.visitors.all_forgotten_at,
        lanes={lane: LaneFacts.of(log.lanes[lane]) for lane in Lane},
        equality=log.lanes.equality.value,
        receipts=list(reversed(log.receipts)),
        decisions=list(reversed(log.decisions)),
        expired=dict(sorted(log.expired.items(), reverse=True)),
        version=str(async_get_loaded_integration(hass, DOMAIN).version),
        home_assistant=HOME_ASSISTANT_VERSION,
        engine=site.recogniser.diagnostics().get("engine"),
    )


def _notice_address(hass: HomeAssistant, site: Site) -> str | None:
    """Return the notice's address in the local network, if there is one."""
    try:
        house = get_url(hass, allow_external=False, allow_cloud=False)
    except NoURLAvailableError:
        return None
    return house + NOTICE_URL.format(entry_id=site.entry.entry_id)
