"""Evidence over REST: attach, read what was understood, correct assumptions, fetch lines and the original."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook import originals
from casebook.api import shapes
from casebook.api.idempotency import idempotent
from casebook.api.parsers import JsonParser, PastedJson
from casebook.api.who import actor_of, object_of, text_of
from casebook.cases import evidence as service
from casebook.cases.access import fetch_for
from casebook.errors import Invalid, WrongState
from casebook.models import Evidence


class CaseEvidenceView(APIView):
    parser_classes = [MultiPartParser, FormParser, PastedJson]

    @extend_schema(operation_id="cases_evidence_list", responses=shapes.page_of(shapes.EvidenceSerializer))
    def get(self, request: Request, ref: str) -> Response:
        case = fetch_for(actor_of(request), ref)
        found = Evidence.objects.filter(case=case)
        return Response({"next": None, "previous": None, "results": [described(one) for one in found]})

    @extend_schema(
        operation_id="cases_evidence_create",
        request={"multipart/form-data": shapes.UploadSerializer, "application/json": shapes.UploadSerializer},
        responses={202: shapes.QueuedSerializer},
    )
    @idempotent
    def post(self, request: Request, ref: str) -> Response:
        evidence = service.attach(actor=actor_of(request), ref=ref, **upload_of(request))
        queued = {"evidence": evidence.pk, "state": evidence.state}
        return Response(queued, status=202, headers={"Location": f"/api/v1/evidence/{evidence.pk}/"})


class EvidenceView(APIView):
    parser_classes = [JsonParser]

    @extend_schema(operation_id="evidence_retrieve", responses=shapes.EvidenceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(described(service.fetch(actor_of(request), pk)))

    @extend_schema(
        operation_id="evidence_correct", request=shapes.CorrectionSerializer, responses=shapes.EvidenceSerializer
    )
    @idempotent
    def patch(self, request: Request, pk: int) -> Response:
        asked = object_of(request, shapes.CorrectionSerializer)
        evidence = service.correct(
            actor=actor_of(request),
            evidence_id=pk,
            timezone=text_of(asked, "timezone") if asked.get("timezone") is not None else None,
            year=_year(asked.get("year")),
            format=text_of(asked, "format") if asked.get("format") is not None else None,
        )
        return Response(described(evidence))


class LinesView(APIView):
    @extend_schema(
        operation_id="evidence_lines",
        parameters=[OpenApiParameter("from", OpenApiTypes.INT), OpenApiParameter("to", OpenApiTypes.INT)],
        responses=shapes.LinesSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        evidence = service.fetch(actor_of(request), pk)
        first = _number(request, "from", 1)
        found = service.raw_lines(evidence, first, _number(request, "to", first + 49))
        told = [{"line": one.number, "text": one.text, "bytes": one.bytes, "cut": one.cut} for one in found]
        return Response({"evidence": pk, "lines": told})


class OriginalView(APIView):
    @extend_schema(operation_id="evidence_original", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        return original(service.fetch(actor_of(request), pk))


def original(evidence: Evidence) -> FileResponse:
    """The untouched file, as a download a browser will neither show nor run."""
    if not evidence.path:
        raise WrongState("These events came inside the alert: open its raw body instead.")
    file = originals.full_path(evidence.path).open("rb")
    response = FileResponse(file, as_attachment=True, filename=evidence.name, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def upload_of(request: Any) -> dict[str, Any]:
    """The arguments of `casebook.cases.evidence.attach` in a form or JSON body: a file, or pasted text."""
    data = object_of(request, shapes.UploadSerializer) if isinstance(request, Request) else request.POST
    file = request.FILES.get("file")
    text = text_of(data, "text")
    if file is None and not text:
        raise Invalid("Send a file, or text.", errors={"file": ["required, or text"]})
    chunks: Iterable[bytes] = file.chunks() if file is not None else [text.encode()]
    return {
        "name": text_of(data, "name") or (file.name if file is not None else "pasted text"),
        "chunks": chunks,
        "kind": Evidence.Kind.FILE if file is not None else Evidence.Kind.PASTE,
        "format": text_of(data, "format"),
        "timezone": text_of(data, "timezone"),
        "year": _year(data.get("year")),
    }


def described(evidence: Evidence) -> dict[str, Any]:
    """Evidence as the contract shows it."""
    window = [evidence.window_from, evidence.window_to] if evidence.window_from else None
    return {
        "id": evidence.pk,
        "case": f"CB-{evidence.case_id}",
        "state": evidence.state,
        "kind": evidence.kind,
        "name": evidence.name,
        "sha256": evidence.sha256,
        "bytes": evidence.bytes,
        "format": evidence.format,
        "lines": evidence.lines,
        "understood": evidence.understood,
        "not_understood": evidence.not_understood,
        "samples": evidence.samples,
        "kinds": evidence.kinds,
        "window": window,
        "assumptions": {"timezone": evidence.timezone or None, "year": evidence.year} | evidence.assumptions,
        "progress": evidence.progress,
        "error": evidence.error or None,
    }


def _year(value: Any) -> int | None:
    """A year as JSON has it, a number, or as a form has it, digits."""
    if value in (None, ""):
        return None
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Invalid("The year is a number.", errors={"year": ["not a number"]})


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError as error:
        raise Invalid(f"{name} is a line number.", errors={name: ["not a number"]}) from error
