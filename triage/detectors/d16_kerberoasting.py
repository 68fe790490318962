"""D16: were service tickets collected that can be cracked at leisure (Kerberoasting)?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import polars as pl

from triage.detectors import wording
from triage.detectors.compose import compose
from triage.detectors.coverage import rates_unreliable
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.telling import need
from triage.detectors.windows import most_distinct
from triage.events.schema import TIME

REPORTED = 10

RC4: Final = ("0x17", "0x18", "rc4-hmac", "rc4-hmac-exp")
OF_MACHINES: Final = r"(?i)(?:\$$|\$@|^krbtgt(?:/|$)|^(?:host|cifs|ldap|gc|dns|rpcss|termsrv|wsman|restrictedkrbhost)/)"
"""Services that run as machines, whose passwords are long and random: by their names, and by the classes of service
that a network sensor sees instead."""

TICKET = pl.col("event.action") == "kerberos_service_ticket"
WEAK = (
    TICKET
    & (pl.col("event.outcome") == "success")
    & pl.col("winlog.ticket_encryption").str.to_lowercase().is_in(RC4)
    & pl.col("winlog.object").is_not_null()
    & ~pl.col("winlog.object").str.contains(OF_MACHINES)
    & ~pl.col("user.name").str.contains(r"\$(?:@|$)").fill_null(False)
).fill_null(False)

WORDS = "service tickets (Windows 4769)"
LOG = "the security log of the domain controllers"


class Kerberoasting:
    """By user: enough distinct services within a window for which a ticket in RC4 was given."""

    id = "D16"
    version = 1
    title = "Tickets asked for to be cracked"
    needs: tuple[str, ...] = ("session",)
    settings: Mapping[str, Any] = {"services": 3, "seconds": 600, "sure_services": 6}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        tickets = side.events.filter(TICKET)
        weak = tickets.filter(WEAK)
        unreliable = rates_unreliable(side.everything)
        users = _users(weak, settings)
        hits = users.filter(pl.lit(not unreliable) & (pl.col("peak") >= settings["services"]))
        answer: Answer = "yes" if hits.height else "partly" if weak.height else "no"
        shown = hits if hits.height else users
        rows = weak.filter(pl.col("user.name").is_in(shown["user.name"].to_list())) if hits.height else weak
        window = (shown["first"][0], shown["last"][0]) if hits.height else (None, None)
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, users, settings),
            sentence=_sentence(shown, tickets.height, answer, unreliable),
            threshold=f"≥ {settings['services']} services in {wording.duration(settings['seconds'])} for one user, "
            "tickets in RC4 (ours); a single one: partly (Sigma)",
            would_change="A service that still needs RC4, and a user or scanner that is known to call it.",
            evidence=rows if weak.height else None,
            figures=_figures(users, hits, weak, tickets.height, chart(rows, window)),
            entities={
                "user": shown["user.name"].drop_nulls().head(REPORTED).to_list(),
                "ip": rows["source.ip"].drop_nulls().unique().sort().head(REPORTED).to_list(),
                "service": rows["winlog.object"].unique().sort().head(REPORTED).to_list(),
            },
            need=need(side, TICKET, words=WORDS, log=LOG) if answer == "no" else None,
        )


def _users(weak: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a user, the widest collection first: ``services`` in all, and ``peak``, the most within one window,
    with that window's ``first`` and ``last`` ticket."""
    timed = pl.col("@timestamp").is_not_null()
    service = pl.col("winlog.object").str.to_lowercase()
    users = weak.group_by("user.name", maintain_order=True).agg(
        service.n_unique().alias("services"),
        pl.col("source.ip").drop_nulls().first().alias("source"),
        pl.col("@timestamp").filter(timed).alias("times"),
        service.filter(timed).alias("asked"),
    )
    peaks = [most_distinct(times, asked, settings["seconds"]) for times, asked in users.select("times", "asked").rows()]
    kinds = {"peak": pl.Int64(), "first": TIME, "last": TIME}
    found = users.drop("times", "asked").hstack(pl.DataFrame(peaks, schema=kinds, orient="row"))
    return found.sort("peak", "services", "user.name", descending=[True, True, False])


def _confidence(answer: Answer, users: pl.DataFrame, settings: Mapping[str, Any]) -> Confidence:
    """High at the number that hunters use, or for a plain no; medium from our own; low for single tickets."""
    if answer == "partly":
        return "low"
    return "medium" if answer == "yes" and users["peak"][0] < settings["sure_services"] else "high"


def _sentence(shown: pl.DataFrame, tickets: int, answer: Answer, unreliable: bool) -> str:
    if shown.is_empty():
        return f"{wording.plural(tickets, 'service ticket')}, none of them in RC4 for a service account."
    top = shown.row(0, named=True)
    who = wording.user(top["user.name"])
    source = f" from {top['source']}" if top["source"] else ""
    others = [f"{wording.user(row['user.name'])} ({row['services']})" for row in shown.tail(-1).iter_rows(named=True)]
    also = f"; also {wording.listed(others)}" if others else ""
    if unreliable:
        said = f"{who} got tickets in RC4 for {wording.plural(top['services'], 'service')}{source}"
        return f"{said}, but every time has the same minute, so no rate can be stated{also}."
    if answer == "yes":
        first: datetime = top["first"]
        seconds = int((top["last"] - first) / timedelta(seconds=1))
        within = f" within {wording.plural(max(1, seconds), 'second')}" if seconds < 120 else ""
        said = f"{who} got tickets in RC4 for {top['peak']} services{within}{source}"
        return f"{said}{wording.between(first, top['last'])}{also}."
    said = f"{who} got {'a ticket' if top['services'] == 1 else 'tickets'} in RC4 for "
    return f"{said}{wording.plural(top['services'], 'service')}{source}: under the threshold{also}."


def _figures(
    users: pl.DataFrame, hits: pl.DataFrame, weak: pl.DataFrame, tickets: int, bars: list[Any]
) -> dict[str, Any]:
    top = users.row(0, named=True) if users.height else {"user.name": None, "services": 0, "peak": 0}
    return {
        "services": top["services"],
        "peak": top["peak"],
        "user": top["user.name"],
        "weak_tickets": weak.height,
        "tickets": tickets,
        "users_over": hits.height,
        "users": [
            {"user": row["user.name"], "services": row["services"], "peak": row["peak"]}
            for row in users.head(REPORTED).iter_rows(named=True)
        ],
        "chart": bars,
    }


DETECTOR = Kerberoasting()
