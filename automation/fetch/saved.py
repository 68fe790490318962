"""Keep the searches of a log system: add, change, drop, and show what one becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from automation.fetch.about import About, Filled, fill
from automation.fetch.access import search_seen, to_change
from automation.fetch.plugins import kind_of, language_named
from automation.fetch.policy import SEARCH_FIELDS, wrong_search
from automation.fetch.protocol import Order, Place
from automation.fetch.sample import SAMPLE
from automation.models import LogSystem, SavedSearch
from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.journal.record import record


def add(*, actor: Actor, system_id: int, values: Mapping[str, Any]) -> SavedSearch:
    """``values``: kind, name, template, and language (the system's first). Raises Invalid, NotFound or NotAllowed."""
    with transaction.atomic():
        system = to_change(actor, system_id)
        given = {"language": kind_of(system).languages[0], **values}
        errors = wrong_search(given, kind_of(system))
        errors |= {name: ["required"] for name in ("kind", "name", "template") if not given.get(name)}
        if errors:
            raise Invalid.of(errors)
        _free(system, given["name"])
        made = SavedSearch.objects.create(
            system=system, **{name: _clean(given[name]) for name in SEARCH_FIELDS if name in given}
        )
        _tell(actor, system, f"added the search “{made.name}”")
    return made


def change(*, actor: Actor, search_id: int, values: Mapping[str, Any]) -> SavedSearch:
    """Set what is given. Raises Invalid, NotFound or NotAllowed."""
    with transaction.atomic():
        system = to_change(actor, search_seen(actor, search_id).system_id)
        found = SavedSearch.objects.select_for_update().get(pk=search_id)
        whole = {"language": found.language, "template": found.template, **values}
        if errors := wrong_search(whole, kind_of(system)):
            raise Invalid.of(errors)
        if "name" in values and _clean(values["name"]) != found.name:
            _free(system, values["name"])
        changed = [name for name in SEARCH_FIELDS if name in values and getattr(found, name) != _clean(values[name])]
        for name in changed:
            setattr(found, name, _clean(values[name]))
        found.changed_at = Now()
        found.save()
        if changed:
            _tell(actor, system, f"changed {', '.join(changed)} of the search “{found.name}”")
    found.refresh_from_db()
    return found


def drop(*, actor: Actor, search_id: int) -> LogSystem:
    """Forget a search. Raises NotFound or NotAllowed."""
    with transaction.atomic():
        system = to_change(actor, search_seen(actor, search_id).system_id)
        found = SavedSearch.objects.get(pk=search_id)
        _tell(actor, system, f"dropped the search “{found.name}”")
        found.delete()
    return system


def starters_again(*, actor: Actor, system_id: int) -> int:
    """Add the searches its kind ships that are not there by name. Returns how many. Raises NotFound or NotAllowed."""
    with transaction.atomic():
        system = to_change(actor, system_id)
        there = set(SavedSearch.objects.filter(system=system).values_list("name", flat=True))
        lacking = [one for one in kind_of(system).starters if one.name not in there]
        SavedSearch.objects.bulk_create(SavedSearch(system=system, **one._asdict()) for one in lacking)
        if lacking:
            _tell(actor, system, f"brought back {len(lacking)} searches")
    return len(lacking)


def filled(system: LogSystem, template: str, language: str, about: About) -> Filled:
    """A template with a case, or a made-up one, in it. Raises Invalid for an unknown language."""
    index = str(system.settings.get("index", ""))
    return fill(template, language_named(language), about, rows=system.most_rows, index=index)


def sample() -> About:
    return About(**SAMPLE)


def link(system: LogSystem, query: str, language: str, about: About) -> str:
    """Where a person sees the same question in the system itself; "" where its settings do not say."""
    order = Order(query, language, about.start, about.end, system.most_rows)
    return kind_of(system).link(order, Place(system.url, system.settings))


def _free(system: LogSystem, name: str) -> None:
    if SavedSearch.objects.filter(system=system, name=_clean(name)).exists():
        raise Invalid.of({"name": ["there is one of that name already"]})


def _tell(actor: Actor, system: LogSystem, what: str) -> None:
    record(actor, "logsystem.changed", system, {"name": system.name, "what": what}, team_id=system.team_id)


def _clean(text: str) -> str:
    """Forms send line ends of their own."""
    return text.replace("\r\n", "\n").strip()
