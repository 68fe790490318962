"""Sign in, sign out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import PersonActor
from accounts.signin import count_failure, forget_failures, locked

WRONG = "That name and password do not go together."
FIRST_ROOMS = (
    ("case.work", "/"),
    ("report.read", "/reports/sla/"),
    ("playbook.write", "/playbooks/"),
    ("context.read", "/settings/context/"),
)
"""Where the work of a role begins: the first address whose right a person holds."""
LOCKED = "Too many tries for this name. Wait a quarter of an hour, or ask an administrator."


class SignInForm(forms.Form):
    username = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        max_length=500, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.person: Any = None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        name, password = given.get("username", ""), given.get("password", "")
        if not name or not password:
            return given
        if locked(name):
            raise forms.ValidationError(LOCKED)
        self.person = authenticate(self.request, username=name, password=password)
        if self.person is None:
            count_failure(name)
            raise forms.ValidationError(WRONG)
        forget_failures(name)
        return given


@sensitive_post_parameters("password")
@csrf_protect
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form; on success to where the person was going, if that is a page of ours, else to their first room."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    target = wanted if ours else "/"
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        request.session.flush()  # nothing of whoever sat here before, and the shift counts from now
        login(request, form.person)
        return redirect(target if target != "/" else first_room(PersonActor(form.person)))
    return render(request, "accounts/signin.html", {"form": form, "next": target}, status=422 if form.errors else 200)


def first_room(actor: PersonActor) -> str:
    """A manager sits down to figures, an author to playbooks; the queue is for those who work it."""
    return next((address for right, address in FIRST_ROOMS if actor.may(right)), "/")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here."""
    logout(request)
    return redirect("/signin/")
