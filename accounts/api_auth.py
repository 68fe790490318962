"""How the API knows who asks: a bearer token, or the session of a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.actors import PersonActor, SourceActor
from accounts.tokens import TokenRefused, resolve


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``, or on routes that take one the source key in the address. ``request.user``
    becomes the actor."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[PersonActor | SourceActor, None] | None:
        match = request.resolver_match
        if match is not None and "source_key" in match.kwargs:
            return self._known(match.kwargs["source_key"], in_url=True), None
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, secret = header.partition(" ")
        if not header:
            return None
        if scheme.lower() != "bearer" or not secret.strip():
            raise exceptions.AuthenticationFailed("Send the token as 'Authorization: Bearer <token>'.")
        actor = self._known(secret.strip())
        if actor.read_only and request.method not in SAFE_METHODS:
            raise exceptions.PermissionDenied("This token may only read.")
        return actor, None

    def authenticate_header(self, request: Request | HttpRequest) -> str:
        return 'Bearer realm="casebook"'

    def _known(self, secret: str, *, in_url: bool = False) -> PersonActor | SourceActor:
        try:
            return resolve(secret, in_url=in_url)
        except TokenRefused as refused:
            raise exceptions.AuthenticationFailed(str(refused)) from refused


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in person of a page, with Django's CSRF check."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        return None if found is None else (PersonActor(found[0]), None)


class TokenScheme(OpenApiAuthenticationExtension):
    """The bearer token, in the schema's words."""

    target_class = "accounts.api_auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    """The session cookie of a page, in the schema's words."""

    target_class = "accounts.api_auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
