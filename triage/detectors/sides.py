"""This case, or elsewhere in the log: a log holds more than a case, and only the case's part may answer for it.

An event is the case's when its source is one of the case's addresses; in a case without addresses, when its user is
one of the case's; else when its host is. An event without a source (a session, a sudo) follows its user. The rest of
the log is *elsewhere*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import polars as pl

from triage.detectors.protocol import Finding, Scope, ScopeName
from triage.events.parsers.sources import canonical_ip

USERS = ("user.name", "user.effective.name", "actor.user.name")
"""The fields by which an event is about a user: who it is, whose rights they took, who did it to them."""

Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Side:
    """One part of the evidence. ``everything`` is all of it: what tells which kinds of event we have at all."""

    name: ScopeName
    events: pl.DataFrame
    everything: pl.DataFrame
    scope: Scope
    asked: Window
    note: str = ""

    @property
    def is_case(self) -> bool:
        return self.name == "case"


Judge = Callable[[Side], Finding]


def both(events: pl.DataFrame, scope: Scope, judge: Judge) -> list[Finding]:
    """The judge's finding for the case, and for elsewhere where it has something to say (yes or partly)."""
    case, elsewhere = split(events, scope)
    findings = [judge(case)]
    if elsewhere.events.height:
        other = judge(elsewhere)
        if other.answer in ("yes", "partly"):
            findings.append(other)
    return findings


def split(events: pl.DataFrame, scope: Scope) -> tuple[Side, Side]:
    """The case's events and all others, in time order."""
    ordered = events.sort("@timestamp", "evidence.id", "evidence.line", nulls_last=True, maintain_order=True)
    asked, note = _window(ordered, scope)
    mine = _touches(ordered, scope) & _within(asked, timedelta(seconds=scope.margin_s))
    flagged = ordered.with_columns(mine.fill_null(False).alias("mine"))
    case = flagged.filter(pl.col("mine")).drop("mine")
    other = flagged.filter(~pl.col("mine")).drop("mine")
    return Side("case", case, ordered, scope, asked, note), Side("elsewhere", other, ordered, scope, (None, None))


def _window(events: pl.DataFrame, scope: Scope) -> tuple[Window, str]:
    """The window asked for. One that lies wholly outside the log is dropped and said: a log whose year was assumed
    wrongly must not look like a log in which nothing happened."""
    asked = _instant(scope.window[0]), _instant(scope.window[1])
    first, last = events["@timestamp"].min(), events["@timestamp"].max()
    if asked == (None, None) or not isinstance(first, datetime) or not isinstance(last, datetime):
        return asked, ""
    margin = timedelta(seconds=scope.margin_s)
    if (asked[0] and asked[0] - margin > last) or (asked[1] and asked[1] + margin < first):
        return (None, None), "The log does not reach the alert's time, so the whole log was read."
    return asked, ""


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _within(asked: Window, margin: timedelta) -> pl.Expr:
    """Events without a time are kept: a date that does not exist is no reason to lose an attempt."""
    inside = pl.lit(True)
    if asked[0]:
        inside &= pl.col("@timestamp").is_null() | (pl.col("@timestamp") >= asked[0] - margin)
    if asked[1]:
        inside &= pl.col("@timestamp").is_null() | (pl.col("@timestamp") <= asked[1] + margin)
    return inside


def _touches(events: pl.DataFrame, scope: Scope) -> pl.Expr:
    of_user = pl.any_horizontal([pl.col(name).is_in(scope.users).fill_null(False) for name in USERS])
    if scope.ips or scope.domains:
        addresses = _addresses(events, scope.ips)
        of_source = pl.col("source.ip").is_in(addresses).fill_null(False)
        of_source |= pl.col("source.domain").is_in([d.lower() for d in scope.domains]).fill_null(False)
        without = pl.col("source.ip").is_null() & pl.col("source.domain").is_null()
        return of_source | (without & of_user)
    if scope.users:
        return of_user
    if scope.hosts:
        return pl.col("host.name").is_in(scope.hosts)
    return pl.lit(True)


def _addresses(events: pl.DataFrame, wanted: tuple[str, ...]) -> list[str]:
    """The addresses of the log that are the case's, its ranges spelt out."""
    single = {canonical_ip(value) or value for value in wanted if "/" not in value}
    networks = [ip_network(value, strict=False) for value in wanted if "/" in value]
    if not networks:
        return sorted(single)
    seen = events["source.ip"].drop_nulls().unique().to_list()
    return sorted(single | {ip for ip in seen if any(_in(ip, network) for network in networks)})


def _in(address: str, network: IPv4Network | IPv6Network) -> bool:
    return ip_address(address) in network
