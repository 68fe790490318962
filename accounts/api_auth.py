"""How the API knows who asks: a bearer token, or the session of a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.actors import PersonActor, SourceActor
from accounts.tokens import TokenRefused, resolve


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer <token>``. ``request.user`` becomes the actor."""

    def authenticate(self, request: Request) -> tuple[PersonActor | SourceActor, None] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, secret = header.partition(" ")
        if not header:
            return None
        if scheme.lower() != "bearer" or not secret.strip():
            raise exceptions.AuthenticationFailed("Send the token as 'Authorization: Bearer <token>'.")
        try:
            actor = resolve(secret.strip())
        except TokenRefused as refused:
            raise exceptions.AuthenticationFailed(str(refused)) from refused
        if actor.read_only and request.method not in SAFE_METHODS:
            raise exceptions.PermissionDenied("This token may only read.")
        return actor, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="casebook"'


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
