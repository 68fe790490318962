"""Elasticsearch's and OpenSearch's `_search`, page by page in time. Pure.

Source: Elasticsearch and OpenSearch references, “Search” and “Sort search results” (`numeric_type` brings dates with
nanoseconds down to milliseconds, which `format: epoch_millis` then reads back).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from automation.fetch.paging import Found, in_time
from automation.fetch.protocol import Failed, Line, Order, Place, objects, posted, row

LARGEST = 10_000
"""`index.max_result_window`, unless somebody changed it."""


def search(order: Order, place: Place, line: Line, headers: dict[str, str]) -> None:
    """Every hit in the order of time, whole, with index and id."""
    body, field = _body(order), place.text("time_field", "@timestamp")
    where = f"{place.base}/{quote(place.text('index', '*'), safe='*,-_.<>:+')}/_search?ignore_unavailable=true"

    def page(start: int, size: int) -> list[Found]:
        since = {"range": {field: {"gte": start, "format": "epoch_millis"}}}
        asked = body | {"query": {"bool": {"filter": [body["query"], since]}}, "size": size, "from": 0}
        asked["sort"] = [{field: {"order": "asc", "numeric_type": "date", "unmapped_type": "date"}}]
        return [_found(hit) for hit in _hits(line.ask(posted(where, asked, headers)))]

    in_time(page, line.row, start=int(order.start.timestamp() * 1000), rows=order.rows, largest=LARGEST)


def _body(order: Order) -> dict[str, Any]:
    try:
        body = json.loads(order.query)
    except ValueError as error:
        raise Failed(f"The saved search is no JSON ({error}): an administrator can mend it.") from error
    if not isinstance(body, dict) or not isinstance(body.get("query"), dict):
        raise Failed('The saved search holds no "query": an administrator can mend it.')
    return {"track_total_hits": False} | body


def _hits(answer: bytes) -> list[dict[str, Any]]:
    found = json.loads(answer)
    if found.get("timed_out"):
        raise Failed("It ran out of time on its own side: narrow the window.")
    return objects(found["hits"]["hits"])


def _found(hit: dict[str, Any]) -> Found:
    return Found(int(hit["sort"][0]), f"{hit.get('_index')}/{hit.get('_id')}", row(hit))
