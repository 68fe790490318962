"""Offenses of IBM QRadar by its REST API: those changed since the last look, with the addresses and rules their ids
stand for. Source: QRadar API documentation, `/api/siem/offenses` (SEC header, Range, filter, sort) and the endpoints an
offense's ids lead to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from automation.pollers.protocol import FIRST_LOOK_S, Ask, Failed, Page, Place, Poller, onward
from automation.webhooks.forms.protocol import Call

PAGE = 50
MOST_RESOLVED = 20
"""Addresses and rules of one offense that are asked for; an offense of a scan names thousands."""
RESOLVED = (
    # the offense's ids, the endpoint, the part of `resolved` (see the adapter)
    ("source_address_ids", "/api/siem/source_addresses/{}", "source_addresses"),
    ("local_destination_address_ids", "/api/siem/local_destination_addresses/{}", "local_destination_addresses"),
)


def _pages(place: Place, url: str, settings: Mapping[str, Any], secret: str, ask: Ask) -> Iterator[Page]:
    base = url.rstrip("/")
    begun = int(time.time() * 1000)
    at = int(place.get("at") or begun - FIRST_LOOK_S * 1000)
    seen: dict[str, int] = dict(place.get("seen") or {})
    taken: dict[str, int] = {}
    newest, first = at, 0
    while True:
        found = _offenses(base, at, first, secret, ask)
        fresh = [one for one in found if seen.get(str(one["id"])) != one["last_updated_time"]]
        taken |= {str(one["id"]): one["last_updated_time"] for one in fresh}
        newest = max([newest, *(one["last_updated_time"] for one in found)])
        last = len(found) < PAGE
        bodies = [one | {"resolved": _resolved(one, base, secret, ask)} for one in fresh]
        # Until the last page the look goes on from the same instant, past what was taken.
        onto = onward(seen, taken, at=at, newest=newest, begun=begun) if last else {"at": at, "seen": {**seen, **taken}}
        yield Page(json.dumps(bodies).encode() if bodies else None, onto)
        if last:
            return
        first += PAGE


def _offenses(base: str, at: int, first: int, secret: str, ask: Ask) -> list[dict[str, Any]]:
    query = urlencode({"filter": f"last_updated_time>={at}", "sort": "+last_updated_time,+id"})
    headers = {"SEC": secret, "Accept": "application/json", "Range": f"items={first}-{first + PAGE - 1}"}
    found = json.loads(ask(Call("GET", f"{base}/api/siem/offenses?{query}", b"", headers)))
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("the answer is no list of offenses")
    return [one for one in found if one.get("id") is not None and isinstance(one.get("last_updated_time"), int)]


def _resolved(offense: dict[str, Any], base: str, secret: str, ask: Ask) -> dict[str, Any]:
    """What the offense's ids stand for; what cannot be had is left out, the offense still comes in."""
    headers = {"SEC": secret, "Accept": "application/json"}
    found: dict[str, Any] = {"console": base}
    for ids, where, part in RESOLVED:
        answers = [_one(base + where.format(int(number)), headers, ask) for number in _numbers(offense.get(ids))]
        found[part] = [answer for answer in answers if answer is not None]
    rules = [rule.get("id") for rule in offense.get("rules") or [] if isinstance(rule, dict)]
    answers = [_one(f"{base}/api/analytics/rules/{int(number)}", headers, ask) for number in _numbers(rules)]
    found["rules"] = [answer for answer in answers if answer is not None]
    return found


def _numbers(ids: Any) -> list[int]:
    return [number for number in (ids if isinstance(ids, list) else []) if isinstance(number, int)][:MOST_RESOLVED]


def _one(where: str, headers: dict[str, str], ask: Ask) -> Any:
    try:
        return json.loads(ask(Call("GET", where, b"", headers)))
    except (Failed, ValueError):
        return None


POLLER = Poller(
    name="qradar",
    title="QRadar offenses",
    adapter="qradar",
    pages=_pages,
    credential="an authorized service token of QRadar that may read offenses and rules",
)
