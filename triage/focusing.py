"""Active time: seconds a person had a step in front of them. Counted by the page, added up here."""

from __future__ import annotations

from django.db import connection, transaction

from casebook.actor import Actor
from casebook.cases.access import fetch_for, standing
from casebook.errors import Invalid, NotAllowed, WrongState
from casebook.models import Step
from triage import runs

MOST_S = 300
"""A page tells at least every five minutes; more at once is a sleeping laptop, not work."""

# One statement, so that two windows of one person add up instead of overwriting each other.
_ADD = """
insert into triage_focus (run_id, step_id, person_id, seconds) values (%(run)s, %(step)s, %(person)s, %(seconds)s)
on conflict (run_id, step_id, person_id) do update set seconds = triage_focus.seconds + excluded.seconds
"""


def focus(*, actor: Actor, ref: str, seconds: int, step_id: int | None = None) -> None:
    """Add focused seconds to a step of the case's run, or to the case as a whole. Looking takes no case."""
    if not 1 <= seconds <= MOST_S:
        raise Invalid("Focus is told in small portions.", errors={"seconds": [f"1 to {MOST_S}"]})
    if actor.person_id is None:
        raise NotAllowed("Only a person has something in focus.")
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work")
        if not case.is_open:
            raise WrongState(f"{case.ref} is closed: time on it is no longer counted.", extra=standing(case))
        if step_id is not None and not Step.objects.filter(pk=step_id, version=case.playbook_version_id).exists():
            raise Invalid("That step is of another playbook.", errors={"step": ["no step of this case's playbook"]})
        run = runs.current(actor, case)
        values = {"run": run.pk, "step": step_id, "person": actor.person_id, "seconds": seconds}
        with connection.cursor() as cursor:
            cursor.execute(_ADD, values)
