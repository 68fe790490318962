"""The ledger, and an action's verbs as forms: each calls the service the API calls, then goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automation.containment import approve, cards, ledger, resolve, undo
from automation.containment.moving import fetch, what
from automation.containment.places import Places
from automation.containment.request import request as ask_for
from automation.models import Action
from casebook.errors import Conflict, Invalid
from casebook.web.guard import actor_of, signed_in
from casebook.web.verbs import back_to, said

PAGE = "/containment/"
SAID = {
    "refuse": "Refused: {what}.",
    "withdraw": "Withdrawn: {what}.",
    "renew": "Asked again: {what}.",
    "undo": "Being undone: {what}.",
    "retry": "Undoing again: {what}.",
    "resolve": "Resolved: {what}.",
}


@require_safe
@signed_in("action.read")
def show(request: HttpRequest) -> HttpResponse:
    """`/containment/`: everything applied anywhere, with time left."""
    narrowed = request.GET.get("show", "")
    narrowed = narrowed if narrowed in ledger.FILTERS else ""
    back = f"{PAGE}?show={narrowed}" if narrowed else PAGE
    places = Places.parse(request.GET.dict()) if request.htmx else None  # type: ignore[attr-defined]
    actor = actor_of(request)
    found = ledger.again(actor, places, show=narrowed) if places else ledger.page(actor, show=narrowed)
    context = {
        "ledger": found, "show": narrowed, "back": back, "again": f"{PAGE}?{found.places.query(show=narrowed)}",
    }  # fmt: skip
    part = "#ledger" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"automation/ledger.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("action.request")
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything an approval is bound to, and the one button: a dialog with htmx, a page without. What is sent back
    with the press is what was looked at; where something else stands there by then, it is shown, and not agreed to."""
    actor = actor_of(request)
    if request.method != "POST":
        return _to_agree(request, fetch(actor, pk))
    try:
        done = approve.approve(actor=actor, action_id=pk, seen=request.POST.get("seen", ""))
    except (Invalid, Conflict) as refused:
        return _to_agree(request, fetch(actor, pk), status=refused.status, problem=refused)
    messages.success(request, f"Agreed: {what(done)}.")
    back = back_to(request, PAGE)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": back})
    return redirect(back)


def _to_agree(request: HttpRequest, action: Action, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"one": cards.card(actor_of(request), action), "back": back_to(request, PAGE), **more}
    part = "#sheet" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"automation/agree.html{part}", context, status=status)


@require_POST
@signed_in("action.request")
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """An offer of a case's page, asked for."""
    given = request.POST
    act = lambda: ask_for(  # noqa: E731
        actor=actor_of(request),
        ref=ref,
        kind=given.get("kind", ""),
        target=given.get("target", ""),
        reason=given.get("reason", ""),
        connector=given.get("connector") or None,
        expires_in=given.get("expires_in") or None,
    )
    return _answered(request, back_to(request, f"/cases/{ref}/"), act, "Asked for: {what}. Somebody else must agree.")


def _verb(name: str, act: Callable[..., Action], *takes: str) -> Callable[..., HttpResponse]:
    @require_POST
    @signed_in("action.request")
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        given: dict[str, Any] = {field: request.POST.get(field, "") for field in takes}
        do = lambda: act(actor=actor_of(request), action_id=pk, **given)  # noqa: E731
        return _answered(request, back_to(request, PAGE), do, SAID[name])

    view.__doc__ = act.__doc__
    return view  # type: ignore[return-value]


refuse = _verb("refuse", approve.refuse, "reason")
withdraw = _verb("withdraw", approve.withdraw, "reason")
renew = _verb("renew", approve.renew)
take_back = _verb("undo", undo.undo, "reason")
retry = _verb("retry", undo.retry)
settle = _verb("resolve", resolve.resolve, "to", "reason")


def _answered(request: HttpRequest, back: str, act: Callable[[], Action], done: str) -> HttpResponse:
    """Do it and go back; a refusal somebody can act on is said where they came from."""
    try:
        messages.success(request, done.format(what=what(act())))
    except (Invalid, Conflict) as refused:
        messages.error(request, said(refused))
    return redirect(back)
