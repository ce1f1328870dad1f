"""What the logbook says of visits and purges, in the house's language."""

from collections.abc import Callable

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import (
    ATTR_CM,
    ATTR_FACES,
    ATTR_NEXT_PORTION,
    ATTR_OUTCOME,
    DOMAIN,
    EVENT_PURGE,
    EVENT_VISIT,
)
from .languages import spoken


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[
        [str, str, Callable[[Event], dict[str, str | None]]], None
    ],
) -> None:
    """Describe the events of FaceQuota."""

    def sentence(key: str, **placeholders: str) -> str:
        texts = async_get_cached_translations(
            hass, spoken(hass.config.language), "common", DOMAIN
        )
        text = texts.get(f"component.{DOMAIN}.common.logbook_{key}", key)
        return text.format(**placeholders)

    @callback
    def visit(event: Event) -> dict[str, str | None]:
        at = dt_util.parse_datetime(event.data[ATTR_NEXT_PORTION] or "")
        return _entry(
            event,
            sentence(
                event.data[ATTR_OUTCOME],
                cm=f"{event.data[ATTR_CM]:g}",
                time=f"{dt_util.as_local(at):%H:%M:%S}" if at else "",
            ),
        )

    @callback
    def purge(event: Event) -> dict[str, str | None]:
        return _entry(event, sentence("purged", faces=str(event.data[ATTR_FACES])))

    async_describe_event(DOMAIN, EVENT_VISIT, visit)
    async_describe_event(DOMAIN, EVENT_PURGE, purge)


def _entry(event: Event, message: str) -> dict[str, str | None]:
    """Return one line of the logbook."""
    return {
        LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
        LOGBOOK_ENTRY_MESSAGE: message,
        LOGBOOK_ENTRY_ENTITY_ID: event.data[ATTR_ENTITY_ID],
    }
