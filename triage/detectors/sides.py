"""This case, or elsewhere in the log: a log holds more than a case, and only the case's part may answer for it.

An event is the case's when its source is one of the case's addresses; in a case without addresses, when its user is
one of the case's; else when its host is. An event without a source (a session, a sudo) follows its user. The rest of
the log is *elsewhere*.

Some questions need more than the case's own lines: how many names a source tried, how many sources tried a name. Then
the case speaks for its sources or its users whole (`widened`), and elsewhere for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import polars as pl

from triage.detectors.protocol import Finding, Scope, ScopeName
from triage.detectors.quoted import told_once
from triage.events.parsers.sources import canonical_ip

USERS = ("user.name", "user.effective.name", "actor.user.name")
"""The fields by which an event is about a user: who it is, whose rights they took, who did it to them."""

Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Side:
    """One part of the evidence, and what lies ``beside`` it. ``everything`` is both: what tells which kinds of event we
    have at all. Each is in time order."""

    name: ScopeName
    events: pl.DataFrame
    beside: pl.DataFrame
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


_Split = tuple[Side, Side]

_splits: ContextVar[dict[tuple[int, Scope], tuple[pl.DataFrame, _Split]] | None] = ContextVar("splits", default=None)
"""By the identity of a frame, with the frame: as long as it is kept, no other has its identity."""


@contextmanager
def splitting_once() -> Iterator[None]:
    """While this lasts, the same events are split once by one scope, however many detectors ask."""
    before = _splits.set({})
    try:
        yield
    finally:
        _splits.reset(before)


def split(events: pl.DataFrame, scope: Scope) -> _Split:
    """The case's events and all others, in time order."""
    known = _splits.get()
    if known is None:
        return _split(events, scope)
    key = id(events), scope
    if key not in known:
        known[key] = events, _split(events, scope)
    return known[key][1]


def _split(events: pl.DataFrame, scope: Scope) -> _Split:
    ordered = _in_order(told_once(events))
    asked, note = _window(ordered, scope)
    if scope == Scope(margin_s=scope.margin_s):
        case, other = ordered, ordered.clear()
    else:
        mine = _touches(ordered, scope) & _within(asked, timedelta(seconds=scope.margin_s))
        flagged = ordered.with_columns(mine.fill_null(False).alias("mine"))
        case, other = flagged.filter("mine").drop("mine"), flagged.filter(~pl.col("mine")).drop("mine")
    return (
        Side("case", case, other, ordered, scope, asked, note),
        Side("elsewhere", other, case, ordered, scope, (None, None)),
    )


def widened(side: Side, by: pl.Expr, telling: pl.Expr, *, seconds: int = 0) -> pl.DataFrame:
    """All events of whom the case's telling events name by ``by``, up to so long before and after the window asked for
    (the scope's margin at least). Of elsewhere, the events of those whom the case does not speak for."""
    ours = (side.events if side.is_case else side.beside).filter(telling).select(by.alias("by"))["by"].drop_nulls()
    of_ours = by.is_in(ours.unique().implode()).fill_null(False)
    if not side.is_case:
        return side.events.filter(~of_ours)
    if side.events.height == side.everything.height:
        return side.events
    margin = timedelta(seconds=max(seconds, side.scope.margin_s))
    return side.everything.filter(of_ours & _within(side.asked, margin))


def _in_order(events: pl.DataFrame) -> pl.DataFrame:
    """By time, and within a second by line. Most logs come so: then there is nothing to sort."""
    one_log = events["evidence.id"].n_unique() <= 1
    if one_log and events["evidence.line"].is_sorted() and events["@timestamp"].is_sorted(nulls_last=True):
        return events
    return events.sort("@timestamp", "evidence.id", "evidence.line", nulls_last=True, maintain_order=True)


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
