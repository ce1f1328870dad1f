"""Home Assistant's own cards, in the form of a dashboard's configuration."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from custom_components.facequota.const import DOMAIN, SUBENTRY_DISPENSER
from custom_components.facequota.languages import columns
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er

# The width of half a section on a phone, in columns of text.
MAX_HALF: Final = 14
WHOLE_WIDTH: Final = {"columns": "full"}
# Keys of a tile that always takes the whole width: it comes and goes, shows more than
# its state, has a graph, or its width is set already.
NEVER_HALF: Final = {"visibility", "state_content", "features", "grid_options"}

# "Empty at · Entrance": names for the entities of several dispensers below one heading.
# What it is comes first, so that a long name hides nothing but its own end.
WHOSE: Final = [
    {"type": "entity"},
    {"type": "text", "text": "·"},
    {"type": "device"},
]

type Card = dict[str, Any]


class Words:
    """The dashboard's own words, in the user's language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Take the translations of the category "common"."""
        self._texts = texts

    def __getitem__(self, key: str) -> str:
        """Return the words for a key."""
        return self._texts.get(f"component.{DOMAIN}.common.dashboard_{key}", key)

    @property
    def stopped(self) -> str:
        """Return the text about a site that does not run, the same as on the page."""
        return self._texts.get(f"component.{DOMAIN}.common.panel_stopped", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """The entity ids of a site and of its dispensers, by domain and key."""

    entry_id: str
    title: str
    of_site: Mapping[str, str]
    dispensers: Sequence[tuple[str, Mapping[str, str]]]
    """Each with its name: two may have the same."""
    names: Mapping[str, str]
    """What each entity is called beside its device, by its id."""

    @classmethod
    def of_entry(cls, registry: er.EntityRegistry, entry: ConfigEntry) -> Self:
        """Return the entities that are not disabled, by their present ids."""
        found: dict[str | None, dict[str, str]] = {}
        names: dict[str, str] = {}
        for one in er.async_entries_for_config_entry(registry, entry.entry_id):
            if one.disabled_by is None and one.hidden_by is None:
                of_device = found.setdefault(one.config_subentry_id, {})
                of_device[f"{one.domain}.{one.translation_key}"] = one.entity_id
                names[one.entity_id] = one.name or one.original_name or ""
        return cls(
            entry_id=entry.entry_id,
            title=entry.title,
            of_site=found.get(None, {}),
            dispensers=[
                (subentry.title, found.get(key, {}))
                for key, subentry in entry.subentries.items()
                if subentry.subentry_type == SUBENTRY_DISPENSER
            ],
            names=names,
        )

    @property
    def path(self) -> str:
        """Return the address of the site's view within the dashboard."""
        return f"site-{self.entry_id.lower()}"

    def everywhere(self, key: str) -> list[str]:
        """Return this entity of each dispenser that has it."""
        return [one[key] for _name, one in self.dispensers if key in one]


def section(*cards: Card | None, span: int = 1) -> Card | None:
    """Return a section of those cards that exist; None without a card besides the heading."""
    there = [card for card in cards if card is not None]
    if all(card["type"] == "heading" for card in there):
        return None
    made: Card = {"type": "grid", "cards": there}
    if span > 1:
        made["column_span"] = span
    return made


def widen(cards: Iterable[Card], names: Mapping[str, str]) -> None:
    """Give the whole width to each tile that is alone or whose text would be cut at half the width.

    names are the names of the entities by their ids, for tiles without a text of their
    own.
    """
    alone: Card | None = None
    for card in cards:
        if _fits_half(card, names):
            alone = card if alone is None else None
            continue
        for one in (card, alone):
            if one is not None and one["type"] == "tile":
                one["grid_options"] = WHOLE_WIDTH
        alone = None
    if alone is not None:
        alone["grid_options"] = WHOLE_WIDTH


def _fits_half(card: Card, names: Mapping[str, str]) -> bool:
    """Return if half of a section is enough for a card in each of its states."""
    text = card.get("name")
    if card["type"] != "tile" or text == WHOSE or NEVER_HALF & card.keys():
        return False
    return columns(text if isinstance(text, str) else names[card["entity"]]) <= MAX_HALF


def view(title: str, path: str, icon: str, sections: Iterable[Card | None]) -> Card:
    """Return a view in sections."""
    return {
        "type": "sections",
        "title": title,
        "path": path,
        "icon": icon,
        "max_columns": 3,
        "sections": [one for one in sections if one is not None],
    }


def heading(text: str, icon: str, *, path: str | None = None) -> Card:
    """Return a heading; with a path it leads to a view."""
    made: Card = {"type": "heading", "heading": text, "icon": icon}
    if path is not None:
        made["tap_action"] = {"action": "navigate", "navigation_path": path}
    return made


def tile(entity_id: str | None, **options: Any) -> Card | None:
    """Return a tile, None without its entity; the heading above names the site or dispenser."""
    if entity_id is None:
        return None
    name = {"type": "entity"}
    return {"type": "tile", "entity": entity_id, "name": name, **options}


def only_while(entity_id: str | None, state: str, **options: Any) -> Card | None:
    """Return a tile that is shown only while its entity has this state."""
    shown = {"condition": "state", "entity": entity_id, "state": state}
    return tile(entity_id, visibility=[shown], **options)


def unless_unknown(entity_id: str | None, **options: Any) -> Card | None:
    """Return a tile that is shown only while its entity has a state to show."""
    shown = {
        "condition": "state",
        "entity": entity_id,
        "state_not": [STATE_UNKNOWN, STATE_UNAVAILABLE],
    }
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
        "grid_options": WHOLE_WIDTH,
    }


def tasks(site: Entities) -> Card | None:
    """Return the site's to-do list; a touch on a task closes it."""
    if (tasks_id := site.of_site.get("todo.tasks")) is None:
        return None
    return {
        "type": "todo-list",
        "entity": tasks_id,
        "hide_create": True,
        "hide_completed": True,
        # Not a form to edit the task: there is nothing to edit.
        "item_tap_action": "toggle",
        "grid_options": WHOLE_WIDTH,
    }


def hours(site: Entities) -> Card:
    """Return our own card: today by hour beside what is usual on this weekday.

    No card of Home Assistant shows another day's figures beside today's.
    """
    return {"type": "custom:facequota-hours", "config_entry_id": site.entry_id}
