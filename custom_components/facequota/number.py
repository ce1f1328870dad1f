"""Numbers: the rules that a manager changes most often."""

from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfLength, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.unit_conversion import DistanceConverter

from .const import CONF_ALLOWANCE_CM, CONF_PORTION_CM, CONF_WINDOW_MIN, DOMAIN
from .entity import SiteEntity
from .options import DEFAULT_OPTIONS, LIMITS, rule_errors
from .site.rights import async_require_admin
from .site.site import FaceQuotaConfigEntry

# One at a time: each number writes the site's options.
PARALLEL_UPDATES = 1


def _length(option: str, key: str) -> NumberEntityDescription:
    """Return the description of a length in cm."""
    return NumberEntityDescription(
        key=option,
        translation_key=key,
        device_class=NumberDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.CENTIMETERS,
        native_min_value=LIMITS[option][0],
        native_max_value=LIMITS[option][1],
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    )


DESCRIPTIONS = (
    _length(CONF_PORTION_CM, "portion"),
    _length(CONF_ALLOWANCE_CM, "allowance"),
    NumberEntityDescription(
        key=CONF_WINDOW_MIN,
        translation_key="window",
        device_class=NumberDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        native_min_value=LIMITS[CONF_WINDOW_MIN][0],
        native_max_value=LIMITS[CONF_WINDOW_MIN][1],
        native_step=0.1,
        mode=NumberMode.BOX,
        entity_category=EntityCategory.CONFIG,
    ),
)

# The lengths that are compared with each other.
_OTHER_LENGTH: Final = {
    CONF_PORTION_CM: CONF_ALLOWANCE_CM,
    CONF_ALLOWANCE_CM: CONF_PORTION_CM,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of a site."""
    async_add_entities(RuleNumber(entry, description) for description in DESCRIPTIONS)


class RuleNumber(SiteEntity, NumberEntity):
    """One number of the site's rule; applied at once to everybody in the window."""

    @property
    @override
    def native_value(self) -> float:
        """Return the number in force."""
        key = self.entity_description.key
        options = self.site.entry.options
        return float(options.get(key, DEFAULT_OPTIONS[key]))

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the number to the site's options, unless the rules would contradict each other."""
        await async_require_admin(self.hass, self._context)
        key = self.entity_description.key
        # Home Assistant converts 13 inches to 33.019999999999996 cm.
        rules = {
            **DEFAULT_OPTIONS,
            **self.site.entry.options,
            key: round(value, 2),
        }
        other = _OTHER_LENGTH.get(key)
        # 60 cm are shown as 23.6 inches, which are 59.94 cm.
        if other and self._shown(rules[key]) == self._shown(rules[other]):
            rules[key] = rules[other]
        for error in rule_errors(rules).values():
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=error
            )
        self.site.change_options({key: rules[key]})

    def _shown(self, cm: float) -> float:
        """Return a length in the unit that a person chose, rounded to a step."""
        unit = self.unit_of_measurement
        return round(DistanceConverter.convert(cm, UnitOfLength.CENTIMETERS, unit), 1)
