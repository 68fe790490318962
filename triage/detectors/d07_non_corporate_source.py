"""D07: did access come from outside the organisation's own networks?"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import COUNT, SUCCEEDED
from triage.detectors.compose import compose
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both

REPORTED = 10
WHERE_TO_SET = "/settings/context/"

PRIVATE = tuple(
    ip_network(cidr)
    for cidr in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
"""RFC 1918, 6598, 3927, 4193 and loopback. Not `is_private`: that holds documentation ranges too."""

CLASSES = ("corporate", "private", "scanner", "cloud", "crawler", "blocklist", "other")
READ = ("source.ip", "event.category", "event.outcome", "event.count", "service.name")
"""All that is counted with: a large log is not copied whole."""
OUTSIDE = ("scanner", "cloud", "crawler", "blocklist", "other")


class NonCorporateSource:
    """Every source address against the configured ranges; private addresses apart, list memberships named."""

    id = "D07"
    version = 2
    title = "Source outside corporate ranges"
    needs: tuple[str, ...] = ("authentication", "network", "web")
    settings: Mapping[str, Any] = {"blocklist_level": 3}  # ipsum's own advice

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        sourced = side.events.select(READ).filter(pl.col("source.ip").is_not_null()).with_columns(COUNT)
        sources = _classified(sourced, context, settings)
        outside = sources.filter(pl.col("class").is_in(OUTSIDE))
        if not side.is_case:
            # An open service has callers from everywhere; elsewhere only those who got in are worth a word.
            outside = outside.filter(pl.col("logins") > 0)
        logins = int(outside["logins"].sum())
        answer, confidence, missing = _answer(side, sources, outside, context)
        shown = outside if outside.height else sources
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=confidence,
            sentence=_sentence(sources, outside, context, side),
            threshold="any source outside the configured corporate ranges; lists: MISP warning lists, block lists from "
            f"level {settings['blocklist_level']} (ipsum)",
            would_change=f"A range added under {WHERE_TO_SET}, or a known remote worker behind the address.",
            evidence=_rows(side.events, shown["source.ip"].to_list()),
            figures={
                "sources": sources.height,
                "outside": outside.height,
                "logins_outside": logins,
                "ranges": len(context.ranges),
                "classes": {name: sources.filter(pl.col("class") == name).height for name in CLASSES},
                "services": _services(sourced, outside),
                "addresses": [_address(row, context) for row in shown.head(REPORTED).iter_rows(named=True)],
            },
            entities={"ip": outside.head(REPORTED)["source.ip"].to_list()},
            missing=missing,
        )


def _answer(
    side: Side, sources: pl.DataFrame, outside: pl.DataFrame, context: Context
) -> tuple[Answer, Confidence, tuple[str, ...]]:
    if not side.is_case:
        return ("yes" if context.ranges and outside.height else "no"), "medium", ()
    if not context.ranges:
        return "cannot_tell", "low", (f"corporate address ranges ({WHERE_TO_SET})",)
    if outside.height:
        return "yes", "high", ()
    if sources.is_empty() and side.everything.height:
        return "cannot_tell", "low", ("events from the case's addresses" if side.scope.ips else "source addresses",)
    private = sources.filter(pl.col("class") == "private").height
    return ("partly", "low", ()) if private else ("no", "high", ())


def _classified(sourced: pl.DataFrame, context: Context, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row a source with its class, those that logged in first."""
    sources = sourced.group_by("source.ip").agg(
        pl.col("event.count").sum().alias("events"),
        pl.col("event.count").filter(SUCCEEDED).sum().alias("logins"),
    )
    networks = [(ip_network(cidr, strict=False), label) for cidr, label in context.ranges]
    classes = [_class(ip, networks, context, settings) for ip in sources["source.ip"]]
    return sources.with_columns(pl.Series("class", classes, pl.String)).sort(
        "logins", "events", "source.ip", descending=[True, True, False]
    )


def _class(value: str, networks: list[tuple[Any, str]], context: Context, settings: Mapping[str, Any]) -> str:
    address = ip_address(value)
    if any(address in network for network, _ in networks):
        return "corporate"
    if any(address in network for network in PRIVATE):
        return "private"
    kinds = {hit.get("kind") for hit in context.list_hits.get(value, ()) if _counts(hit, settings)}
    return next((name for name in ("scanner", "cloud", "crawler", "blocklist") if name in kinds), "other")


def _counts(hit: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    level = hit.get("level")
    return hit.get("kind") != "blocklist" or level is None or level >= settings["blocklist_level"]


def _sentence(sources: pl.DataFrame, outside: pl.DataFrame, context: Context, side: Side) -> str:
    if not context.ranges:
        said = f"No corporate ranges are set ({WHERE_TO_SET}), so none of "
        said += wording.plural(sources.height, "source address", "source addresses") + " can be called foreign"
        private = sources.filter(pl.col("class") == "private").height
        return f"{said}{f' ({private} of them private)' if private else ''}."
    if sources.is_empty():
        given = ", ".join(side.scope.ips[:3])
        return f"No event of this case carries a source address{f'; the alert itself names {given}' if given else ''}."
    if outside.is_empty():
        inside = sources.filter(pl.col("class") == "private").height
        if inside:
            return f"{wording.plural(inside, 'private address', 'private addresses')}, outside the configured ranges."
        if sources.height == 1:
            return f"{sources['source.ip'][0]} lies in a corporate range."
        return f"All {sources.height} sources lie in corporate ranges."
    top = outside.head(3).iter_rows(named=True)
    named = [_described(row, context) for row in top]
    more = f" and {outside.height - 3} more" if outside.height > 3 else ""
    verb = "lies" if outside.height == 1 else "lie"
    return f"{', '.join(named)}{more} {verb} outside the corporate ranges."


def _described(row: dict[str, Any], context: Context) -> str:
    lists = [
        f"{hit['list']} of {hit.get('date') or 'unknown date'}" for hit in context.list_hits.get(row["source.ip"], ())
    ]
    facts = [wording.plural(row["logins"], "login") if row["logins"] else "no login", *lists[:2]]
    return f"{row['source.ip']} ({', '.join(facts)})"


def _address(row: dict[str, Any], context: Context) -> dict[str, Any]:
    hits = [dict(hit) for hit in context.list_hits.get(row["source.ip"], ())]
    return {
        "ip": row["source.ip"],
        "class": row["class"],
        "events": row["events"],
        "logins": row["logins"],
        "lists": hits,
    }


def _services(sourced: pl.DataFrame, outside: pl.DataFrame) -> dict[str, int]:
    """Events from outside by service."""
    foreign = sourced.filter(pl.col("source.ip").is_in(outside["source.ip"].to_list()))
    return dict(
        foreign.group_by(pl.col("service.name").fill_null("unknown"))
        .agg(pl.col("event.count").sum())
        .sort("service.name")
        .iter_rows()
    )


def _rows(events: pl.DataFrame, addresses: list[str]) -> pl.DataFrame:
    """Logins first, since they are what access means; else whatever the addresses did."""
    theirs = events.filter(pl.col("source.ip").is_in(addresses))
    won = theirs.filter(SUCCEEDED)
    return won if won.height else theirs


DETECTOR = NonCorporateSource()
