"""Webhooks over REST: kept, their log read, something sent again. A secret goes in and never comes out again."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from automation.models import Delivery, Webhook
from automation.webhooks import access, keeping
from automation.webhooks.message import VERBS
from casebook.api.idempotency import idempotent
from casebook.api.paging import PAGING, Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, object_of
from casebook.errors import Invalid

STATES = list(Delivery.State.values)


class WebhookChangeSerializer(Shape):
    name = s.CharField(required=False)
    url = s.CharField(required=False)
    reach = s.CharField(required=False, help_text="public, private or local: where the listener may stand")
    verbs = s.ListField(child=s.CharField(), required=False, help_text=f"of {', '.join(VERBS)}")
    settings = s.DictField(required=False, help_text="what the form needs, see docs/webhooks.md")
    source = s.CharField(required=False, allow_null=True, help_text="slug; null: cases of every source")  # type: ignore[assignment]  # shadows DRF's own
    enabled = s.BooleanField(required=False)
    secret = s.CharField(required=False, write_only=True, help_text="of forms whose secret the other side gives")


class WebhookInSerializer(WebhookChangeSerializer):
    team = s.CharField()
    name = s.CharField()
    url = s.CharField()
    form = s.CharField(required=False, help_text="signed unless told otherwise")


class WebhookSerializer(Shape):
    id = s.IntegerField()
    team = s.CharField()
    source = s.CharField(allow_null=True)  # type: ignore[assignment]  # shadows DRF's own
    name = s.CharField()
    form = s.CharField()
    url = s.CharField()
    reach = s.CharField()
    verbs = s.ListField(child=s.CharField())
    settings = s.DictField()
    enabled = s.BooleanField()
    stopped_why = s.CharField()
    waiting = s.IntegerField(help_text="deliveries that wait")
    created_at = s.DateTimeField()


class WebhookMadeSerializer(WebhookSerializer):
    secret = s.CharField(help_text="shown this once; empty where it was given")


class DeliverySerializer(Shape):
    id = s.IntegerField()
    webhook = s.IntegerField()
    case = s.CharField(help_text="empty for a test message")
    verb = s.CharField()
    key = s.CharField(help_text="the same each time it is sent: tell repeats by it")
    state = s.CharField(help_text=", ".join(STATES))
    resent = s.BooleanField()
    attempts = s.IntegerField()
    status = s.IntegerField(allow_null=True)
    error = s.CharField()
    took_ms = s.IntegerField(allow_null=True)
    planned_at = s.DateTimeField()
    next_at = s.DateTimeField()
    tried_at = s.DateTimeField(allow_null=True)
    body = s.DictField()


class WebhooksView(APIView):
    @extend_schema(operation_id="webhooks_list", parameters=PAGING, responses=page_of(WebhookSerializer))
    def get(self, request: Request) -> Response:
        only(request, ())
        pages = Pages()
        rows: list[Any] = pages.paginate_queryset(access.readable(actor_of(request)), request, view=self) or []
        return pages.get_paginated_response([described(row) for row in rows])

    @extend_schema(operation_id="webhooks_create", request=WebhookInSerializer, responses={201: WebhookMadeSerializer})
    def post(self, request: Request) -> Response:
        """No idempotency key: its answer holds the secret, which is stored nowhere in the clear."""
        body = dict(object_of(request, WebhookInSerializer))
        team = body.pop("team", "")
        if not isinstance(team, str) or not team:
            raise Invalid("Say which team it belongs to.", errors={"team": ["required"]})
        made = keeping.create(actor=actor_of(request), team=team, values=body)
        return Response(described(made.webhook) | {"secret": made.secret}, status=201)


class WebhookView(APIView):
    @extend_schema(operation_id="webhooks_retrieve", responses=WebhookSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(access.seen(actor_of(request), pk)))

    @extend_schema(operation_id="webhooks_change", request=WebhookChangeSerializer, responses=WebhookSerializer)
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        body = object_of(request, WebhookChangeSerializer)
        return Response(described(keeping.change(actor=actor_of(request), hook_id=pk, values=body)))

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        keeping.drop(actor=actor_of(request), hook_id=pk)
        return Response(status=204)


class SecretView(APIView):
    @extend_schema(operation_id="webhooks_secret", request=None, responses=WebhookMadeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Another signing secret, effective at once. No idempotency key, as where one is made."""
        made = keeping.new_signing_secret(actor=actor_of(request), hook_id=pk)
        return Response(described(made.webhook) | {"secret": made.secret})


class TestView(APIView):
    @extend_schema(operation_id="webhooks_test", request=None, responses={202: DeliverySerializer})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """A message about no case, signed and sent as any other; what came of it is in the log."""
        return Response(told(keeping.send_test(actor=actor_of(request), hook_id=pk)), status=202)


class DeliveriesView(APIView):
    @extend_schema(
        operation_id="webhooks_deliveries_list",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=STATES), *PAGING],
        responses=page_of(DeliverySerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        only(request, ("state",))
        rows = Delivery.objects.filter(webhook=access.seen(actor_of(request), pk))
        state = request.query_params.get("state")
        if state:
            if state not in STATES:
                raise Invalid("There is no such state.", errors={"state": [f"one of {', '.join(STATES)}"]})
            rows = rows.filter(state=state)
        pages = Pages()
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([told(row) for row in page])


class AgainView(APIView):
    @extend_schema(operation_id="deliveries_again", request=None, responses={202: DeliverySerializer})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        return Response(told(keeping.send_again(actor=actor_of(request), delivery_id=pk)), status=202)


urlpatterns = [
    path("webhooks/", WebhooksView.as_view()),
    path("webhooks/<int:pk>/", WebhookView.as_view()),
    path("webhooks/<int:pk>/secret/", SecretView.as_view()),
    path("webhooks/<int:pk>/test/", TestView.as_view()),
    path("webhooks/<int:pk>/deliveries/", DeliveriesView.as_view()),
    path("deliveries/<int:pk>/again/", AgainView.as_view()),
]


def described(row: Webhook) -> dict[str, Any]:
    """A webhook as the API shows it: everything but its secret."""
    plain = ("name", "form", "url", "reach", "verbs", "settings", "enabled", "stopped_why", "created_at")
    return {
        "id": row.pk,
        "team": row.team.slug,
        "source": row.source.slug if row.source else None,
        "waiting": Delivery.objects.filter(webhook=row, state=Delivery.State.WAITING).count(),
    } | {name: getattr(row, name) for name in plain}


def told(row: Delivery) -> dict[str, Any]:
    """A delivery as the log shows it."""
    plain = (
        "id", "verb", "key", "state", "resent", "attempts", "status", "error", "took_ms", "planned_at", "next_at",
        "tried_at", "body",
    )  # fmt: skip
    return {"webhook": row.webhook_id, "case": row.case_ref} | {name: getattr(row, name) for name in plain}
