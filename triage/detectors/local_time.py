"""What the clock on the wall said when an event happened, where the asset that wrote it stands.

The zone is the asset's as the organisation knows it, by host, by address, by account. Where it knows none, or where a
log named no zone and UTC was assumed of it, the hour is not certain: `CERTAIN` says so of each event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

LOCAL, ZONE, CERTAIN = "local", "zone", "certain"

_BY_FIELD = {"host": "host.name", "ip": "destination.ip", "user": "user.name"}
"""Which field names an asset of each kind; a host before an address before an account."""


def with_local_time(events: pl.DataFrame, assets: Iterable[Mapping[str, Any]], *, usual: str = "") -> pl.DataFrame:
    """Events with a time, with ``local`` (the wall clock, without zone), ``zone`` (IANA; null where none is known, then
    ``local`` is UTC) and ``certain``. ``usual`` is the zone of what no asset names."""
    zones = _zones(assets)
    named = [_zone_of(field, zones.get(kind, {})) for kind, field in _BY_FIELD.items()]
    zone = pl.coalesce(*named, pl.lit(usual if _exists(usual) else None, dtype=pl.String))
    timed = events.filter(pl.col("@timestamp").is_not_null()).with_columns(zone.alias(ZONE))
    assumed = pl.col("time_basis").str.contains("assumed").fill_null(False) & pl.col("time_basis").str.contains("zone")
    certain = pl.col(ZONE).is_not_null() & ~assumed
    walls = [
        pl.when(pl.col(ZONE) == name).then(pl.col("@timestamp").dt.convert_time_zone(name).dt.replace_time_zone(None))
        for name in timed[ZONE].drop_nulls().unique().sort()
    ]
    utc = pl.col("@timestamp").dt.replace_time_zone(None)
    return timed.with_columns(pl.coalesce(*walls, utc).alias(LOCAL), certain.fill_null(False).alias(CERTAIN))


def off_hours(local: pl.Expr, *, start: int, end: int, weekend: Iterable[int]) -> pl.Expr:
    """Whether a wall clock shows a time outside business hours: ``start`` ≤ hour < ``end``, over midnight where start
    is the later one; ``weekend`` by ISO number (Saturday 6)."""
    hour = local.dt.hour()
    working = (hour >= start) & (hour < end) if start <= end else (hour >= start) | (hour < end)
    return ~working | local.dt.weekday().is_in(list(weekend))


def chance(*, start: int, end: int, weekend: Iterable[int]) -> float:
    """The share of a week that lies outside business hours: what an event at a random time has."""
    working = (end - start) % 24 * (7 - len(set(weekend)))
    return 1 - working / 168


def _zones(assets: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Kind of asset → its name in small letters → its zone; zones that do not exist are none."""
    found: dict[str, dict[str, str]] = {}
    for asset in assets:
        if _exists(asset.get("zone") or ""):
            found.setdefault(asset["kind"], {})[asset["name"].lower()] = asset["zone"]
    return found


def _zone_of(field: str, zones: Mapping[str, str]) -> pl.Expr:
    if not zones:
        return pl.lit(None, dtype=pl.String)
    name = pl.col(field).str.to_lowercase()
    known = name.replace_strict(dict(zones), default=None, return_dtype=pl.String)
    # A log writes ``web-1`` or ``web-1.example.com``, and an inventory the other.
    short = {key.partition(".")[0]: zone for key, zone in zones.items()} if field == "host.name" else {}
    first = name.str.split(".").list.first()
    return pl.coalesce(known, first.replace_strict(short, default=None, return_dtype=pl.String)) if short else known


def _exists(zone: str) -> bool:
    try:
        return bool(zone) and bool(ZoneInfo(zone))
    except (ValueError, OSError, KeyError):
        return False
