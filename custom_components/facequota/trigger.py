"""The triggers of automations: portions, purges, refills, cleaning, an empty roll."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, cast, override

from homeassistant.components.binary_sensor.const import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.components.sensor.const import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, STATE_ON
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.trigger import (
    EntityTargetStateTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN, Outcome
from .event import EVENT_PURGED
from .local_format import LocalFormat
from .site.empty_soon import CONF_WITHIN, WITHIN_SCHEMA, empty_within

LOOK_EVERY = timedelta(minutes=1)


def _ours(hass: HomeAssistant, entities: set[str], key: str | None = None) -> set[str]:
    """Keep our entities of an area or label that holds others too; of one kind, if named."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entities
        if (entry := registry.async_get(entity_id))
        and entry.platform == DOMAIN
        and key in (None, entry.translation_key)
    }


class _EventTrigger(StatelessEntityTriggerBase):
    """Fires on some of the event types of FaceQuota's event entities."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _event_types: ClassVar[frozenset[str]]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep our entities of an area or label that holds others too."""
        return _ours(self._hass, super().entity_filter(entities))

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Return if this is an event that was waited for."""
        return state.attributes.get(ATTR_EVENT_TYPE) in self._event_types


class PortionGranted(_EventTrigger):
    """Somebody got a portion, by whichever lane."""

    _event_types = frozenset({Outcome.GRANTED, Outcome.UNRECOGNISED})


class PortionRefused(_EventTrigger):
    """Somebody was told when the next portion comes."""

    _event_types = frozenset({Outcome.REFUSED})


class PortionFailed(_EventTrigger):
    """Somebody should have got a portion and did not get all of it."""

    _event_types = frozenset({Outcome.FAILED})


class Purged(_EventTrigger):
    """A site forgot its visitors by a purge."""

    _event_types = frozenset({EVENT_PURGED})


class Refilled(StatelessEntityTriggerBase):
    """A dispenser has a new roll; its state says when."""

    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the sensors "Refilled at"."""
        return _ours(self._hass, super().entity_filter(entities), "refilled_at")


class CleaningDue(EntityTargetStateTriggerBase):
    """A site is due for cleaning."""

    _domain_specs = {BINARY_SENSOR_DOMAIN: DomainSpec()}
    _to_states = {STATE_ON}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the binary sensors "Cleaning due"."""
        return _ours(self._hass, super().entity_filter(entities), "cleaning_due")


class PaperWillBeEmpty(Trigger):
    """A dispenser of a site will be empty within some time: once for each roll."""

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the options."""
        return cast(ConfigType, WITHIN_SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Remember the site and the time."""
        super().__init__(hass, config)
        options: dict[str, Any] = config.options or {}
        self._entry_id: str = options[ATTR_CONFIG_ENTRY_ID]
        self._within: timedelta = options[CONF_WITHIN]

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Look every minute; a roll that is near its end already was told before.

        A forecast that moves to and fro, and a site that is stopped, begin no new roll.
        """
        told = {
            (key, one.refilled_at)
            for key, one in empty_within(
                self._hass, self._entry_id, self._within
            ).items()
        }

        @callback
        def look(_now: datetime) -> None:
            near = empty_within(self._hass, self._entry_id, self._within)
            for dispenser_id, (name, empty_at, refilled_at) in near.items():
                roll = (dispenser_id, refilled_at)
                if roll in told:
                    continue
                told.add(roll)
                time = LocalFormat.of(self._hass).time(empty_at)
                run_action(
                    {
                        "dispenser": name,
                        "empty_at": empty_at.isoformat(),
                        # For people: by Home Assistant's language and country.
                        "time": time,
                        # For actions of FaceQuota at this dispenser.
                        "visit": er.async_get(self._hass).async_get_entity_id(
                            EVENT_DOMAIN,
                            DOMAIN,
                            f"{self._entry_id}_{dispenser_id}_visit",
                        ),
                    },
                    f"{name} {time}",
                )

        return async_track_time_interval(self._hass, look, LOOK_EVERY)


TRIGGERS: dict[str, type[Trigger]] = {
    "portion_granted": PortionGranted,
    "portion_refused": PortionRefused,
    "portion_failed": PortionFailed,
    "purged": Purged,
    "refilled": Refilled,
    "cleaning_due": CleaningDue,
    "paper_will_be_empty": PaperWillBeEmpty,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of FaceQuota."""
    return TRIGGERS
