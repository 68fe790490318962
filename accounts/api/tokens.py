"""Tokens of sources over REST. A secret is in the answer that makes it, and in none after."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import source_tokens
from accounts.models import Token
from accounts.source_tokens import Issued
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, object_of
from casebook.errors import Invalid


class TokenInSerializer(Shape):
    days = s.IntegerField(required=False, help_text=f"how long it counts; {source_tokens.DAYS} unless told otherwise")
    in_url = s.BooleanField(required=False, help_text="a source key, for senders that cannot set headers")


class TokenRenewSerializer(Shape):
    days = s.IntegerField(required=False, help_text="how long it counts; as long as the old one unless told otherwise")
    overlap_h = s.IntegerField(required=False, help_text="how long the old one counts beside it")


class TokenSerializer(Shape):
    id = s.IntegerField()
    prefix = s.CharField(help_text="its first characters")
    in_url = s.BooleanField()
    counts = s.BooleanField(help_text="neither revoked nor expired")
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    revoked_at = s.DateTimeField(allow_null=True)


class TokenMadeSerializer(TokenSerializer):
    token = s.CharField(help_text="shown this once")


class TokensView(APIView):
    @extend_schema(operation_id="sources_tokens_list", parameters=PAGING, responses=page_of(TokenSerializer))
    def get(self, request: Request, slug: str) -> Response:
        only(request, ())
        pages = Pages()
        rows = source_tokens.of_source(actor_of(request), slug)
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([described(row) for row in page])

    @extend_schema(
        operation_id="sources_tokens_create", request=TokenInSerializer, responses={201: TokenMadeSerializer}
    )
    def post(self, request: Request, slug: str) -> Response:
        """No idempotency key: its answer holds the secret, which is stored nowhere in the clear."""
        body = object_of(request, TokenInSerializer)
        in_url = body.get("in_url", False)
        if not isinstance(in_url, bool):
            raise Invalid("in_url is true or false.", errors={"in_url": ["true or false"]})
        days = body.get("days", source_tokens.DAYS)
        made = source_tokens.issue_for(actor=actor_of(request), slug=slug, days=days, in_url=in_url)
        return Response(_made(made), status=201)


class TokenRenewView(APIView):
    @extend_schema(operation_id="tokens_renew", request=TokenRenewSerializer, responses={201: TokenMadeSerializer})
    def post(self, request: Request, pk: int) -> Response:
        body = object_of(request, TokenRenewSerializer)
        made = source_tokens.renew(
            actor=actor_of(request),
            token_id=pk,
            days=body.get("days"),
            overlap_h=body.get("overlap_h", source_tokens.OVERLAP_H),
        )
        return Response(_made(made), status=201)


class TokenRevokeView(APIView):
    @extend_schema(operation_id="tokens_revoke", request=None, responses=TokenSerializer)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        token = source_tokens.revoke_of(actor=actor_of(request), token_id=pk)
        token.refresh_from_db()
        return Response(described(token))


urlpatterns = [
    path("sources/<slug:slug>/tokens/", TokensView.as_view()),
    path("tokens/<int:pk>/renew/", TokenRenewView.as_view()),
    path("tokens/<int:pk>/revoke/", TokenRevokeView.as_view()),
]


def described(row: Token) -> dict[str, Any]:
    """A token as the API shows it: never its secret."""
    plain = ("prefix", "in_url", "created_at", "expires_at", "revoked_at")
    counts = row.revoked_at is None and row.expires_at > timezone.now()
    return {"id": row.pk, "counts": counts} | {name: getattr(row, name) for name in plain}


def _made(made: Issued) -> dict[str, Any]:
    return described(made.token) | {"token": made.secret}
