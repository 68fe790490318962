"""Addresses of Kibana's and OpenSearch Dashboards' Discover. Pure.

Shape of the address: `#/?_g=(time:…)&_a=(query:…)`; ES|QL in `_a` since Kibana 8.12 (`dataSource:(type:esql)`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from automation.fetch.languages import iso
from automation.fetch.protocol import Order, Place
from automation.fetch.rison import in_address


def discover(order: Order, place: Place) -> str:
    """The same question in Discover; "" where the settings name no console."""
    console = place.text("console").rstrip("/")
    if not console:
        return ""
    return f"{console}/app/discover#/?_g={in_address(_time(order.start, order.end))}&_a={in_address(_state(order))}"


def _time(start: datetime, end: datetime) -> dict[str, Any]:
    return {"time": {"from": iso(start), "to": iso(end)}}


def _state(order: Order) -> dict[str, Any]:
    if order.language == "esql":
        return {"dataSource": {"type": "esql"}, "query": {"esql": order.query}}
    if order.language == "dsl":
        query = _query_of(order.query)
        meta = {"type": "custom", "alias": "Casebook", "disabled": False, "negate": False}
        return {"filters": [{"meta": meta, "query": query}], "query": {"language": "kuery", "query": ""}}
    return {"query": {"language": "kuery", "query": order.query}}


def _query_of(text: str) -> Any:
    try:
        body = json.loads(text)
    except ValueError:
        return {"match_none": {}}
    return body.get("query", {}) if isinstance(body, dict) else {}
