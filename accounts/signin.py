"""Sign in with a password; sessions that lock when idle and end with the shift."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.actors import PersonActor
from accounts.models import Person
from casebook.work.tick import first_in_this_hour

log = logging.getLogger(__name__)
MAX_FAILURES = 10
LOCK_S = 15 * 60
LIVE = "X-Casebook-Live"
"""The header of what a page asks by itself: no sign of a person being there."""


class PersonBackend(BaseBackend):
    """Username and password, the same time and text whether the name exists or not."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **kwargs: Any
    ) -> Person | None:
        person = Person.objects.filter(username=username).first()
        if person is None:
            Person().set_password(password)  # spends what a check would
            return None
        return person if person.check_password(password) and person.is_active else None

    def get_user(self, user_id: int) -> Person | None:
        return Person.objects.filter(pk=user_id, is_active=True).first()


def locked(username: str) -> bool:
    """Ten failures lock a name for a quarter of an hour. Without the cache nobody is locked out of their shift."""
    try:
        return int(cache.get(_key(username), 0)) >= MAX_FAILURES
    except Exception as error:  # the cache's client raises what its library likes
        log.warning("sign-in throttle not available: %s", error)
        return False


def count_failure(username: str) -> None:
    try:
        cache.add(_key(username), 0, LOCK_S)
        cache.incr(_key(username))
    except Exception as error:
        log.warning("sign-in throttle not available: %s", error)


def forget_failures(username: str) -> None:
    try:
        cache.delete(_key(username))
    except Exception as error:
        log.warning("sign-in throttle not available: %s", error)


def _key(username: str) -> str:
    return f"signin:{username.lower()[:150].encode().hex()}"


class SessionLimitsMiddleware:
    """Sets ``request.actor``; ends a session that was idle too long, or has lasted a shift. What a page asks by itself
    neither keeps a session alive nor gets an answer from one that has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/static/"):
            return self.get_response(request)
        if "_auth_user_id" in request.session:
            _limit(request)
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            timezone.activate(zone_of(request.user.zone))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _limit(request: HttpRequest) -> None:
    session, now = request.session, int(time.time())
    began, seen = session.get("began"), session.get("seen")
    if began is None or seen is None:
        session["began"] = session["seen"] = now
    elif now - seen > settings.SESSION_IDLE_S or now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
    elif now - seen >= 60 and LIVE not in request.headers:
        session["seen"] = now  # written at most once a minute, to spare the table


def forget_ended_sessions() -> int:
    """A sweep, effective once an hour: the table keeps no session that has ended. Returns how many went."""
    if not first_in_this_hour("sessions"):
        return 0
    gone, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return gone


def zone_of(name: str) -> ZoneInfo:
    """The zone a person reads times in; UTC where the name is no longer known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _actor(request: HttpRequest) -> PersonActor | None:
    return PersonActor(request.user) if request.user.is_authenticated else None  # type: ignore[arg-type]
