"""Error pages: one sentence about what happened and the way out."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from casebook.errors import Unavailable
from config.problems import DATABASE_AWAY, NO_DATABASE, RETRY_AFTER_S, as_response, problem


def refusal(request: HttpRequest, status: int, title: str, detail: str, **context: object) -> HttpResponse:
    """A refusal as a page, or as a problem document where the address is the API's."""
    if request.path.startswith("/api/"):
        return as_response(problem(status, title, detail))
    page = {"status": status, "title": title, "detail": detail} | context
    response = render(request, "errors/refusal.html", page, status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal(
        request, 403, "The form has expired", "Go back, reload the page and send it again. Nothing was changed."
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 400, "Not understood", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 403, "Not allowed", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 404, "Not found", "There is nothing here by that name that you may see.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: what broke may be what a page needs to render."""
    status, title, detail = 500, "Something broke", "It was written to the log. Nothing was half done."
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        status, title, detail = 503, Unavailable.title, NO_DATABASE
    if request.path.startswith("/api/"):
        return as_response(problem(status, title, detail))
    page = {"status": status, "title": title, "detail": detail}
    response = HttpResponse(render_to_string("errors/refusal.html", page), status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
