"""How a person likes to read: theme, zone, keys. Kept in the session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from casebook.web.guard import signed_in

CHOICES = {"theme": ("system", "light", "dark"), "zone": ("mine", "utc", "log"), "keys": ("on", "off")}


@require_POST
@signed_in()
def save(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen, ignore what is no choice, go back."""
    for name, allowed in CHOICES.items():
        value = request.POST.get(name)
        if value in allowed:
            request.session[name] = value
    back = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(back if ours else "/")
