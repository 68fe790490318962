"""`GET changes/?since=`: the names of what changed, for pages and integrators alike."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import shapes
from casebook.api.paging import only
from casebook.api.who import actor_of
from casebook.journal.changes import HEAD, Cursor, since


class ChangesView(APIView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nearly every poll is "nothing new": that is told from the head in memory, before anybody is loaded.

        A 304 names nothing and gives nothing away; who shows no credential at all still gets the 401.
        """
        asked = request.GET.get("since")
        shows = "HTTP_AUTHORIZATION" in request.META or settings.SESSION_COOKIE_NAME in request.COOKIES
        if asked and shows and asked == str(HEAD.cursor()):
            return HttpResponse(status=304)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        operation_id="changes_list",
        parameters=[OpenApiParameter("since", OpenApiTypes.STR)],
        responses={200: shapes.ChangesSerializer, 304: OpenApiResponse(description="Nothing new")},
    )
    def get(self, request: Request) -> Response:
        only(request, ["since"])
        asked = request.query_params.get("since")
        cursor = Cursor.parse(asked) if asked else None
        place, changes = since(actor_of(request), cursor)
        if cursor is not None and place == cursor:
            return Response(status=304)
        found = [{"verb": change.verb, "case": change.case, "at": change.at} for change in changes]
        return Response({"next": str(place), "changes": found})
