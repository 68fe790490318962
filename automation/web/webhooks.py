"""`/settings/webhooks/`: who outside is told of what, and each telling."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.models import Delivery, Webhook
from automation.outbound import Reach
from automation.webhooks import access, keeping
from automation.webhooks.forms.protocol import Form
from automation.webhooks.keeping import Made
from automation.webhooks.message import VERBS
from automation.webhooks.policy import form_named
from casebook.errors import Invalid
from casebook.models import Source, Team
from casebook.plugins import load, table
from casebook.sources.access import READ, WRITE
from casebook.web.guard import actor_of, signed_in

PAGE = "/settings/webhooks/"
LOG_PAGE = 50
STATES = {"": "all", "waiting": "waiting", "given_up": "given up", "delivered": "delivered"}


@dataclass(frozen=True)
class Verb:
    """A verb as a box to tick."""

    name: str
    words: str
    ticked: bool


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(READ)
def webhooks(request: HttpRequest) -> HttpResponse:
    """All of them, and the form that makes one: its answer shows the secret, this once."""
    if request.method != "POST":
        return _list_page(request)
    try:
        made = keeping.create(actor=actor_of(request), team=request.POST.get("team", ""), values=_values(request.POST))
    except Invalid as refusal:
        return _list_page(request, refusal)
    if not made.secret:
        messages.success(request, f"{made.webhook.name} is told from now on.")
        return redirect(f"{PAGE}{made.webhook.pk}/")
    return _hook_page(request, made.webhook, made=made)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(READ)
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its settings, and its log with each answer."""
    actor = actor_of(request)
    if request.method != "POST":
        return _hook_page(request, access.seen(actor, pk))
    try:
        changed = keeping.change(actor=actor, hook_id=pk, values=_values(request.POST, changing=True))
    except Invalid as refusal:
        return _hook_page(request, access.seen(actor, pk), refusal=refusal)
    messages.success(request, f"{changed.name} saved.")
    return redirect(f"{PAGE}{pk}/")


@require_POST
@signed_in(WRITE)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    on = request.POST.get("enabled") == "on"
    hook = keeping.change(actor=actor_of(request), hook_id=pk, values={"enabled": on})
    messages.success(request, f"{hook.name} is on: what waited is being sent." if on else f"{hook.name} is off.")
    return redirect(f"{PAGE}{pk}/")


@require_POST
@signed_in(WRITE)
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    made = keeping.new_signing_secret(actor=actor_of(request), hook_id=pk)
    return _hook_page(request, made.webhook, made=made)


@require_POST
@signed_in(WRITE)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    row = keeping.send_test(actor=actor_of(request), hook_id=pk)
    messages.success(request, "A test message is on its way: its line in the log says what came of it.")
    return redirect(f"/settings/deliveries/{row.pk}/")


@require_POST
@signed_in(WRITE)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    keeping.drop(actor=actor_of(request), hook_id=pk)
    messages.success(request, "The webhook is gone, and its log with it.")
    return redirect(PAGE)


@require_POST
@signed_in(WRITE)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    row = keeping.send_again(actor=actor_of(request), delivery_id=pk)
    messages.success(request, f"{row} is being sent again.")
    return redirect(f"{PAGE}{row.webhook_id}/")


@require_safe
@signed_in(READ)
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One telling whole: what was sent, and what came back."""
    actor = actor_of(request)
    found = Delivery.objects.filter(pk=pk).select_related("webhook").first()
    hook = access.seen(actor, found.webhook_id if found else 0)
    context = {"row": found, "hook": hook, "may_write": actor.may(WRITE, hook.team_id)}
    text = json.dumps(found.body, indent=2, ensure_ascii=False) if found else ""
    return render(request, "automation/delivery.html", context | {"text": text})


urlpatterns = [
    path("settings/webhooks/", webhooks, name="webhooks"),
    path("settings/webhooks/<int:pk>/", webhook),
    path("settings/webhooks/<int:pk>/switch/", switch),
    path("settings/webhooks/<int:pk>/secret/", secret),
    path("settings/webhooks/<int:pk>/test/", test),
    path("settings/webhooks/<int:pk>/drop/", drop),
    path("settings/deliveries/<int:pk>/", delivery),
    path("settings/deliveries/<int:pk>/again/", again),
]


def _list_page(request: HttpRequest, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    waits, lost = (Count("deliveries", filter=Q(deliveries__state=state)) for state in ("waiting", "given_up"))
    hooks = access.readable(actor).annotate(waiting=waits, given_up=lost, told_at=Max("deliveries__tried_at"))
    asked = request.POST if refusal else request.GET
    chosen = form_named(asked.get("form", "signed"))
    given = _values(request.POST) if refusal else {"settings": {}, "verbs": chosen.default_verbs, "name": "", "url": ""}
    context = {
        "hooks": hooks, "given": given, "errors": refusal.errors if refusal else {}, "chosen": chosen,
        "forms": _forms(),
        "teams": Team.objects.filter(pk__in=actor.teams(WRITE)), "reaches": [one.value for one in Reach],
        "sources": Source.objects.filter(team__in=actor.teams(WRITE)), "verbs": _verbs(given["verbs"]),
    }  # fmt: skip
    return render(request, "automation/webhooks.html", context, status=422 if refusal else 200)


def _hook_page(
    request: HttpRequest, hook: Webhook, *, made: Made | None = None, refusal: Invalid | None = None
) -> HttpResponse:
    actor = actor_of(request)
    state = request.GET.get("state", "")
    rows = Delivery.objects.filter(webhook=hook)
    counts = Counter(dict(rows.order_by().values_list("state").annotate(Count("pk"))))
    counts[""] = counts.total()
    shown = _log(rows.filter(state=state) if state in STATES and state else rows, request.GET.get("before", ""))
    given = _values(request.POST) if refusal else _as_given(hook)
    context = {
        "hook": hook, "made": made, "given": given, "errors": refusal.errors if refusal else {},
        "may_write": actor.may(WRITE, hook.team_id), "kind": form_named(hook.form),
        "verbs": _verbs(given["verbs"]),
        "rows": shown[:LOG_PAGE], "state": state,
        "states": [(name, words, counts[name]) for name, words in STATES.items()],
        "older": f"?state={state}&before={shown[LOG_PAGE - 1].pk}" if len(shown) > LOG_PAGE else "",
        "sources": Source.objects.filter(team_id=hook.team_id), "reaches": [one.value for one in Reach],
    }  # fmt: skip
    return render(request, "automation/webhook.html", context, status=422 if refusal else 200)


def _as_given(hook: Webhook) -> dict[str, Any]:
    """What the form shows of a webhook as it stands."""
    source = hook.source.slug if hook.source else None
    return {name: getattr(hook, name) for name in ("name", "url", "reach", "verbs", "settings")} | {"source": source}


def _log(rows: QuerySet[Delivery], before: str) -> list[Delivery]:
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    return list(rows.defer("body").order_by("-pk")[: LOG_PAGE + 1])


def _values(form: QueryDict, *, changing: bool = False) -> dict[str, Any]:
    """A posted form as the verb takes it. An empty secret of a change keeps the one there is."""
    settings = {name.removeprefix("set-"): value for name, value in form.items() if name.startswith("set-") and value}
    values: dict[str, Any] = {
        "name": form.get("name", ""),
        "url": form.get("url", "").strip(),
        "reach": form.get("reach", "public"),
        "verbs": form.getlist("verbs"),
        "settings": settings,
        "source": form.get("source") or None,
    }
    if form.get("secret"):
        values["secret"] = form["secret"]
    return values if changing else values | {"form": form.get("form", "signed")}


def _verbs(ticked: Iterable[str]) -> list[Verb]:
    wanted = set(ticked)
    return [Verb(name, _words(name), name in wanted) for name in VERBS]


def _words(verb: str) -> str:
    """``case.opened_by_hand`` as people say it."""
    return verb.replace(".", " ").replace("_", " ")


def _forms() -> list[Form]:
    return [load(dotted) for dotted in table("WEBHOOK_FORMS").values()]
