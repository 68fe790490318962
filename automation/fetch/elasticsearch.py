"""Elasticsearch by ES|QL and by query DSL. Sources: Elasticsearch REST API reference, “Run an ES|QL query” (`POST
/_query`, answer in columns and values; the request's own `filter` bounds the window whatever the query says) and
“Search” (`POST /<index>/_search`); privileges: read and view_index_metadata on the indices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from automation.fetch import query_dsl
from automation.fetch.credentials import header
from automation.fetch.kibana import discover
from automation.fetch.languages import iso
from automation.fetch.protocol import Failed, Line, LogSystem, Order, Place, Starter, posted, row
from automation.webhooks.forms.protocol import Call

SCHEME = "ApiKey"


def _fetch(order: Order, place: Place, line: Line) -> None:
    headers = {"Accept": "application/json", **header(place.secret, SCHEME)}
    if order.language == "dsl":
        query_dsl.search(order, place, line, headers)
        return
    span = {place.text("time_field", "@timestamp"): {"gte": iso(order.start), "lte": iso(order.end)}}
    body = {"query": order.query, "filter": {"range": span}}
    for record in _records(line.ask(posted(f"{place.base}/_query?format=json", body, headers))):
        line.row(row(record))


def _records(answer: bytes) -> Iterator[dict[str, Any]]:
    """Rows as objects. With `METADATA _source` a row holds the whole document, as `_search` would give it."""
    found = json.loads(answer)
    columns, values = found.get("columns"), found.get("values")
    if not isinstance(columns, list) or not isinstance(values, list):
        raise Failed("It did not answer as ES|QL does: versions before 8.11 have none, use a search in query DSL.")
    names = [str(column["name"]) for column in columns]
    for cells in values:
        yield {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}


def _probe(place: Place) -> Call:
    return Call("GET", f"{place.base}/_security/_authenticate", b"", header(place.secret, SCHEME))


def esql(kind: str, condition: str) -> str:
    """The template of a search for one kind of event, as ECS names fields. `event.category` is a list there, which `==`
    would not look into."""
    return (
        f"FROM {{index}} METADATA _index, _id, _source\n"
        f'| WHERE @timestamp >= "{{from}}" AND @timestamp <= "{{to}}"\n'
        f"| WHERE {condition}\n"
        f'| WHERE MV_CONCAT(event.category, " ") LIKE "*{kind}*"\n'
        f"| SORT @timestamp ASC\n| LIMIT {{rows}}\n| KEEP _index, _id, _source"
    )


PEOPLE = "source.ip IN ({ips}) OR user.name IN ({users})"
HOSTS = "host.name IN ({hosts})"
STARTERS = (
    Starter("authentication", "Sign-ins", "esql", esql("authentication", f"{PEOPLE} OR {HOSTS}")),
    Starter("iam", "Account and privilege changes", "esql", esql("iam", PEOPLE)),
    Starter("web", "Web requests", "esql", esql("web", "source.ip IN ({ips})")),
    Starter("network", "Connections", "esql", esql("network", "source.ip IN ({ips}) OR destination.ip IN ({ips})")),
    Starter("process", "Processes", "esql", esql("process", f"user.name IN ({{users}}) OR {HOSTS}")),
    Starter(
        "email", "Mail", "esql",
        esql("email", "source.ip IN ({ips}) OR email.from.address IN ({users}) OR email.to.address IN ({users})"),
    ),
)  # fmt: skip

SYSTEM = LogSystem(
    name="elasticsearch",
    title="Elasticsearch",
    example="https://elasticsearch.example:9200",
    languages=("esql", "dsl"),
    fetch=_fetch,
    probe=_probe,
    link=discover,
    starters=STARTERS,
    needs={"index": "the indices, such as logs-*,winlogbeat-*"},
    wants={
        "console": "the address of Kibana, for links",
        "time_field": "the field with the time of an event, where it is not @timestamp",
    },
    credential="an API key (its encoded form), or user:password, that may read these indices",
)
