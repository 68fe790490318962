"""OpenSearch, and with it the Wazuh indexer, by query DSL. Source: OpenSearch REST API reference, “Search”."""

from __future__ import annotations

import json

from automation.fetch import query_dsl
from automation.fetch.credentials import header
from automation.fetch.kibana import discover
from automation.fetch.protocol import Line, LogSystem, Order, Place, Starter
from automation.webhooks.forms.protocol import Call


def _fetch(order: Order, place: Place, line: Line) -> None:
    query_dsl.search(order, place, line, {"Accept": "application/json", **header(place.secret)})


def _probe(place: Place) -> Call:
    return Call("GET", f"{place.base}/", b"", header(place.secret))


def dsl(kind: str, **fields: str) -> str:
    """The template of a search for one kind of event: any of the fields (``__`` for a dot) holds one of a list."""
    span = {"range": {"@timestamp": {"gte": "{from}", "lte": "{to}"}}}
    any_of = [{"terms": {name.replace("__", "."): [f"<{place}>"]}} for name, place in fields.items()]
    narrowed = {"bool": {"should": any_of, "minimum_should_match": 1}}
    body = {"query": {"bool": {"filter": [span, {"term": {"event.category": kind}}, narrowed]}}}
    text = json.dumps(body, indent=1)
    for place in set(fields.values()):  # a list's place stands bare: it is filled with literals
        text = text.replace(f'"<{place}>"', f"{{{place}}}")
    return text


STARTERS = (
    Starter("authentication", "Sign-ins", "dsl",
            dsl("authentication", source__ip="ips", user__name="users", host__name="hosts")),
    Starter("iam", "Account and privilege changes", "dsl", dsl("iam", source__ip="ips", user__name="users")),
    Starter("web", "Web requests", "dsl", dsl("web", source__ip="ips")),
    Starter("network", "Connections", "dsl", dsl("network", source__ip="ips", destination__ip="ips")),
    Starter("process", "Processes", "dsl", dsl("process", user__name="users", host__name="hosts")),
)  # fmt: skip

SYSTEM = LogSystem(
    name="opensearch",
    title="OpenSearch",
    example="https://opensearch.example:9200",
    languages=("dsl",),
    fetch=_fetch,
    probe=_probe,
    link=discover,
    starters=STARTERS,
    needs={"index": "the indices, such as logs-*"},
    wants={
        "console": "the address of OpenSearch Dashboards, for links",
        "time_field": "the field with the time of an event, where it is not @timestamp",
    },
    credential="user:password, or a bearer token, that may read these indices",
)
