"""D10: were accounts locked out again and again, or was somebody asked for a second factor they kept refusing?

Both are what guessing leaves at a directory or identity provider. Only those tell of them: a server's own log that
says nothing of lockouts proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import COUNT, FAILED, SUCCEEDED, TO_SERVICE
from triage.detectors.compose import compose
from triage.detectors.coverage import Need
from triage.detectors.evidence import chart
from triage.detectors.protocol import Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both, widened
from triage.detectors.windows import busiest

REPORTED = 10
SAME_S = 2
"""A refused prompt is told twice, as the push that was denied and as the factor that failed, within these seconds."""

LOCKED = pl.col("event.action") == "account_locked"
DENIED = pl.col("event.action") == "mfa_denied"
FACTOR_FAILED = pl.col("event.action") == "mfa_failed"
TURNED_AWAY = (pl.col("event.action") == "account_locked_login") | (pl.col("event.reason") == "account locked")
"""A login refused because the account is locked already: not a lockout, but the mark of one."""

OF_DIRECTORY = pl.col("event.code").is_in(["4740", "4767", "4768", "4769", "4770", "4771", "4776"])
TELLING = (LOCKED | OF_DIRECTORY | TO_SERVICE).fill_null(False)
"""Events of what would have told of a lockout or a refused factor as well: a domain controller, a sign-in service."""


class Lockouts:
    """By account: lockouts within hours, refused second factors within minutes."""

    id = "D10"
    version = 1
    title = "Lockouts and refused second factors"
    needs: tuple[str, ...] = ("authentication", "iam")
    settings: Mapping[str, Any] = {
        "lockouts": 3,  # Elastic, Okta lockouts
        "lockout_seconds": 10800,  # Elastic
        "denials": 3,  # our default
        "denial_seconds": 600,  # our default
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        told = _of_the_sides_accounts(side, settings)
        lockouts, denials = told.filter(LOCKED), _denials(told)
        users = _users(lockouts, denials, settings)
        hits = users.filter("hit")
        top = users.row(0, named=True) if users.height else None
        shown = pl.concat([lockouts, denials]).sort("@timestamp", maintain_order=True)
        away = _turned_away(told, settings)
        rows = shown if hits.is_empty() else shown.filter(pl.col("user.name") == hits["user.name"][0])
        rows = away if hits.is_empty() and away.height else rows
        gave_in = _gave_in(told, top, settings) if top and hits.height else None
        return compose(
            self,
            side,
            settings,
            answer="yes" if hits.height else "partly" if away.height else "no",
            confidence=_confidence(hits, away, gave_in, settings),
            sentence=_sentence(users, hits, away, gave_in),
            threshold=f"≥ {settings['lockouts']} lockouts of one account in "
            f"{wording.duration(settings['lockout_seconds'])} (Elastic) or ≥ {settings['denials']} refused second "
            f"factors in {wording.duration(settings['denial_seconds'])} (our default)",
            would_change="The account's owner saying that they locked themselves out, or refused by mistake.",
            evidence=rows.select(side.everything.columns),
            figures=_figures(users, hits, told, gave_in, chart(rows)),
            entities={"user": hits.head(REPORTED)["user.name"].to_list(), "ip": _sources(rows) if hits.height else []},
            need=Need(self.needs, TELLING, "iam events", "the log of the directory or identity provider"),
        )


def _of_the_sides_accounts(side: Side, settings: Mapping[str, Any]) -> pl.DataFrame:
    """What was told of accounts. A lockout names no source: in a case about a source, the accounts it tried."""
    tried = FAILED | LOCKED | DENIED | FACTOR_FAILED
    told = widened(side, pl.col("user.name"), tried.fill_null(False), seconds=settings["lockout_seconds"])
    return told.filter(pl.col("user.name").is_not_null()).with_columns(COUNT)


def _denials(told: pl.DataFrame) -> pl.DataFrame:
    """Each refusal once."""
    timed = told.filter(pl.col("@timestamp").is_not_null())
    denied, failed = timed.filter(DENIED), timed.filter(FACTOR_FAILED)
    if denied.is_empty() or failed.is_empty():
        return pl.concat([denied, failed]).sort("@timestamp", maintain_order=True)
    times = denied.select("user.name", "@timestamp", pl.col("@timestamp").alias("denied")).sort("@timestamp")
    near = failed.sort("@timestamp", maintain_order=True).join_asof(
        times,
        on="@timestamp",
        by="user.name",
        strategy="nearest",
        tolerance=timedelta(seconds=SAME_S),
        check_sortedness=False,
    )
    alone = near.filter(pl.col("denied").is_null()).drop("denied")
    return pl.concat([denied, alone]).sort("@timestamp", maintain_order=True)


def _users(lockouts: pl.DataFrame, denials: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """One row an account, the most telling first: how often each happened, and how often in its busiest window."""
    locked = _counted(lockouts, "lockouts", settings["lockout_seconds"])
    refused = _counted(denials, "denials", settings["denial_seconds"])
    both_kinds = locked.join(refused, on="user.name", how="full", coalesce=True)
    numbers = ("lockouts", "lockouts_peak", "denials", "denials_peak")
    filled = both_kinds.with_columns(pl.col(numbers).fill_null(0))
    hit = (pl.col("lockouts_peak") >= settings["lockouts"]) | (pl.col("denials_peak") >= settings["denials"])
    order = ["hit", "denials_peak", "lockouts_peak", "user.name"]
    return filled.with_columns(hit.alias("hit")).sort(order, descending=[True, True, True, False])


def _counted(events: pl.DataFrame, name: str, seconds: int) -> pl.DataFrame:
    """By account: how many, the most within so many seconds (``…_peak``) and when that window ended (``…_to``)."""
    peaks = busiest(events, ["user.name"], seconds).rename({"peak": f"{name}_peak", "peak_to": f"{name}_to"})
    return (
        events.group_by("user.name")
        .agg(pl.col("event.count").sum().alias(name))
        .join(peaks, on="user.name", how="left")
    )


def _turned_away(told: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
    """Logins of accounts that were refused as locked so often that a lockout lies behind it, told here or not."""
    refused = told.filter(TURNED_AWAY.fill_null(False))
    often = refused.group_by("user.name").agg(pl.col("event.count").sum().alias("times"))
    names = often.filter(pl.col("times") >= settings["lockouts"])["user.name"]
    return refused.filter(pl.col("user.name").is_in(names.implode()))


def _gave_in(told: pl.DataFrame, top: Mapping[str, Any], settings: Mapping[str, Any]) -> datetime | None:
    """When the account that refused was let in after all: somebody tired of the prompts."""
    last = top["denials_to"]
    if last is None or top["denials_peak"] < settings["denials"]:
        return None
    later = pl.col("@timestamp").is_between(last, last + timedelta(seconds=settings["denial_seconds"]))
    won = told.filter(SUCCEEDED & later & (pl.col("user.name") == top["user.name"]))["@timestamp"].min()
    return won if isinstance(won, datetime) else None


def _confidence(
    hits: pl.DataFrame, away: pl.DataFrame, gave_in: datetime | None, settings: Mapping[str, Any]
) -> Confidence:
    """High at twice a threshold, where the account was let in afterwards, or for a plain no; low where lockouts show by
    their mark alone; else medium."""
    if hits.is_empty():
        return "low" if away.height else "high"
    twice = (pl.col("lockouts_peak") >= 2 * settings["lockouts"]) | (pl.col("denials_peak") >= 2 * settings["denials"])
    return "high" if gave_in or hits.filter(twice).height else "medium"


def _sentence(users: pl.DataFrame, hits: pl.DataFrame, away: pl.DataFrame, gave_in: datetime | None) -> str:
    refused = int(away["event.count"].sum())
    whose = wording.listed(away["user.name"].unique().sort().to_list())
    locked = f" {wording.plural(refused, 'login')} of {whose} met an account locked already." if refused else ""
    if users.is_empty():
        return f"No lockout and no refused second factor.{locked}"
    top = users.row(0, named=True)
    said = f"{wording.user(top['user.name'])}: {_told(top)}"
    if hits.is_empty():
        return f"At most {said}: under the threshold.{locked}"
    said += f", then let in at {wording.at(gave_in, seconds=True)}" if gave_in else ""
    others = [wording.user(name) for name in hits["user.name"].to_list()[1:]]
    return f"{said}{f'; also {wording.listed(others)}' if others else ''}.{locked}"


def _told(user: Mapping[str, Any]) -> str:
    """``3 lockouts (2 in the busiest window) and 4 refused second factors``."""
    parts = []
    for name, noun in (("lockouts", "lockout"), ("denials", "refused second factor")):
        if user[name]:
            peak = user[f"{name}_peak"]
            within = f" (at most {peak} in one window)" if peak != user[name] else ""
            parts.append(wording.plural(user[name], noun) + within)
    return " and ".join(parts)


def _sources(rows: pl.DataFrame) -> list[str]:
    return rows["source.ip"].drop_nulls().unique().sort().to_list()[:REPORTED]


def _figures(
    users: pl.DataFrame, hits: pl.DataFrame, told: pl.DataFrame, gave_in: datetime | None, bars: list[dict[str, Any]]
) -> dict[str, Any]:
    top = users.row(0, named=True) if users.height else {"user.name": None, "lockouts_peak": 0, "denials_peak": 0}
    names = ("user.name", "lockouts", "lockouts_peak", "denials", "denials_peak")
    shown = users.head(REPORTED).select(names).rename({"user.name": "user"})
    return {
        "user": top["user.name"],
        "lockouts_peak": top["lockouts_peak"],
        "denials_peak": top["denials_peak"],
        "lockouts": int(users["lockouts"].sum()),
        "denials": int(users["denials"].sum()),
        "users_over": hits.height,
        "let_in_at": wording.rfc3339(gave_in),
        "refused_as_locked": int(told.filter(TURNED_AWAY.fill_null(False))["event.count"].sum()),
        "users": shown.to_dicts(),
        "chart": bars,
    }


DETECTOR = Lockouts()
