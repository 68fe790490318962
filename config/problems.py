"""Every API refusal as one shape: `application/problem+json` with type, title, status, detail, and errors by field."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from casebook.errors import DomainError, Unavailable
from casebook.masking import masked

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
RETRY_AFTER_S = 5
DATABASE_AWAY = (OperationalError, InterfaceError)
NO_DATABASE = "The database cannot be reached now. Nothing was stored; try again."
TOO_SLOW = "The request broke off, or did not arrive in time. Nothing was stored; send it again."
UNSTORABLE = "A value holds what cannot be stored: a NUL character, or a number out of range."


def problem(
    status: int, title: str, detail: str, *, errors: Any = None, extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The document itself. ``type`` is about:blank: titles are the vocabulary, and are stable."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        document["errors"] = errors
    return document | (extra or {})


def of_domain_error(error: DomainError) -> dict[str, Any]:
    return problem(error.status, error.title, error.detail, errors=error.errors, extra=error.extra)


def problem_for(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is not a refusal is left to Django: a 500 with its traceback in the log."""
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        document = of_domain_error(error)
        if error.status == 503:
            headers["Retry-After"] = str(RETRY_AFTER_S)
        if "retry_after" in error.extra:
            headers["Retry-After"] = str(error.extra["retry_after"])
    elif isinstance(error, DATABASE_AWAY):
        log.error("no database: %s", error)
        document = problem(503, Unavailable.title, NO_DATABASE)
        headers["Retry-After"] = str(RETRY_AFTER_S)
    elif isinstance(error, DataError):
        log.warning("a value could not be stored", exc_info=error)
        document = problem(422, "Invalid", UNSTORABLE)
    elif isinstance(error, RequestDataTooBig):
        document = problem(413, "Too large", "A field of the form is larger than 1 MiB; send it as a file.")
    elif isinstance(error, UnreadablePostError):
        document = problem(408, "Too slow", TOO_SLOW)
    elif isinstance(error, Http404):
        document = problem(404, "Not found", "There is nothing here by that name that you may see.")
    elif isinstance(error, PermissionDenied):
        document = problem(403, "Not allowed", "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        document = problem(422, "Invalid", "Some fields are missing or wrong; see errors.", errors=_flat(error.detail))
    elif isinstance(error, exceptions.APIException):
        document = problem(error.status_code, HTTPStatus(error.status_code).phrase.capitalize(), str(error.detail))
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    else:
        return None
    return Response(document, status=document["status"], headers=headers, content_type=PROBLEM)


def _flat(detail: Any) -> Any:
    """DRF's error details as plain lists and strings."""
    if isinstance(detail, dict):
        return {key: _flat(value) for key, value in detail.items()}
    if isinstance(detail, list):
        return [_flat(value) for value in detail]
    return str(detail)


def as_response(document: dict[str, Any]) -> JsonResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if document["status"] == 503 else {}
    return JsonResponse(document, status=document["status"], content_type=PROBLEM, headers=headers)


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """The API's last route. It does nothing, so it asks for no form token either: a sender that left a slash out is
    told so, whatever the method."""
    right = _with_its_slash(request.path)
    hint = f" You mean {right}: addresses end with a slash." if right else ""
    return as_response(problem(404, "Not found", masked(f"There is no route {request.path}.{hint}")))


def _with_its_slash(path: str) -> str | None:
    """The address one slash further, if there is one."""
    if path.endswith("/"):
        return None
    return f"{path}/" if resolve(f"{path}/").func is not not_found else None
