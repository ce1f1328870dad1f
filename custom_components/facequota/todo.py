"""The site's to-do list: refill, clean, look after a fault."""

from typing import override

from homeassistant.components.todo.const import TodoItemStatus, TodoListEntityFeature
from homeassistant.components.todo.entity import TodoItem, TodoListEntity
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .entity import SiteEntity
from .languages import async_words
from .site.site import FaceQuotaConfigEntry
from .site.tasks import Task, TaskKind

# Nothing is polled.
PARALLEL_UPDATES = 0

TASKS = EntityDescription(key="tasks", translation_key="tasks")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FaceQuotaConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the to-do list of a site."""
    async_add_entities([TaskList(entry, TASKS)])


class TaskList(SiteEntity, TodoListEntity):
    """What staff have to do; items come and go with the state of the site."""

    # The due time is announced, too: the frontend sends it back with all that it saves.
    _attr_supported_features = (
        TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.SET_DUE_DATETIME_ON_ITEM
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Load the words before the first item, and whenever Home Assistant's language changes."""
        await self._load_words()
        await super().async_added_to_hass()
        self._show()
        self.async_on_remove(
            self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._follow_language)
        )

    async def _load_words(self) -> None:
        self._language = self.hass.config.language
        self._words = await async_words(self.hass, self._language, "common")

    async def _follow_language(self, _: Event) -> None:
        if self.hass.config.language != self._language:
            await self._load_words()
            self._changed()

    @override
    def _subscriptions(self) -> list[CALLBACK_TYPE]:
        shown = [self.site.upkeep.changes.add(self._changed)]
        return [
            *shown,
            *(one.changes.add(self._changed) for one in self.site.dispensers.values()),
        ]

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Close an item: its work was done. Nothing else of it can be changed.

        No item is ever shown as completed, so that there is nothing to open again. When the
        work was done, it does not matter that its due time has moved meanwhile.
        """
        done = item.status == TodoItemStatus.COMPLETED
        for shown in self.todo_items or ():
            if shown.uid == item.uid and (
                shown.summary != item.summary or (shown.due != item.due and not done)
            ):
                raise ServiceValidationError(
                    translation_domain=DOMAIN, translation_key="task_is_not_edited"
                )
        task = next(
            (one for one in self.site.upkeep.tasks if one.uid == item.uid), None
        )
        if task is None or not done:
            self._show()
            self.async_write_ha_state()
            return
        if task.kind is TaskKind.CLEAN:
            self.site.upkeep.cleaned()
        elif task.kind is TaskKind.REFILL and task.dispenser_id is not None:
            await self.site.dispensers[task.dispenser_id].roll.refilled()
        else:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="task_ends_by_itself"
            )

    @callback
    def _changed(self) -> None:
        """Write only what is new: dispensers change with every visit."""
        before = self._attr_todo_items
        self._show()
        if self._attr_todo_items != before:
            self.async_write_ha_state()

    @callback
    def _show(self) -> None:
        self._attr_todo_items = [self._item(task) for task in self.site.upkeep.tasks]

    def _item(self, task: Task) -> TodoItem:
        text = self._words.get(f"component.{DOMAIN}.common.task_{task.kind}", "")
        return TodoItem(
            uid=task.uid,
            summary=text.format(name=task.name) or task.uid,
            due=task.due,
            status=TodoItemStatus.NEEDS_ACTION,
        )
