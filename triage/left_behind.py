"""What a case leaves behind when it is closed now: tasks that become *not done*, and actions that stay in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.containment.kinds import KINDS
from automation.models import IN_FORCE, Action, ActionState
from casebook.errors import Invalid
from casebook.models import Case
from triage.models import Task


@dataclass(frozen=True)
class Left:
    """One thing left behind. ``ends_at`` is when an action is undone by itself; ``in_force`` False where it is only
    asked for, and goes on without the case."""

    kind: str
    id: int
    words: str
    state: str
    in_force: bool = False
    ends_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}_{self.id}"

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "what": self.words, "state": self.state, "expires_at": self.ends_at}


def of_case(case: Case) -> list[Left]:
    """Open tasks, then actions that are not over, each in the order they came. Two queries."""
    tasks = Task.objects.filter(case=case, state=Task.State.OPEN).order_by("id")
    actions = Action.objects.filter(case=case, ended_at=None).select_related("connector").order_by("id")
    return [*(Left("task", one.pk, one.title, one.state) for one in tasks), *map(_action, actions)]


def require_seen(left: list[Left], acknowledged: Collection[str]) -> None:
    """Every thing left behind was acknowledged by its key. Raises Invalid naming each that was not."""
    missing = [one for one in left if one.key not in acknowledged]
    if not missing:
        return
    words = "; ".join(one.words for one in missing[:3]) + (f"; and {len(missing) - 3} more" if len(missing) > 3 else "")
    raise Invalid(
        f"Closing leaves this as it is, and nobody has said that it may: {words}.",
        errors={f"left_{one.key}": ["say that it may stay so, or see to it first"] for one in missing},
    )


def _action(action: Action) -> Left:
    where = f"{KINDS[action.kind].title(action.target)} at {action.connector.name}"
    state = ActionState(action.state)
    return Left("action", action.pk, where, state.value, state in IN_FORCE, action.expires_at)
