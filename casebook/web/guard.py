"""Who may open a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from casebook.actor import Actor
from casebook.errors import NotAllowed
from casebook.journal.changes import HEAD

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor:
    """Who opens a page that `signed_in` guards."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def signed_in(permission: str | None = None) -> Callable[[View], View]:
    """Send who is not signed in to sign in; refuse a role that lacks ``permission`` in every team."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            if permission is not None and not request.actor.may(permission):  # type: ignore[attr-defined]
                raise NotAllowed(f"Your role does not open this page ({permission}).")
            # Before the page reads anything: what changes while it does is news to it, not something it has shown.
            request.changes_since = HEAD.cursor()  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return guard


def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page, and from there back to where the person was: a form's address is no page to go back to.

    A part of a page gets a 401, on which the page itself goes to sign in: a sign-in form inside it would be of no use.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401)
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    came_from = urlsplit(request.headers.get("Referer", ""))
    return redirect_to_login(came_from.path if came_from.netloc == request.get_host() else "/")
