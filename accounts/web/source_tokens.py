"""`/settings/sources/<slug>/tokens/`: what a source may come in with."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import source_tokens
from accounts.source_tokens import Issued
from casebook.errors import Invalid
from casebook.sources import access
from casebook.web import source_page
from casebook.web.guard import actor_of, signed_in

ENDS_SOON = timedelta(days=14)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(access.WRITE)
def tokens(request: HttpRequest, slug: str) -> HttpResponse:
    """All of them; posted, a new one, whose secret this answer shows and none after."""
    if request.method != "POST":
        return _page(request, slug)
    form = request.POST
    try:
        made = source_tokens.issue_for(
            actor=actor_of(request), slug=slug, days=_number(form.get("days", "")), in_url=form.get("kind") == "key"
        )
    except Invalid as refusal:
        return _page(request, slug, refusal=refusal)
    return _page(request, slug, made=made)


@require_POST
@signed_in(access.WRITE)
def renew(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    try:
        hours = _number(request.POST.get("overlap_h", ""))
        made = source_tokens.renew(actor=actor_of(request), token_id=pk, overlap_h=hours)
    except Invalid as refusal:
        return _page(request, slug, refusal=refusal)
    return _page(request, slug, made=made)


@require_POST
@signed_in(access.WRITE)
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    token = source_tokens.revoke_of(actor=actor_of(request), token_id=pk)
    messages.success(request, f"{token.prefix}… is refused from now on.")
    return redirect(f"/settings/sources/{slug}/tokens/")


urlpatterns = [
    path("settings/sources/<slug:slug>/tokens/", tokens),
    path("settings/sources/<slug:slug>/tokens/<int:pk>/renew/", renew),
    path("settings/sources/<slug:slug>/tokens/<int:pk>/revoke/", revoke),
]


def _page(
    request: HttpRequest, slug: str, *, made: Issued | None = None, refusal: Invalid | None = None
) -> HttpResponse:
    actor = actor_of(request)
    now = timezone.now()
    rows = list(source_tokens.of_source(actor, slug))
    context = source_page.frame(actor, access.seen(actor, slug)) | {
        "live": [row for row in rows if row.revoked_at is None and row.expires_at > now],
        "past": [row for row in rows if row.revoked_at is not None or row.expires_at <= now],
        "ending": {row.pk for row in rows if row.expires_at <= now + ENDS_SOON},
        "made": made,
        "errors": refusal.errors if refusal else {},
        "days": source_tokens.DAYS,
        "overlap_h": source_tokens.OVERLAP_H,
    }
    return render(request, "accounts/source_tokens.html", context, status=422 if refusal else 200)


def _number(text: str) -> int:
    """What is no whole number is out of every bounds."""
    return int(text) if text.isdecimal() and len(text) < 9 else -1
