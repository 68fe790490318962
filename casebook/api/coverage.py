"""Coverage over REST: as JSON, or as a layer of the ATT&CK Navigator."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.paging import only
from casebook.api.shapes import Shape
from casebook.api.who import actor_of
from casebook.attack.read import shipped
from casebook.errors import Invalid, NotAllowed
from casebook.reports.coverage import coverage
from casebook.reports.coverage_cells import ALERT_DAYS, Book, Cell, Coverage
from casebook.reports.coverage_layer import WHAT, layer

FORMATS = ("json", "navigator")
THROUGH = ("exact", "parent", "also", "also_parent")


class CoveragePlaybookSerializer(Shape):
    slug = s.CharField()
    name = s.CharField()
    version = s.IntegerField()
    team = s.CharField(allow_null=True, help_text="null: shared by all teams")
    questions = s.IntegerField()
    automated = s.IntegerField(help_text="questions that a detector which exists here can answer")
    criteria = s.IntegerField()
    executable = s.IntegerField(help_text="confirmed criteria with an expression")
    last_reviewed = s.DateTimeField(allow_null=True, help_text="when it was reviewed, else published")
    review_overdue = s.BooleanField(help_text="more than 180 days ago, or never")


class CoverageTechniqueSerializer(Shape):
    """One technique or sub-technique. The figures beside ``playbooks`` are of the first, with which cases open."""

    technique = s.CharField()
    name = s.CharField(help_text="empty for an id this release of ATT&CK does not have")
    parent = s.CharField(allow_null=True)  # type: ignore[assignment]  # shadows DRF's own
    tactics = s.ListField(child=s.CharField())
    through = s.ChoiceField(
        THROUGH, allow_null=True, help_text="how its playbooks serve it; null: none does, cases get the general card"
    )
    playbooks = CoveragePlaybookSerializer(many=True)
    automated_share = s.FloatField(
        allow_null=True, help_text="from 0 to 1; null: no playbook, or one without questions"
    )
    executable = s.IntegerField(allow_null=True)
    last_reviewed = s.DateTimeField(allow_null=True)
    review_overdue = s.BooleanField(allow_null=True)
    alerts = s.IntegerField(help_text="alerts of the period that name exactly this id")
    alerts_with_subs = s.IntegerField(help_text="alerts that name it or one of its sub-techniques, each once")
    renamed_to = s.CharField(allow_null=True, help_text="what ATT&CK calls a revoked id today")


class CoverageAttackSerializer(Shape):
    domain = s.CharField()
    version = s.CharField()
    notice = s.CharField(help_text="MITRE's terms, to be reproduced with the data")


class CoverageTacticSerializer(Shape):
    id = s.CharField()
    shortname = s.CharField()
    name = s.CharField()


class CoverageSerializer(Shape):
    """With ``format=navigator`` the answer is instead a layer in version 4.5 of the Navigator's format."""

    attack = CoverageAttackSerializer()
    days = s.IntegerField(help_text="the period alerts are counted over, up to counted_at")
    counted_at = s.DateTimeField()
    untagged_alerts = s.IntegerField(help_text="alerts that name no technique")
    tactics = CoverageTacticSerializer(many=True, help_text="in the matrix's order")
    techniques = CoverageTechniqueSerializer(many=True, help_text="the whole matrix, by id")
    outside = CoverageTechniqueSerializer(
        many=True, help_text="ids alerts or playbooks name that are not in the matrix"
    )
    uncovered = s.ListField(
        child=s.CharField(), help_text="ids alerts name that no playbook is of, nor of their parent; most alerts first"
    )


class CoverageView(APIView):
    @extend_schema(
        operation_id="coverage_retrieve",
        parameters=[
            OpenApiParameter("format", OpenApiTypes.STR, enum=FORMATS),
            OpenApiParameter(
                "by", OpenApiTypes.STR, enum=list(WHAT), description="what scores the layer; with format=navigator"
            ),
        ],
        responses=CoverageSerializer,
    )
    def get(self, request: Request) -> Response:
        """What serves each technique, for the teams one reads playbooks of, and how many of their alerts name it."""
        actor = actor_of(request)
        if not actor.may("playbook.read"):
            raise NotAllowed("Your role does not read playbooks.")
        only(request, ("by",))
        shape = _choice(request, "format", FORMATS, "json")
        by = _choice(request, "by", WHAT, "playbook")
        found = coverage(actor)
        if shape == "json":
            return Response(_json(found))
        name = f"casebook-coverage-{by}-{found.now:%Y-%m-%d}.json"
        told = layer(found, by, request.build_absolute_uri("/").rstrip("/"))
        return Response(told, headers={"Content-Disposition": f'attachment; filename="{name}"'})


urlpatterns = [path("coverage/", CoverageView.as_view())]


def _choice(request: Request, name: str, allowed: Any, usual: str) -> str:
    value = request.query_params.get(name) or usual
    if value not in allowed:
        raise Invalid(f"{name} is one of {', '.join(allowed)}.", errors={name: [f"one of {', '.join(allowed)}"]})
    return value


def _json(found: Coverage) -> dict[str, Any]:
    return {
        "attack": {"domain": "enterprise-attack", "version": found.attack.version, "notice": shipped().notice},
        "days": ALERT_DAYS,
        "counted_at": found.counted_at,
        "untagged_alerts": found.volume.untagged,
        "tactics": [{"id": one.id, "shortname": one.shortname, "name": one.name} for one in found.attack.tactics],
        "techniques": [_technique(cell, found) for cell in found.cells.values()],
        "outside": [_technique(cell, found) for cell in found.outside],
        "uncovered": [cell.id for cell in found.uncovered],
    }


def _technique(cell: Cell, found: Coverage) -> dict[str, Any]:
    book = cell.book
    return {
        "technique": cell.id,
        "name": cell.technique.name,
        "parent": cell.technique.parent or None,
        "tactics": list(cell.technique.tactics),
        "through": cell.through,
        "playbooks": [_book(one, found) for one in cell.books],
        "automated_share": book.automated_share if book else None,
        "executable": book.summary.executable if book else None,
        "last_reviewed": book.reviewed_at if book else None,
        "review_overdue": book.review_overdue(found.now) if book else None,
        "alerts": cell.alerts,
        "alerts_with_subs": found.volume.families.get(cell.id, cell.alerts),
        "renamed_to": cell.now or None,
    }


def _book(book: Book, found: Coverage) -> dict[str, Any]:
    return {
        "slug": book.slug,
        "name": book.name,
        "version": book.version,
        "team": book.team,
        "questions": book.summary.questions,
        "automated": book.summary.automated,
        "criteria": book.summary.criteria,
        "executable": book.summary.executable,
        "last_reviewed": book.reviewed_at,
        "review_overdue": book.review_overdue(found.now),
    }
