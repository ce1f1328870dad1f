"""Home Assistant's own cards, as a dashboard's configuration has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from custom_components.facequota.const import DOMAIN, SUBENTRY_DISPENSER
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import entity_registry as er

type Card = dict[str, Any]


class Words:
    """The dashboard's own words, in the user's language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take the translations of the category "common"."""
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        """Return the words for a key."""
        return self._texts.get(f"component.{DOMAIN}.common.dashboard_{key}", key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """The entity ids of a site and of its dispensers, by domain and key."""

    entry_id: str
    title: str
    of_site: Mapping[str, str]
    dispensers: Mapping[str, Mapping[str, str]]
    """By the dispensers' names."""

    @classmethod
    def of_entry(cls, registry: er.EntityRegistry, entry: ConfigEntry) -> Self:
        """Return the entities that are not disabled, by their present ids."""
        found: dict[str | None, dict[str, str]] = {}
        for one in er.async_entries_for_config_entry(registry, entry.entry_id):
            if one.disabled_by is None and one.hidden_by is None:
                of_device = found.setdefault(one.config_subentry_id, {})
                of_device[f"{one.domain}.{one.translation_key}"] = one.entity_id
        return cls(
            entry_id=entry.entry_id,
            title=entry.title,
            of_site=found.get(None, {}),
            dispensers={
                subentry.title: found.get(key, {})
                for key, subentry in entry.subentries.items()
                if subentry.subentry_type == SUBENTRY_DISPENSER
            },
        )

    @property
    def path(self) -> str:
        """Return the address of the site's view within the dashboard."""
        return f"site-{self.entry_id.lower()}"

    def everywhere(self, key: str) -> list[str]:
        """Return an entity of each dispenser that has it."""
        return [one[key] for one in self.dispensers.values() if key in one]


def section(*cards: Card | None, span: int = 1) -> Card | None:
    """Return a section of the cards that there are; None without one to look at."""
    there = [card for card in cards if card is not None]
    if all(card["type"] == "heading" for card in there):
        return None
    made: Card = {"type": "grid", "cards": there}
    if span > 1:
        made["column_span"] = span
    return made


def view(
    title: str, path: str, icon: str, sections: Iterable[Card | None], columns: int = 3
) -> Card:
    """Return a view in sections."""
    return {
        "type": "sections",
        "title": title,
        "path": path,
        "icon": icon,
        "max_columns": columns,
        "sections": [one for one in sections if one is not None],
    }


def heading(text: str, icon: str, *, path: str | None = None) -> Card:
    """Return a heading; with a path it leads to a view."""
    made: Card = {"type": "heading", "heading": text, "icon": icon}
    if path is not None:
        made["tap_action"] = {"action": "navigate", "navigation_path": path}
    return made


def tile(entity_id: str | None, **options: Any) -> Card | None:
    """Return a tile, None without its entity; the heading above says whose it is."""
    if entity_id is None:
        return None
    name = {"type": "entity"}
    return {"type": "tile", "entity": entity_id, "name": name, **options}


def only_while(entity_id: str | None, state: str, **options: Any) -> Card | None:
    """Return a tile that is shown only while its entity has this state."""
    shown = {"condition": "state", "entity": entity_id, "state": state}
    return tile(entity_id, visibility=[shown], **options)


def button(entity_id: str | None, name: str, *, ask: str | None = None) -> Card | None:
    """Return a tile that presses a button; `ask` is the question to confirm."""
    action: Card = {
        "action": "perform-action",
        "perform_action": "button.press",
        "target": {"entity_id": entity_id},
    }
    if ask is not None:
        action["confirmation"] = {"text": ask}
    return tile(entity_id, name=name, hide_state=True, tap_action=action)


def bars(title: str, entity_ids: list[str], *, days: int, period: str) -> Card | None:
    """Return a bar chart of the growth of counters in each period."""
    if not entity_ids:
        return None
    return {
        "type": "statistics-graph",
        "title": title,
        "entities": entity_ids,
        "days_to_show": days,
        "period": period,
        "stat_types": ["change"],
        "chart_type": "bar",
        "grid_options": {"columns": "full"},
    }


def hours(site: Entities) -> Card:
    """Return our own card: today by hour beside what is usual on this weekday.

    No card of Home Assistant shows another day's figures beside today's.
    """
    return {"type": "custom:facequota-hours", "config_entry_id": site.entry_id}
