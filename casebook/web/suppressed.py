"""`/settings/suppressions/<id>/alerts/`: what lies under one silence, for whoever answers for it.

An administrator reads no cases and no raw alerts, and still has to see what a silence of theirs hides: title, entity,
severity and times, as the preview of a new one shows them.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from casebook.errors import NotFound
from casebook.intake import silence
from casebook.models import Alert
from casebook.web.guard import actor_of, signed_in

PAGE = 100


@require_safe
@signed_in(silence.READ)
def suppressed(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest first; ``?before=<id>`` goes on."""
    actor = actor_of(request)
    found = silence.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such suppression that you may see.")
    alerts = list(_from(Alert.objects.filter(suppressed_by=found), request.GET.get("before", ""))[: PAGE + 1])
    context = {
        "it": found,
        "alerts": alerts[:PAGE],
        "counted": silence.swallowed([found.pk]).get(found.pk),
        "older": f"?before={alerts[PAGE - 1].pk}" if len(alerts) > PAGE else "",
        "may_read_cases": actor.may("case.read"),
    }
    return render(request, "casebook/suppressed.html", context)


def _from(rows: QuerySet[Alert], before: str) -> QuerySet[Alert]:
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    return rows.select_related("source").order_by("-pk")


urlpatterns = [path("settings/suppressions/<int:pk>/alerts/", suppressed)]
