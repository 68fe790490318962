"""Splunk by its export endpoint. Source: Splunk REST API reference, “search/v2/jobs/export”: `POST` with `search`,
`earliest_time`, `latest_time`, `output_mode=json`, `preview=false`; one JSON object a line as results are found.
Capability: search, on the indexes named; a token (Settings › Tokens) or user:password."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

from automation.fetch.credentials import header
from automation.fetch.languages import epoch
from automation.fetch.protocol import Failed, Line, LogSystem, Order, Place, Starter
from automation.webhooks.forms.protocol import Call

BAD = ("FATAL", "ERROR")


def _fetch(order: Order, place: Place, line: Line) -> None:
    fields = {
        "search": searched(order.query), "earliest_time": epoch(order.start), "latest_time": epoch(order.end),
        "output_mode": "json", "preview": "false", "adhoc_search_level": "verbose",
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", **header(place.secret)}
    call = Call("POST", f"{place.base}/services/search/v2/jobs/export", urlencode(fields).encode(), headers)
    line.stream(call, _taking(line))


def searched(query: str) -> str:
    """The API wants the leading command that Splunk's own search bar puts there."""
    text = query.strip()
    return text if text.startswith("|") or text.lower().startswith("search ") else f"search {text}"


def _taking(line: Line) -> Callable[[bytes], None]:
    """Keeps results as they came. The last line says so itself, and messages of the search stand between them."""

    def take(text: bytes) -> None:
        if not text.strip():
            return
        said = json.loads(text)
        for message in said.get("messages") or ():
            if message.get("type") in BAD:
                raise Failed(f"It did not run the search: {str(message.get('text'))[:300]}")
        if isinstance(said.get("result"), dict):
            line.row(text.strip())

    return take


def _probe(place: Place) -> Call:
    where = f"{place.base}/services/authentication/current-context?output_mode=json"
    return Call("GET", where, b"", header(place.secret))


def _link(order: Order, place: Place) -> str:
    console = place.text("console").rstrip("/")
    query = {"q": searched(order.query), "earliest": epoch(order.start), "latest": epoch(order.end)}
    return f"{console}/en-US/app/search/search?{urlencode(query)}" if console else ""


def spl(*conditions: str) -> str:
    """The template of a search for raw events that meet every condition: the newest, in the order of time."""
    met = " ".join(f"({one})" for one in conditions)
    return (
        f"search index IN ({{index}}) earliest={{from}} latest={{to}} {met}\n"
        f"| head {{rows}}\n| reverse\n| eval epoch=_time\n| table epoch _time _raw host source sourcetype index"
    )


LOGINS = 'tag=authentication OR sourcetype=linux_secure OR sourcetype="WinEventLog*" OR sourcetype=XmlWinEventLog'
PEOPLE = "src IN ({ips}) OR src_ip IN ({ips}) OR user IN ({users})"
STARTERS = (
    Starter("authentication", "Sign-ins", "spl", spl(LOGINS, f"{PEOPLE} OR host IN ({{hosts}})")),
    Starter("authentication", "Raw lines with these words", "spl", spl("{any}")),
    Starter("iam", "Account and privilege changes", "spl", spl("tag=change OR tag=account", PEOPLE)),
    Starter("web", "Web requests", "spl",
            spl('tag=web OR sourcetype="access_*"', "clientip IN ({ips}) OR src IN ({ips})")),
    Starter("network", "Connections", "spl", spl("tag=network", "src_ip IN ({ips}) OR dest_ip IN ({ips})")),
    Starter("process", "Processes", "spl", spl("tag=process", "user IN ({users}) OR host IN ({hosts})")),
    Starter("email", "Mail", "spl",
            spl("tag=email", "src IN ({ips}) OR src_user IN ({users}) OR recipient IN ({users})")),
)  # fmt: skip

SYSTEM = LogSystem(
    name="splunk",
    title="Splunk",
    example="https://splunk.example:8089",
    languages=("spl",),
    fetch=_fetch,
    probe=_probe,
    link=_link,
    starters=STARTERS,
    needs={"index": "the indexes, such as main, linux"},
    wants={"console": "the address of Splunk Web, for links"},
    credential="an authentication token, or user:password, that may search these indexes",
)
