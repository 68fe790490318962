"""What authors do with a playbook over REST: its draft, publishing, retiring, reviewing. The verbs of the pages."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api.idempotency import idempotent
from casebook.api.shapes import Shape
from casebook.api.who import actor_of, number_of, object_of, text_of
from casebook.errors import Invalid, NotAllowed
from casebook.models import PlaybookVersion
from casebook.playbooks import drafts, versions
from casebook.playbooks.access import WRITE


class FlawSerializer(Shape):
    line = s.IntegerField()
    reason = s.CharField()


class DraftSerializer(Shape):
    """``card`` is the text of our own format; ``flaws`` say why it cannot be read yet, by line."""

    slug = s.CharField()
    version = s.IntegerField()
    revision = s.IntegerField()
    based_on = s.IntegerField(allow_null=True)
    written_by = s.CharField()
    written_at = s.DateTimeField()
    card = s.CharField()
    flaws = FlawSerializer(many=True)


class BeginDraftSerializer(Shape):
    version = s.IntegerField(required=False, help_text="begin from this version; else from the published one")


class SaveDraftSerializer(Shape):
    card = s.CharField()
    revision = s.IntegerField(help_text="the revision it was made from; 409 where somebody saved since")


class PublishSerializer(Shape):
    revision = s.IntegerField()
    note = s.CharField(required=False)
    over = s.IntegerField(
        required=False, help_text="the version published now, where it is not the one the draft was begun from"
    )


class RetirePlaybookSerializer(Shape):
    reason = s.CharField()


class ReviewPlaybookSerializer(Shape):
    note = s.CharField(required=False)


class StandingSerializer(Shape):
    """How a version stands, and who made it so."""

    slug = s.CharField()
    version = s.IntegerField()
    state = s.CharField()
    note = s.CharField()
    published_by = s.CharField(allow_null=True)
    published_at = s.DateTimeField(allow_null=True)
    retired_by = s.CharField(allow_null=True)
    retired_at = s.DateTimeField(allow_null=True)
    reviewed_by = s.CharField(allow_null=True)
    reviewed_at = s.DateTimeField(allow_null=True)


class DraftView(APIView):
    @extend_schema(operation_id="playbooks_draft_retrieve", responses=DraftSerializer)
    def get(self, request: Request, slug: str) -> Response:
        _may_write(request)
        return Response(_draft(drafts.fetch(actor_of(request), slug)))

    @extend_schema(operation_id="playbooks_draft_begin", request=BeginDraftSerializer, responses={201: DraftSerializer})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        """The draft there is, or a new one."""
        _may_write(request)
        number = number_of(object_of(request, BeginDraftSerializer), "version")
        return Response(_draft(drafts.begin(actor=actor_of(request), slug=slug, number=number)), status=201)

    @extend_schema(operation_id="playbooks_draft_save", request=SaveDraftSerializer, responses=DraftSerializer)
    @idempotent
    def put(self, request: Request, slug: str) -> Response:
        """Keep a text, whether it can be read yet or not."""
        _may_write(request)
        asked = object_of(request, SaveDraftSerializer)
        text, revision = text_of(asked, "card"), _revision(asked)
        return Response(_draft(drafts.save(actor=actor_of(request), slug=slug, text=text, revision=revision)))

    @extend_schema(operation_id="playbooks_draft_discard", request=None, responses={204: None})
    @idempotent
    def delete(self, request: Request, slug: str) -> Response:
        _may_write(request)
        drafts.discard(actor=actor_of(request), slug=slug)
        return Response(status=204)


class PublishView(APIView):
    @extend_schema(operation_id="playbooks_publish", request=PublishSerializer, responses=StandingSerializer)
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        _may_write(request)
        asked = object_of(request, PublishSerializer)
        version = versions.publish(
            actor=actor_of(request),
            slug=slug,
            revision=_revision(asked),
            note=text_of(asked, "note"),
            over=number_of(asked, "over"),
        )
        return Response(_standing(version))


class RetireView(APIView):
    @extend_schema(operation_id="playbooks_retire", request=RetirePlaybookSerializer, responses=StandingSerializer)
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        _may_write(request)
        reason = text_of(object_of(request, RetirePlaybookSerializer), "reason")
        return Response(_standing(versions.retire(actor=actor_of(request), slug=slug, reason=reason)))


class ReviewView(APIView):
    @extend_schema(operation_id="playbooks_review", request=ReviewPlaybookSerializer, responses=StandingSerializer)
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        _may_write(request)
        note = text_of(object_of(request, ReviewPlaybookSerializer), "note")
        return Response(_standing(versions.review(actor=actor_of(request), slug=slug, note=note)))


urlpatterns = [
    path("playbooks/<str:slug>/draft/", DraftView.as_view()),
    path("playbooks/<str:slug>/publish/", PublishView.as_view()),
    path("playbooks/<str:slug>/retire/", RetireView.as_view()),
    path("playbooks/<str:slug>/review/", ReviewView.as_view()),
]


def _draft(draft: PlaybookVersion) -> dict[str, Any]:
    return {
        "slug": draft.playbook.slug,
        "version": draft.number,
        "revision": draft.revision,
        "based_on": draft.based_on.number if draft.based_on else None,
        "written_by": draft.created_by,
        "written_at": draft.created_at,
        "card": draft.card,
        "flaws": [{"line": flaw.line, "reason": flaw.reason} for flaw in drafts.read(draft).flaws],
    }


def _standing(version: PlaybookVersion) -> dict[str, Any]:
    names = ("published_by", "published_at", "retired_by", "retired_at", "reviewed_by", "reviewed_at")
    told = {name: getattr(version, name) or None for name in names}
    return {
        "slug": version.playbook.slug,
        "version": version.number,
        "state": version.state,
        "note": version.note,
    } | told


def _revision(asked: dict[str, Any]) -> int:
    revision = number_of(asked, "revision")
    if revision is None:
        raise Invalid("Say which revision of the draft this was made from.", errors={"revision": ["required"]})
    return revision


def _may_write(request: Request) -> None:
    if not actor_of(request).may(WRITE):
        raise NotAllowed("Your role does not write playbooks.")
