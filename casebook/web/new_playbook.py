"""A playbook that is not there yet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from casebook.actor import Actor
from casebook.errors import Conflict, Invalid, NotAllowed
from casebook.models import Team
from casebook.playbooks import creating
from casebook.playbooks.access import WRITE
from casebook.web.guard import signed_in

FIELDS = ("slug", "name", "technique", "team")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """`/playbooks/new/`: its name and technique; then the editor, with one step in each section."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = {name: value for name in FIELDS if (value := (request.POST or request.GET).get(name, ""))}
    refused: Conflict | Invalid | NotAllowed | None = None
    if request.method == "POST":
        try:
            draft = creating.create(actor=actor, **{"slug": "", "name": ""} | given)
            return redirect(f"/playbooks/{draft.playbook.slug}/edit/")
        except (Conflict, Invalid) as wrong:
            refused = wrong
    context = {
        "given": given,
        "refused": refused,
        "errors": refused.errors if refused else {},
        "teams": Team.objects.filter(pk__in=actor.teams(WRITE)),
    }
    return render(request, "casebook/new_playbook.html", context, status=refused.status if refused else 200)
