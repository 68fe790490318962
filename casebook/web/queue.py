"""The queue: one list, most urgent first; and a case opened by hand."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casebook.actor import Actor
from casebook.cases import opening, queue
from casebook.errors import Invalid
from casebook.journal.changes import HEAD, Cursor
from casebook.models import Case, LinkRole, ObservableType, Severity, Source, State, Team
from casebook.web.guard import signed_in
from casebook.web.queue_news import news
from casebook.web.queue_page import ANY_STATE, address, asked_of, chips, lines, rows_of

PER_PAGE = 50
PAGE = "casebook/queue.html"
LINES, MORE_LINES, MOST_LINES = 3, 3, 60
"""Observables a new case's form offers: at first, with each press of the button, and at most."""
OFFERED = (
    {"type": "ip", "role": "source", "hint": "203.0.113.7"},
    {"type": "user", "role": "target", "hint": "m.keller"},
    {"type": "host", "role": "target", "hint": "desk-4"},
)
REF = re.compile(r"CB-(\d{1,17})", re.IGNORECASE)


@require_safe
@signed_in()
def show(request: HttpRequest) -> HttpResponse:
    """`/`: open cases, mine and unassigned, unless the address asks for others.

    What the page asks of itself by htmx: ``shown``, the rows it has, as they stand now and in its order; with
    ``news`` too, what has come in since that place in the journal.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may("case.read"):
        return redirect("/playbooks/" if actor.may("playbook.write") else "/settings/context/")
    if request.headers.get("HX-Request") and "shown" in request.GET:
        return _part(request, actor)
    if found := _named(actor, request.GET.get("q", "")):
        return redirect(f"/cases/{found.ref}/")
    if any(not value for value in request.GET.values()) or "shown" in request.GET:
        return redirect(address(request.GET))
    return render(request, PAGE, _page(request, actor))


def _page(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    cursor = HEAD.cursor()  # before the rows: what commits in between is news, not lost
    asked = asked_of(request.GET)
    found = queue.view(actor, asked, limit=PER_PAGE)
    sources = list(Source.objects.filter(team_id__in=actor.teams("case.read")).select_related("team"))
    shown = ",".join(str(row.case.pk) for row in found.rows)
    paged = bool(found.next or request.GET.get("after"))
    return {
        **_lists(actor, asked, found.rows),
        "heading": "My cases" if request.GET.get("owner") == "me" else "Queue",
        "totals": found.totals,
        "chips": chips(request.GET),
        "narrowed": bool(request.GET),
        "asked": request.GET,
        "here": address(request.GET),
        "next": address(request.GET, after=found.next) if found.next else "",
        "first": address(request.GET) if request.GET.get("after") else "",
        "rows_url": address(request.GET, shown=shown),
        "news_url": address(request.GET, shown=shown, news=str(cursor)),
        "may_open": actor.may("case.work"),
        "pages_note": f"{len(found.rows)} of {found.totals['cases']:,} cases" if paged else "",
        "choices": _choices(sources, request.GET),
    }


def _lists(actor: Actor, asked: dict[str, str], rows: list[queue.Row]) -> dict[str, Any]:
    found = lines(actor, rows)
    late = [line for line in found if line.row.late]
    return {
        "rows": [line for line in found if not line.row.late],
        "late": late,
        "late_in_all": _late_in_all(actor, asked) if late else 0,
        "refs": " ".join(line.case.ref for line in found),
    }


def _late_in_all(actor: Actor, asked: dict[str, str]) -> int:
    """How many cases stand in the band on all pages together."""
    ranked = queue.in_urgency_order(actor, queue.scoped(actor, asked), queue.tier_of(actor))
    return ranked.filter(rank=queue.LATE).count()  # type: ignore[misc]  # annotated, unknown to the plug-in


def _choices(sources: list[Source], chosen: QueryDict) -> dict[str, list[tuple[str, str]]]:
    """What the filter form offers; the first choice of each is what holds where nothing is said.

    What an address asks for beyond it (an owner by name, two states) stays chosen.
    """
    severities = list(reversed(Severity.labels))
    above = [",".join(severities[: count + 1]) for count in range(1, 3)]
    offered = {
        "state": [("", "Open"), *((value, value) for value in State.values), (ANY_STATE, "any")],
        "severity": [
            ("", "any"),
            *((str(one), str(one)) for one in severities),
            *((group, group.replace(",", " or ")) for group in above),
        ],
        "owner": [("", "mine + unassigned"), ("me", "mine"), ("none", "nobody's"), ("anyone", "anybody's")],
        "source": [("", "any"), *((one.slug, one.name) for one in sources)],
        "team": [("", "any"), *sorted({(one.team.slug, one.team.name) for one in sources})],
    }
    for name, options in offered.items():
        value = chosen.get(name, "")
        if value not in dict(options):
            options.append((value, value.replace(",", " or ")))
    return offered


def _part(request: HttpRequest, actor: Actor) -> HttpResponse:
    shown = [int(pk) for pk in request.GET.get("shown", "").split(",") if pk.isdecimal() and len(pk) < 18][:PER_PAGE]
    if since := request.GET.get("news"):
        told = news(actor, asked_of(request.GET), cursor=Cursor.parse(since), shown=shown)
        return render(request, "casebook/_queue_news.html", {"news": told, "here": address(request.GET)})
    lists = _lists(actor, asked_of(request.GET), rows_of(actor, shown))
    context = {**lists, "here": address(request.GET), "part": True}
    context["rows_url"] = address(request.GET, shown=",".join(map(str, shown)))
    return render(request, f"{PAGE}#rows", {**context, "said": get_messages(request)})


def _named(actor: Actor, words: str) -> Case | None:
    """Who searches for a case by its ref wants the case, not a list of one."""
    match = REF.fullmatch(words.strip())
    return Case.objects.visible_to(actor).filter(pk=int(match[1])).first() if match else None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("case.work")
def new_case(request: HttpRequest) -> HttpResponse:
    """`/cases/new/`: a phone call to the SOC becomes a case. A link may fill it in by the names of its fields."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    errors: dict[str, list[str]] = {}
    if request.method == "POST" and "more" not in request.POST:
        try:
            case = opening.open_by_hand(actor=actor, **_asked(request))
            return redirect(f"/cases/{case.ref}/")
        except Invalid as invalid:
            errors = {_field_of(name, request): said for name, said in invalid.errors.items()}
            errors = errors or {"title": [invalid.detail]}
    given = request.POST or request.GET
    context = {
        "errors": errors,
        "given": given,
        "lines": _lines_of(request),
        "severities": list(reversed(Severity.labels)),
        "types": ObservableType.values,
        "roles": LinkRole.values,
        "teams": list(Team.objects.filter(pk__in=actor.teams("case.work"))),
        "severity": given.get("severity") or "medium",
    }
    return render(request, "casebook/new_case.html", context, status=422 if errors else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    return {
        "title": post.get("title", ""),
        "team": post.get("team", ""),
        "severity": post.get("severity", "medium"),
        "techniques": [one.upper() for one in re.split(r"[\s,;]+", post.get("techniques", "")) if one],
        "observables": [line for line in _triples(request) if line[1]],
    }


def _triples(request: HttpRequest) -> list[tuple[str, str, str]]:
    given = request.POST or request.GET
    found = zip(given.getlist("type"), given.getlist("value"), given.getlist("role"), strict=False)
    return [(kind, value.strip(), role) for kind, value, role in found][:MOST_LINES]


def _field_of(name: str, request: HttpRequest) -> str:
    """`observables.1` counts the lines that were filled in; the form marks the line as it stands on the page."""
    section, _, number = name.partition(".")
    if section != "observables" or not number.isdecimal():
        return name
    filled = [index for index, line in enumerate(_triples(request)) if line[1]]
    return f"line-{filled[int(number)]}" if int(number) < len(filled) else "observables"


def _lines_of(request: HttpRequest) -> list[dict[str, str]]:
    given = _triples(request)
    more = MORE_LINES if "more" in request.POST else 0
    empty = max(LINES - len(given), 0) + more
    offered = [OFFERED[(len(given) + index) % len(OFFERED)] for index in range(empty)]
    rows = [dict(zip(("type", "value", "role"), line, strict=True)) for line in given] + offered
    return [{"id": f"line-{index}", **row} for index, row in enumerate(rows[:MOST_LINES])]
