"""Alerts of Microsoft Defender and connected Sentinel workspaces by Microsoft Graph: those changed since the last look.
Source: Microsoft Graph v1.0 reference, “List alerts_v2” (`$filter` on lastUpdateDateTime, `$top`, `@odata.nextLink`;
no order is promised), application permission SecurityAlert.Read.All."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from automation.pollers.protocol import FIRST_LOOK_S, Ask, Page, Place, Poller, onward
from automation.webhooks.forms.graph import FORM
from automation.webhooks.forms.protocol import Call

PAGE = 100
NEXT = "@odata.nextLink"


def _pages(place: Place, url: str, settings: Mapping[str, Any], secret: str, ask: Ask) -> Iterator[Page]:
    begun = int(time.time() * 1000)
    at = int(place.get("at") or begun - FIRST_LOOK_S * 1000)
    seen: dict[str, int] = dict(place.get("seen") or {})
    taken: dict[str, int] = {}
    newest = at
    since = datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    query = urlencode({"$filter": f"lastUpdateDateTime ge {since}", "$top": PAGE})
    where = f"{url.rstrip('/')}/v1.0/security/alerts_v2?{query}"
    while where:
        answer = json.loads(ask(Call("GET", where, b"", {"Authorization": f"Bearer {secret}"})))
        found = [(one, _instant(one)) for one in answer["value"] if isinstance(one, dict) and one.get("id")]
        fresh = [(one, when) for one, when in found if seen.get(one["id"]) != when]
        taken |= {one["id"]: when for one, when in fresh}
        newest = max([newest, *(when for _, when in found)])
        where = _next(answer, where)
        onto = (
            {"at": at, "seen": {**seen, **taken}} if where else onward(seen, taken, at=at, newest=newest, begun=begun)
        )
        yield Page(json.dumps([one for one, _ in fresh]).encode() if fresh else None, onto)


def _next(answer: dict[str, Any], where: str) -> str:
    """The next page, on the same server: a token goes nowhere else."""
    link = str(answer.get(NEXT) or "")
    if link and urlsplit(link)[:2] != urlsplit(where)[:2]:
        raise ValueError(f"the next page lies on another server: {urlsplit(link).netloc[:100]}")
    return link


def _instant(alert: dict[str, Any]) -> int:
    """Milliseconds; Graph writes seven digits of a second."""
    text = str(alert.get("lastUpdateDateTime") or alert.get("createdDateTime") or "")
    whole, _, rest = text.rstrip("Z").partition(".")
    try:
        moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return int(moment.timestamp()) * 1000 + int(f"{rest[:3]:0<3}" if rest[:3].isdecimal() else 0)


POLLER = Poller(
    name="graph",
    title="Microsoft Graph alerts",
    adapter="graph",
    pages=_pages,
    login=FORM.login,
    needs=FORM.needs,
    credential=FORM.credential,
)
