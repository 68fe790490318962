"""Ranges and assets over REST, and beside them the routes of people, allow entries and change windows."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import context_entries
from casebook.api.idempotency import idempotent
from casebook.api.paging import Pages, only
from casebook.api.shapes import Shape, page_of
from casebook.api.who import actor_of, object_of
from casebook.context import access, assets, ranges
from casebook.errors import Invalid
from casebook.models import Asset, NetworkRange

LISTING = [
    OpenApiParameter("team", OpenApiTypes.STR),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("cursor", OpenApiTypes.STR),
]
KINDS = list(Asset.Kind.values)


class RangeInSerializer(Shape):
    team = s.CharField(required=False, help_text="slug; may be left out by who is in one team only")
    cidr = s.CharField()
    label = s.CharField()  # type: ignore[assignment]  # shadows DRF's own


class RangeSerializer(Shape):
    id = s.IntegerField()
    team = s.CharField()
    cidr = s.CharField()
    label = s.CharField()  # type: ignore[assignment]  # shadows DRF's own


class RangeAddedSerializer(RangeSerializer):
    overlaps = s.ListField(child=s.CharField(), help_text="ranges of the team it shares addresses with")


class AssetInContextSerializer(Shape):
    team = s.CharField(required=False, help_text="slug; may be left out by who is in one team only")
    kind = s.CharField(help_text=f"one of {', '.join(KINDS)}")
    name = s.CharField()
    label = s.CharField(required=False)  # type: ignore[assignment]  # shadows DRF's own
    critical = s.BooleanField(required=False)
    protected = s.BooleanField(required=False)
    zone = s.CharField(required=False, help_text="IANA time zone of its clock")


class AssetOfContextSerializer(AssetInContextSerializer):
    id = s.IntegerField()


class RangesView(APIView):
    @extend_schema(operation_id="context_ranges_list", parameters=LISTING, responses=page_of(RangeSerializer))
    def get(self, request: Request) -> Response:
        only(request, ("team",))
        return _listed(self, request, NetworkRange.objects.all(), _range)

    @extend_schema(
        operation_id="context_ranges_create", request=RangeInSerializer, responses={201: RangeAddedSerializer}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = object_of(request, RangeInSerializer)
        added = ranges.add_range(
            actor=actor_of(request),
            team_id=access.team_named(actor_of(request), _text(body, "team")),
            cidr=_text(body, "cidr"),
            label=_text(body, "label"),
        )
        return Response(_range(added.range) | {"overlaps": [one.cidr for one in added.overlaps]}, status=201)


class RangeView(APIView):
    @extend_schema(operation_id="context_ranges_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        ranges.remove_range(actor=actor_of(request), range_id=pk)
        return Response(status=204)


class AssetsView(APIView):
    @extend_schema(operation_id="context_assets_list", parameters=LISTING, responses=page_of(AssetOfContextSerializer))
    def get(self, request: Request) -> Response:
        only(request, ("team",))
        return _listed(self, request, Asset.objects.all(), _asset)

    @extend_schema(
        operation_id="context_assets_create",
        request=AssetInContextSerializer,
        responses={201: AssetOfContextSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = object_of(request, AssetInContextSerializer)
        asset = assets.add_asset(
            actor=actor_of(request),
            team_id=access.team_named(actor_of(request), _text(body, "team")),
            kind=_text(body, "kind"),
            name=_text(body, "name"),
            label=_text(body, "label"),
            critical=_flag(body, "critical"),
            protected=_flag(body, "protected"),
            zone=_text(body, "zone"),
        )
        return Response(_asset(asset), status=201)


class AssetView(APIView):
    @extend_schema(operation_id="context_assets_delete", responses={204: None})
    @idempotent
    def delete(self, request: Request, pk: int) -> Response:
        assets.remove_asset(actor=actor_of(request), asset_id=pk)
        return Response(status=204)


urlpatterns = [
    path("context/ranges/", RangesView.as_view()),
    path("context/ranges/<int:pk>/", RangeView.as_view()),
    path("context/assets/", AssetsView.as_view()),
    path("context/assets/<int:pk>/", AssetView.as_view()),
    *context_entries.urlpatterns,
]


def _listed(view: APIView, request: Request, rows: Any, described: Any) -> Response:
    rows = rows.filter(team__in=access.readable(actor_of(request))).select_related("team")
    if request.query_params.get("team"):
        rows = rows.filter(team__slug=request.query_params["team"])
    pages = Pages()
    page: list[Any] = pages.paginate_queryset(rows, request, view=view) or []
    return pages.get_paginated_response([described(row) for row in page])


def _range(row: NetworkRange) -> dict[str, Any]:
    return {"id": row.pk, "team": row.team.slug, "cidr": row.cidr, "label": row.label}


def _asset(row: Asset) -> dict[str, Any]:
    fields = ("kind", "name", "label", "critical", "protected", "zone")
    return {"id": row.pk, "team": row.team.slug} | {name: getattr(row, name) for name in fields}


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Invalid(f"{name} is a text.", errors={name: ["must be a text"]})
    return value


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Invalid(f"{name} is true or false.", errors={name: ["must be true or false"]})
    return value
