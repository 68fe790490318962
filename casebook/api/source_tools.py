"""What an administrator tries on a source over REST: another grouping, a field map on a body, bodies read again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import jobs
from casebook.api.idempotency import idempotent
from casebook.api.paging import only
from casebook.api.shapes import Shape
from casebook.api.who import actor_of, list_of, number_of, object_of
from casebook.clock import db_now
from casebook.errors import Invalid
from casebook.intake import grouping_preview, reprocess
from casebook.intake.adapters.field_map_preview import Preview, preview
from casebook.intake.adapters.field_map_values import Found
from casebook.intake.adapters.protocol import Reading
from casebook.intake.vendor import options_of
from casebook.models import Source
from casebook.sources import access, policy

GROUPING = ("grouping_on", "window_s", "days")


class ReprocessInSerializer(Shape):
    ids = s.ListField(child=s.IntegerField(), required=False, help_text="of sources/<slug>/refusals/; 100 at most")
    all = s.BooleanField(required=False, help_text="true: everything that waits, by a worker")


class ReprocessedSerializer(Shape):
    bodies = s.IntegerField(help_text="looked at")
    understood = s.IntegerField(help_text="became alerts; the others wait on, with the reason of today")
    alerts = s.IntegerField()


class GroupSerializer(Shape):
    title = s.CharField()
    entity = s.CharField()
    alerts = s.IntegerField()
    first = s.DateTimeField()
    last = s.DateTimeField()


class GroupingPreviewSerializer(Shape):
    alerts = s.IntegerField()
    cases = s.IntegerField()
    largest = GroupSerializer(many=True)


class MapPreviewInSerializer(Shape):
    field_map = s.DictField()
    body = s.JSONField(help_text="a body as the source sends it, decoded")
    number = s.IntegerField(required=False, help_text="which of its messages, from 0")


class MapFieldSerializer(Shape):
    field = s.CharField()
    expression = s.CharField()
    found = s.JSONField(allow_null=True)
    becomes = s.JSONField(allow_null=True)
    error = s.CharField(help_text="why it is left out")
    assumed = s.CharField()


class MapWrongSerializer(Shape):
    field = s.CharField()
    what = s.CharField()
    at = s.IntegerField(allow_null=True, help_text="the character, from 0")


class MapPreviewSerializer(Shape):
    messages = s.IntegerField()
    shown = s.IntegerField()
    fields = s.SerializerMethodField()  # type: ignore[assignment]  # a field of this name, not DRF's table of them
    alert = s.DictField(allow_null=True)
    facts = s.DictField()
    assumed = s.ListField(child=s.CharField())
    why_not = s.CharField(help_text="why it makes no alert")
    wrong = MapWrongSerializer(many=True)
