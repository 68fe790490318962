"""What tests of intake share: items, a closed case, a sender with another policy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from casebook.actor import Automation
from casebook.cases import closing, moving
from casebook.intake.envelope import read
from casebook.intake.outcome import Outcome
from casebook.intake.prepare import Item, prepare
from casebook.intake.receive import receive
from casebook.intake.sender import Sender
from casebook.models import Case
from tests.conftest import alert_body


def item(position: int = 0, **changes: Any) -> Item:
    """An alert ready to be received; ``changes`` replace its fields."""
    body = json.dumps(alert_body(**changes)).encode()
    return prepare(read(body), body, position)


def send(sender: Sender, **changes: Any) -> Outcome:
    """One alert, received."""
    return receive(sender, [item(**changes)])[0]


def close(case_id: int | None) -> Case:
    """The case, closed as a false positive."""
    case = Case.objects.get(pk=case_id)
    actor = Automation(team_id=case.team_id)
    closing.close(actor=actor, case=case, verdict="false_positive", reason="", now=moving.db_now())
    return case


def with_policy(sender: Sender, **changes: Any) -> Sender:
    """The same sender under another policy."""
    return replace(sender, **changes)
