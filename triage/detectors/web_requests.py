"""Requests as the web detectors count them: by client, weighed by folded repeats; and which clients are known.

A client is an address, or the name a server wrote instead. Verified crawlers (the address lies in a published range; a
name in the user agent is no proof) are reported apart. So are the organisation's own addresses, which use what others
probe, unless the case itself is about addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import polars as pl

from triage.detectors.attempts import COUNT
from triage.detectors.coverage import Need
from triage.detectors.protocol import Context
from triage.detectors.sides import Side

REPORTED = 10
"""As many clients as a finding names."""

NEED = Need(("web",), log="the access log of the web server")
"""What a "no" of a web detector rests on."""

CLIENT = pl.coalesce("source.ip", "source.domain").alias("client")
STATUS = pl.col("http.response.status_code")
PATH = pl.col("url.path")

ANSWERED = STATUS.is_between(200, 299).fill_null(False)
REDIRECTED = STATUS.is_between(300, 399).fill_null(False)
REFUSED = STATUS.is_in([401, 403]).fill_null(False)
MISSING = STATUS.is_in([404, 410]).fill_null(False)

CLAIMS_CRAWLER = re.compile(r"bot\b|bot/|crawl|spider|slurp|archiver", re.IGNORECASE)
CALLS_ITSELF_TOOL = re.compile(
    r"curl|wget|python|scrapy|http-?client|libwww|java/|okhttp|headless|phantom|aiohttp|axios", re.IGNORECASE
)


FIELDS = (
    "@timestamp",
    "url.path",
    "url.query",
    "http.response.status_code",
    "http.response.bytes",
    "user_agent.original",
)


def requests(events: pl.DataFrame) -> pl.DataFrame:
    """Every request whose sender is known: its `FIELDS`, ``client``, a count, and the ``row`` of the events it is."""
    asked = events.lazy().with_row_index("row").filter(pl.col("event.category") == "web")
    return asked.select("row", CLIENT, COUNT, *FIELDS).filter(pl.col("client").is_not_null()).collect()


def events_of(requests: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The events that these requests are, in their order: what evidence shows."""
    return events[requests["row"]]


@dataclass(frozen=True)
class Known:
    """Clients that are ours, and verified crawlers with the list that says so."""

    own: tuple[str, ...]
    crawlers: Mapping[str, Mapping[str, Any]]

    @property
    def apart(self) -> list[str]:
        return [*self.own, *self.crawlers]


def known(clients: Iterable[str], side: Side, context: Context) -> Known:
    """Which of these clients are reported apart. Only candidates are worth asking: a log has thousands of clients."""
    named = sorted(set(clients))
    crawlers = {client: hit for client in named if (hit := crawler_hit(client, context)) is not None}
    if side.is_case and (side.scope.ips or side.scope.domains):
        return Known((), crawlers)
    networks = [ip_network(cidr, strict=False) for cidr, _ in context.ranges]
    own = [client for client in named if client not in crawlers and _in_any(client, networks)]
    return Known(tuple(own), crawlers)


def crawler_hit(client: str, context: Context) -> Mapping[str, Any] | None:
    """The list of published crawler ranges that holds the client."""
    return next((hit for hit in context.list_hits.get(client, ()) if hit.get("kind") == "crawler"), None)


def lists_of(client: str, context: Context) -> list[str]:
    """``googlebot of 2026-08-22``: what our lists say of a client."""
    return [f"{hit['list']} of {hit.get('date') or 'unknown date'}" for hit in context.list_hits.get(client, ())]


def agent_kind(agent: str | None) -> str:
    """What a user agent says of itself: ``crawler``, ``tool``, ``browser`` or ``none``. Nobody checks what it says."""
    if not agent:
        return "none"
    return "crawler" if CLAIMS_CRAWLER.search(agent) else "tool" if CALLS_ITSELF_TOOL.search(agent) else "browser"


def entities(clients: Iterable[str]) -> dict[str, list[str]]:
    """The clients as entities of a finding: addresses and names apart."""
    found: dict[str, list[str]] = {"ip": [], "domain": []}
    for client in clients:
        found["ip" if _is_address(client) else "domain"].append(client)
    return {kind: named[:REPORTED] for kind, named in found.items()}


def _is_address(client: str) -> bool:
    try:
        ip_address(client)
    except ValueError:
        return False
    return True


def _in_any(client: str, networks: list[Any]) -> bool:
    return _is_address(client) and any(ip_address(client) in network for network in networks)
