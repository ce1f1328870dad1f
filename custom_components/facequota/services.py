"""The actions of FaceQuota: dispense, forget, refilled, cleaned, purge, report, export_log."""

from datetime import timedelta
import math
from typing import Any, Final

import voluptuous as vol

from homeassistant.components.button.const import DOMAIN as BUTTON_DOMAIN
from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_admin_service,
    async_register_platform_entity_service,
)

from .const import (
    ATTR_CM,
    ATTR_LANE,
    ATTR_OLDER_THAN,
    ATTR_OUTCOME,
    ATTR_REQUEST_ID,
    ATTR_TIME,
    CONF_PORTION_CM,
    DOMAIN,
    Lane,
)
from .entity import DispenserEntity
from .event import VISIT
from .options import LIMITS
from .panel.papers.report import Period, async_report
from .site.dispenser import Dispenser
from .site.rights import async_require_admin, async_require_control
from .site.site import FaceQuotaConfigEntry, Site
from .visit.purge_receipt import Cause
from .visit.records import receipt_record, visit_record

SERVICE_DISPENSE: Final = "dispense"
SERVICE_FORGET: Final = "forget"
SERVICE_REFILLED: Final = "refilled"
SERVICE_CLEANED: Final = "cleaned"
SERVICE_PURGE: Final = "purge"
SERVICE_REPORT: Final = "report"
ATTR_ONLY_HERE: Final = "only_here"
ATTR_PERIOD: Final = "period"
SERVICE_EXPORT_LOG: Final = "export_log"


def _finite(value: Any) -> float:
    """Return a finite number; NaN would pass every comparison of limits."""
    number = float(value)
    if not math.isfinite(number):
        raise vol.Invalid("not a finite number")
    return number


def _period(value: Any) -> timedelta:
    """Return a length of time; Home Assistant's own check raises another error for an infinite one."""
    try:
        period: timedelta = cv.positive_time_period(value)
    except OverflowError as err:
        raise vol.Invalid("longer than any time") from err
    return period


DISPENSE_SCHEMA: Final = {
    vol.Optional(ATTR_CM): vol.All(
        vol.Coerce(float),
        _finite,
        vol.Range(min=LIMITS[CONF_PORTION_CM][0], max=LIMITS[CONF_PORTION_CM][1]),
    ),
    vol.Optional(ATTR_LANE, default=Lane.FACE.value): vol.In(
        [one.value for one in Lane]
    ),
    vol.Optional(ATTR_REQUEST_ID): vol.All(cv.string, vol.Length(min=1, max=64)),
}
SITE_SCHEMA: Final = vol.Schema({vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string})
PURGE_SCHEMA: Final = SITE_SCHEMA.extend(
    {
        vol.Optional(ATTR_OLDER_THAN): _period,
        vol.Optional(ATTR_ONLY_HERE, default=False): cv.boolean,
    }
)
REPORT_SCHEMA: Final = SITE_SCHEMA.extend(
    {
        vol.Optional(ATTR_PERIOD, default=Period.WEEK.value): vol.In(
            [one.value for one in Period]
        )
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    async_register_platform_entity_service(
        hass,
        DOMAIN,
        SERVICE_DISPENSE,
        entity_domain=EVENT_DOMAIN,
        func=_dispense,
        schema=DISPENSE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    for name, action in ((SERVICE_FORGET, _forget), (SERVICE_REFILLED, _refilled)):
        async_register_platform_entity_service(
            hass, DOMAIN, name, entity_domain=EVENT_DOMAIN, func=action, schema={}
        )
    hass.services.async_register(DOMAIN, SERVICE_CLEANED, _cleaned, schema=SITE_SCHEMA)
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_PURGE,
        _purge,
        schema=PURGE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_EXPORT_LOG,
        _export_log,
        schema=SITE_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_REPORT,
        _report,
        schema=REPORT_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


@callback
def async_cause(context: Context | None) -> Cause:
    """Return whether a person did this, or an automation."""
    if context is not None and context.user_id and not context.parent_id:
        return Cause.PERSON
    return Cause.AUTOMATION


async def _dispense(entity: Entity, call: ServiceCall) -> dict[str, Any]:
    """Serve a request at a dispenser and return how it ended."""
    dispenser = _dispenser(entity)
    cm = call.data.get(ATTR_CM)
    lane = Lane(call.data[ATTR_LANE])
    most = dispenser.accounts.max_cm(lane)
    if cm is not None and cm > most:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="more_than_allowance",
            translation_placeholders={"cm": f"{cm:g}", "allowance": f"{most:g}"},
        )
    visit = await dispenser.request(
        lane, cm=cm, request_id=call.data.get(ATTR_REQUEST_ID)
    )
    return {ATTR_OUTCOME: visit.outcome.value, **visit_record(visit)}


async def _forget(entity: Entity, call: ServiceCall) -> None:
    """Look at the visitor at a dispenser and forget them."""
    await _dispenser(entity).forget()


async def _refilled(entity: Entity, call: ServiceCall) -> None:
    """Count a dispenser's paper from a whole roll again."""
    await _dispenser(entity).roll.refilled()


async def _cleaned(call: ServiceCall) -> None:
    """Count a site's visits and hours from a cleaning again; allowed to users who may press its button."""
    site = _site(call)
    button = er.async_get(call.hass).async_get_entity_id(
        BUTTON_DOMAIN, DOMAIN, f"{site.entry.entry_id}_{SERVICE_CLEANED}"
    )
    await async_require_control(call.hass, call.context, button or "")
    site.upkeep.cleaned()


async def _export_log(call: ServiceCall) -> ServiceResponse:
    """Return a site's receipts and figures; nothing in them comes from a face."""
    return _site(call).log.as_dict()


async def _report(call: ServiceCall) -> ServiceResponse:
    """Return a site's figures of a week or month."""
    await async_require_admin(call.hass, call.context)
    period = Period(call.data[ATTR_PERIOD])
    report = await async_report(call.hass, _site(call), period)
    return report.as_dict()


async def _purge(call: ServiceCall) -> ServiceResponse:
    """Forget a site's visitors and return a receipt."""
    older_than: timedelta | None = call.data.get(ATTR_OLDER_THAN)
    site = _site(call)
    receipt = site.visitors.purge(
        async_cause(call.context),
        older_than_s=None if older_than is None else older_than.total_seconds(),
        only_here=call.data[ATTR_ONLY_HERE],
    )
    answer: dict[str, Any] = {
        ATTR_TIME: receipt.time.isoformat(),
        "already_purged": receipt.already_purged,
        **receipt_record(receipt),
    }
    if elsewhere := await site.sharing.purge_receipt(receipt):
        answer["shared_quota"] = {
            "acknowledged": list(elsewhere.acknowledged),
            "missing": list(elsewhere.missing),
            "nothing_left_on_server": elsewhere.swept,
        }
    return answer


def _site(call: ServiceCall) -> Site:
    """Return the site that an action names; raise ServiceValidationError if there is none."""
    entry: FaceQuotaConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    return entry.runtime_data


def _dispenser(entity: Entity) -> Dispenser:
    """Return the dispenser of a visit's entity, which stands for it in these actions."""
    if (
        not isinstance(entity, DispenserEntity)
        or entity.entity_description.key != VISIT.key
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_dispenser",
            translation_placeholders={"entity": entity.entity_id},
        )
    return entity.dispenser
