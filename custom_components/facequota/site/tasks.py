"""The tasks of a site's staff, derived from its state, so that they close by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .cleaning import Cleaning, CleaningRule


class TaskKind(StrEnum):
    """The kinds of tasks."""

    REFILL = "refill"
    CLEAN = "clean"
    LOOK_AFTER = "look_after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: where it is, and until when; `reason` says what is wrong there."""

    kind: TaskKind
    name: str
    dispenser_id: str | None = None
    due: datetime | None = None
    reason: str | None = None

    @property
    def uid(self) -> str:
        """Return an id that is unique among the tasks of a site."""
        if self.dispenser_id is None:
            return self.kind
        return f"{self.kind}_{self.dispenser_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserNeeds:
    """What a dispenser needs of staff; empty_at is when its roll is first foreseen to end."""

    dispenser_id: str
    name: str
    fault: str | None
    empty: bool
    low: bool
    empty_at: datetime | None


def open_tasks(
    site: str,
    needs: Iterable[DispenserNeeds],
    cleaning: Cleaning,
    rule: CleaningRule,
    now: datetime,
) -> list[Task]:
    """Return the open tasks, most urgent first: faults, refills by time, cleaning."""
    faults, refills, cleanings = [], [], []
    for one in needs:
        if one.empty or one.low:
            refills.append(
                Task(
                    kind=TaskKind.REFILL,
                    name=one.name,
                    dispenser_id=one.dispenser_id,
                    due=now if one.empty else one.empty_at,
                )
            )
        elif one.fault is not None:
            faults.append(
                Task(
                    kind=TaskKind.LOOK_AFTER,
                    name=one.name,
                    dispenser_id=one.dispenser_id,
                    reason=one.fault,
                )
            )
    if cleaning.is_due(now, rule):
        cleanings.append(
            Task(kind=TaskKind.CLEAN, name=site, due=cleaning.due_at(rule))
        )
    refills.sort(key=lambda task: (task.due is None, task.due or now))
    return [*faults, *refills, *cleanings]
