"""A person asks a log system about a case, or stops asking."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from automation.fetch.about import About
from automation.fetch.access import fetch_seen
from automation.fetch.saved import filled
from automation.models import LogFetch, SavedSearch
from casebook.actor import Actor
from casebook.cases.access import fetch_for
from casebook.cases.ownership import take_if_unowned
from casebook.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from casebook.journal.record import record
from casebook.models import Case
from casebook.work.enqueue import enqueue

MOST_AT_ONCE = 5
"""Of one case: each is work for somebody else's system."""
FURTHEST_DAYS = 400


def ask(*, actor: Actor, ref: str, search_id: int, about: About, step_id: int | None = None) -> LogFetch:
    """Have a worker run a saved search for a case. ``about`` is what to look for, and when.

    Allowed after closing, as attaching is; acting on an unowned case takes it. Raises NotFound, NotAllowed, Invalid for
    a window that is none or a search that would name nobody, Conflict where the same is under way.
    """
    _check(about)
    person_id = actor.person_id
    if person_id is None:
        raise NotAllowed("Only a person has logs fetched, also through a token of theirs.")
    with transaction.atomic():
        case = fetch_for(actor, ref, may="case.work", lock=True)
        search = _search(case, search_id)
        ready = filled(search.system, search.template, search.language, about)
        if not ready.named:
            raise Invalid("The case names nobody and nothing this search could look for.", errors={"search": ["empty"]})
        _room(case, ready.text)
        if case.is_open:
            take_if_unowned(actor, case)
        made = LogFetch.objects.create(
            team_id=case.team_id,
            case=case,
            step_id=_step(case, step_id),
            system=search.system,
            system_name=search.system.name,
            search_name=search.name,
            kind=search.kind,
            language=search.language,
            query=ready.text,
            left_out=[one._asdict() for one in ready.left_out],
            window_from=about.start,
            window_to=about.end,
            asked_by_id=person_id,
        )
        record(actor, "log.asked", case, told(made))
        enqueue("log.fetch", f"logfetch:{made.pk}", team_id=case.team_id, lane=4 - int(case.severity))
    return made


def stop(*, actor: Actor, fetch_id: int) -> LogFetch:
    """Ask no further. What came so far is thrown away. Raises NotFound, NotAllowed, WrongState."""
    with transaction.atomic():
        found = fetch_seen(actor, fetch_id)
        if not actor.may("case.work", found.team_id):
            raise NotAllowed("Your role does not work on cases.")
        waiting = LogFetch.objects.filter(pk=found.pk, state__in=(LogFetch.State.WAITING, LogFetch.State.RUNNING))
        if not waiting.update(state=LogFetch.State.CANCELLED, ended_at=Now()):
            raise WrongState("It has ended already.")
        record(actor, "log.stopped", found.case, told(found))
    found.refresh_from_db()
    return found


def told(row: LogFetch) -> dict[str, object]:
    """What the journal says of a fetch."""
    return {
        "fetch": row.pk,
        "system": row.system_name,
        "search": row.search_name,
        "kind": row.kind,
        "from": row.window_from.isoformat(),
        "to": row.window_to.isoformat(),
        "rows": row.rows,
    }


def _check(about: About) -> None:
    if about.start >= about.end:
        raise Invalid("The window ends before it begins.", errors={"to": ["must come after from"]})
    if (about.end - about.start).days > FURTHEST_DAYS:
        raise Invalid("That window is too wide.", errors={"from": [f"{FURTHEST_DAYS} days at most"]})


def _search(case: Case, search_id: int) -> SavedSearch:
    """One of the case's own team: no other team's system is ever asked."""
    searches = SavedSearch.objects.select_related("system").filter(system__team=case.team_id)
    found = searches.filter(pk=search_id).first()
    if found is None:
        raise NotFound("There is no such saved search for this case.")
    if not found.system.enabled:
        raise WrongState(f"{found.system.name} is switched off.")
    return found


def _room(case: Case, query: str) -> None:
    running = LogFetch.objects.filter(case=case, state__in=(LogFetch.State.WAITING, LogFetch.State.RUNNING))
    queries = list(running.values_list("query", flat=True))
    if query in queries:
        raise Conflict("The same is being fetched already.")
    if len(queries) >= MOST_AT_ONCE:
        raise Conflict(f"{MOST_AT_ONCE} fetches of this case are under way: wait for one to end, or stop one.")


def _step(case: Case, step_id: int | None) -> int | None:
    """The step it is asked for; of another playbook than the case's it is nobody's."""
    version = case.playbook_version
    return step_id if step_id and version and version.steps.filter(pk=step_id).exists() else None
