"""`/playbooks/<slug>/export/`: a version to take away, in three formats, each with what it cannot hold."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from casebook.playbooks import exporting
from casebook.playbooks.export.render import FORMATS
from casebook.web.guard import signed_in


@require_safe
@signed_in("playbook.read")
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The formats, the one that holds most first; the files themselves come from the API."""
    version = exporting.version_to_export(request.actor, slug, request.GET.get("version"))  # type: ignore[attr-defined]
    made = exporting.exports_of(version)
    rows = [
        {
            "name": name,
            "format": FORMATS[name],
            "file": exporting.file_name(version, name),
            "bytes": len(one.text.encode()),
            "not_held": one.not_held,
            "unread": one.unread,
        }
        for name, one in made.items()
    ]
    return render(request, "casebook/export.html", {"version": version, "rows": rows})


urlpatterns = [path("playbooks/<str:slug>/export/", show, name="playbook-export")]
