"""The top bar: which rooms a person may enter, and which one they are in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.actors import PersonActor
from casebook.errors import NotAllowed
from casebook.journal.changes import HEAD
from casebook.web.guard import signed_in

ROOMS = (
    # label, address, shortcut, permission that opens it
    ("Queue", "/", "g q", "case.read"),
    ("My cases", "/?owner=me", "g c", "case.work"),
    ("Alerts", "/alerts/", "g a", "case.read"),
    ("T2 desk", "/t2/", "g t", "case.accept"),
    ("Containment", "/containment/", "g k", "action.read"),
    ("Reports", "/reports/sla/", "g r", "report.any"),
    ("Playbooks", "/playbooks/", "g p", "playbook.read"),
    ("Coverage", "/coverage/", "g v", "playbook.read"),
)
SETTINGS = (
    # label, address, permission that opens it
    ("Sources", "/settings/sources/", "source.read"),
    ("Suppressions", "/settings/suppressions/", "source.read"),
    ("Webhooks", "/settings/webhooks/", "source.read"),
    ("Log systems", "/settings/log-systems/", "source.read"),
    ("Context", "/settings/context/", "context.read"),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """``nav``: the rooms, the current one active; ``settings_nav``: those of the settings; ``actor``: for what a
    template may show; ``ui``: how they read."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "actor": None, "ui": {}}
    actor: PersonActor = request.actor  # type: ignore[attr-defined]
    here = request.get_full_path()
    rooms = [
        {"label": label, "url": url, "key": key, "active": _is_here(url, here)}
        for label, url, key, permission in ROOMS
        if actor.may(permission)
    ]
    settings = _settings(actor, here)
    if settings:  # one room of the bar, its first door the first the person may open
        active = here.startswith("/settings/")
        rooms.append({"label": "Settings", "url": settings[0]["url"], "key": "g s", "active": active})
    ui = {name: request.session.get(name) for name in ("theme", "zone", "keys")}
    ui["zone_name"] = user.zone
    ui["roles"] = ", ".join(sorted(role.label for role in actor.roles))
    ui["changes_since"] = str(getattr(request, "changes_since", None) or HEAD.cursor())
    return {"nav": rooms, "settings_nav": settings, "actor": actor, "ui": ui}


@require_safe
@signed_in()
def settings_door(request: HttpRequest) -> HttpResponse:
    """`/settings/`: to the first of its rooms that the person may enter."""
    rooms = _settings(request.actor, "")  # type: ignore[attr-defined]
    if not rooms:
        raise NotAllowed("Your role does not open the settings.")
    return redirect(rooms[0]["url"])


def _settings(actor: PersonActor, here: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": url, "active": here.startswith(url)}
        for label, url, permission in SETTINGS
        if actor.may(permission)
    ]


def _is_here(url: str, here: str) -> bool:
    if url == "/?owner=me":
        return here.startswith("/?") and "owner=me" in here
    if url == "/":
        return (here == "/" or here.startswith(("/?", "/cases/"))) and "owner=me" not in here
    if url == "/reports/sla/":
        return here.startswith("/reports/")
    return here.startswith(url)
