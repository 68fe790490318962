"""What every request gets: headers, and refusals turned into pages."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from casebook.errors import DomainError
from config.errors import refusal
from config.problems import TOO_SLOW, UNSTORABLE

log = logging.getLogger(__name__)


class RequestMiddleware:
    """Headers Django has no setting for. Pages hold case data, so nothing is stored by browsers or proxies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class DomainErrorMiddleware:
    """A DomainError raised by an HTML view becomes its page; the API's own handler never lets one get here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return refusal(
                request,
                exception.status,
                exception.title,
                exception.detail,
                errors=exception.errors,
                extra=exception.extra,
            )
        if isinstance(exception, RequestDataTooBig):
            return refusal(request, 413, "Too large", "The form is larger than this page takes; attach it as a file.")
        if isinstance(exception, UnreadablePostError):
            return refusal(request, 408, "Too slow", TOO_SLOW)
        if isinstance(exception, DataError):
            log.warning("%s could not be stored", request.path, exc_info=exception)
            return refusal(request, 422, "Invalid", UNSTORABLE)
        return None
