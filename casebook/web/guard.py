"""Who may open a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from casebook.errors import NotAllowed

View = Callable[..., HttpResponseBase]


def signed_in(permission: str | None = None) -> Callable[[View], View]:
    """Send who is not signed in to sign in; refuse a role that lacks ``permission`` in every team."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if permission is not None and not request.actor.may(permission):  # type: ignore[attr-defined]
                raise NotAllowed(f"Your role does not open this page ({permission}).")
            return view(request, *args, **kwargs)

        return guarded

    return guard
