"""Lists: cursor pages, listed filters only."""

from __future__ import annotations

from collections.abc import Iterable

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from casebook.errors import Invalid

PAGING = [OpenApiParameter("limit", OpenApiTypes.INT), OpenApiParameter("cursor", OpenApiTypes.STR)]
COMMON = frozenset({"limit", "cursor", "order", "format"})


class Pages(CursorPagination):
    """``{"next", "previous", "results"}``; ``?limit=`` up to 500; order by id, newest first, unless a view says."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    cursor_query_param = "cursor"
    ordering = "-id"
    offset_cutoff = None  # type: ignore[assignment]  # rows of one severity are many more than the thousand ties that would be followed

    def get_page_size(self, request: Request) -> int | None:
        asked = request.query_params.get("limit", "")
        if asked and not (asked.isdecimal() and int(asked[:9]) > 0):
            raise Invalid("limit is a number from 1 to 500.", errors={"limit": ["not a number from 1 to 500"]})
        return super().get_page_size(request)


def only(request: Request, known: Iterable[str]) -> None:
    """Refuse a filter the schema does not list: a misspelt one must not silently match everything."""
    unknown = set(request.query_params) - COMMON - set(known)
    if unknown:
        allowed = ", ".join(sorted(known))
        raise Invalid(
            f"There is no filter {', '.join(sorted(unknown))}. There are: {allowed}.",
            errors={name: ["unknown filter"] for name in sorted(unknown)},
        )
