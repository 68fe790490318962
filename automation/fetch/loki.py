"""Grafana Loki by range queries, page by page in time. Source: Loki HTTP API, “Query logs within a range of time” (`GET
/loki/api/v1/query_range`; start inclusive, end exclusive, nanoseconds; `direction=forward`; no more than
`max_entries_limit_per_query` lines an answer, 5,000 unless set) and “Query labels”. Each line is kept as `logcli -o
jsonl` writes it: ``{"labels": {…}, "line": "…", "timestamp": "…"}``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

from automation.fetch.credentials import header
from automation.fetch.paging import Found, in_time
from automation.fetch.protocol import Failed, Line, LogSystem, Order, Place, Starter, row
from automation.webhooks.forms.protocol import Call


def _fetch(order: Order, place: Place, line: Line) -> None:
    def page(start: int, size: int) -> list[Found]:
        asked = {"query": order.query, "start": start, "end": _nanoseconds(order.end), "limit": size}
        where = f"{place.base}/loki/api/v1/query_range?{urlencode(asked | {'direction': 'forward'})}"
        return sorted(_found(line.ask(Call("GET", where, b"", _headers(place)))), key=lambda one: one.at)

    in_time(page, line.row, start=_nanoseconds(order.start), rows=order.rows)


def _found(answer: bytes) -> Iterator[Found]:
    data = json.loads(answer)["data"]
    if data["resultType"] != "streams":
        raise Failed("The saved search counts lines instead of bringing them: an administrator can mend it.")
    for stream in data["result"]:
        for at, text, *_ in stream["values"]:
            record = row({"labels": stream["stream"], "line": text, "timestamp": _stamp(int(at))})
            yield Found(int(at), record.decode(), record)


def _headers(place: Place) -> dict[str, str]:
    tenant = place.text("tenant")
    return {"Accept": "application/json", **header(place.secret), **({"X-Scope-OrgID": tenant} if tenant else {})}


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000


def _stamp(at: int) -> str:
    seconds, rest = divmod(at, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def _probe(place: Place) -> Call:
    return Call("GET", f"{place.base}/loki/api/v1/labels", b"", _headers(place))


def _link(order: Order, place: Place) -> str:
    """Grafana's Explore; it wants to know which of its data sources this is."""
    console, uid = place.text("console").rstrip("/"), place.text("datasource")
    if not console or not uid:
        return ""
    source = {"type": "loki", "uid": uid}
    query = {"refId": "A", "expr": order.query, "datasource": source, "queryType": "range"}
    span = {"from": str(_nanoseconds(order.start) // 1_000_000), "to": str(_nanoseconds(order.end) // 1_000_000)}
    panes = {"casebook": {"datasource": uid, "queries": [query], "range": span}}
    return f"{console}/explore?{urlencode({'schemaVersion': 1, 'panes': json.dumps(panes)})}"


STARTERS = (
    Starter("authentication", "Sign-ins to hosts", "logql", '{job=~".+"} |~ "(sshd|sudo|su|login)" |~ {any}'),
    Starter("web", "Web requests", "logql", '{job=~".+"} |~ "\\"(GET|POST|HEAD|PUT|DELETE) " |~ {ips}'),
    Starter("network", "Lines with these addresses", "logql", '{job=~".+"} |~ {ips}'),
)

SYSTEM = LogSystem(
    name="loki",
    title="Grafana Loki",
    example="https://loki.example:3100",
    languages=("logql",),
    fetch=_fetch,
    probe=_probe,
    link=_link,
    starters=STARTERS,
    wants={
        "tenant": "the tenant (X-Scope-OrgID), where Loki keeps several",
        "console": "the address of Grafana, for links",
        "datasource": "the uid of this Loki among Grafana's data sources, for links",
    },
    credential="user:password, or a token; none where Loki asks for none",
    open=True,
)
