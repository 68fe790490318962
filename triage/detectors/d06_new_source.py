"""D06: did an account log in from where it never did before?

Every login is held against all earlier ones of its account: its network, and the provider (AS) and country where the
events carry them. Who changes address within a provider stays where they were. An account with too little history
cannot be surprised: of it nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import NO_GUESSING, successes
from triage.detectors.compose import compose
from triage.detectors.networks import with_network
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both

REPORTED = 10
NOWHERE = "The logins do not tell from which address they came."
AS, COUNTRY = "source.as.number", "source.geo.country_iso_code"


class NewSource:
    """By account: a login from a network, and where told a provider or country, unseen in enough earlier logins."""

    id = "D06"
    version = 1
    title = "Login from a new source"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "earlier_logins": 5,  # our default
        "earlier_days": 3,  # our default
        "ipv4_prefix": 24,  # our default
        "ipv6_prefix": 48,  # our default: what one customer is usually given
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        logins = _logins(side, settings)
        judged = logins.filter("asked")
        new = judged.filter("new").sort("far", "@timestamp", descending=[True, True], maintain_order=True)
        unjudged = _too_little_history(judged)
        top = new.row(0, named=True) if new.height else None
        before = _before(logins, top) if top else logins.clear()
        nowhere = judged.is_empty() and _logins_from_nowhere(side)
        answer: Answer = "yes" if top else "cannot_tell" if unjudged.height or nowhere else "no"
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, top),
            sentence=NOWHERE if nowhere else _sentence(judged, new, before, unjudged, settings),
            threshold=_threshold(settings),
            would_change="The account's owner confirming where they were, or a longer log in which the source appears.",
            evidence=_rows(new, before, judged, side),
            figures=_figures(judged, new, before, unjudged),
            entities={
                "ip": new["source.ip"].unique(maintain_order=True).to_list()[:REPORTED],
                "user": new["user.name"].unique(maintain_order=True).to_list()[:REPORTED],
            },
            missing=_missing(unjudged) if answer == "cannot_tell" else (),
        )


def _logins(side: Side, settings: Mapping[str, Any]) -> pl.DataFrame:
    """All logins in time order: those ``asked`` about, and of each what was known before it.

    ``earlier`` logins of the account since ``since``; ``new`` where there were enough and none from there; ``far``
    where the provider or the country is new as well.
    """
    parts = [
        successes(part).with_columns(pl.lit(part is side.events).alias("asked")) for part in (side.events, side.beside)
    ]
    told = pl.col("@timestamp").is_not_null() & pl.col("user.name").is_not_null()
    timed = pl.concat(parts).filter(told & ~NO_GUESSING)
    placed = with_network(timed, ipv4=settings["ipv4_prefix"], ipv6=settings["ipv6_prefix"])
    time, user = pl.col("@timestamp"), "user.name"
    known = placed.sort("@timestamp", maintain_order=True).with_columns(
        pl.int_range(pl.len()).over(user).alias("earlier"),
        time.min().over(user).alias("since"),
        pl.struct(user, "network").is_first_distinct().alias("first_here"),
        _first_told(AS).alias("first_as"),
        _first_told(COUNTRY).alias("first_country"),
    )
    enough = (pl.col("earlier") >= settings["earlier_logins"]) & (
        time - pl.col("since") >= pl.duration(days=settings["earlier_days"])
    )
    far = pl.col("first_as").fill_null(False) | pl.col("first_country").fill_null(False)
    untold = pl.col("first_as").is_null()
    new = enough & pl.col("first_here") & (untold | far)
    return known.with_columns(enough.alias("enough"), far.alias("far"), new.alias("new"))


def _first_told(name: str) -> pl.Expr:
    """Whether the account has this value for the first time; null where the event does not tell it, or no earlier one
    did."""
    known = pl.col(name).is_not_null()
    told_before = known.cum_sum().over("user.name") > 1
    return pl.when(known & told_before).then(pl.struct("user.name", name).is_first_distinct())


def _logins_from_nowhere(side: Side) -> bool:
    """Whether somebody logged in and no address is told. Who becomes another user on a machine is in already."""
    local = pl.col("actor.user.name").is_not_null()
    return not successes(side.events).filter(pl.col("source.ip").is_null() & ~local & ~NO_GUESSING).is_empty()


def _too_little_history(judged: pl.DataFrame) -> pl.DataFrame:
    """Accounts of which no login that is asked about has enough behind it; when the first of those was."""
    accounts = judged.group_by("user.name").agg(
        pl.col("enough").any(), pl.col("earlier").max(), pl.col("@timestamp").min().alias("first")
    )
    return accounts.filter(~pl.col("enough")).sort("user.name")


def _before(logins: pl.DataFrame, top: Mapping[str, Any]) -> pl.DataFrame:
    same = (pl.col("user.name") == top["user.name"]) & (pl.col("@timestamp") <= top["@timestamp"])
    return logins.filter(same).head(top["earlier"])


def _confidence(answer: Answer, top: Mapping[str, Any] | None) -> Confidence:
    """High where the provider or country is new too, or for a plain no; medium by the network alone."""
    if answer == "cannot_tell":
        return "low"
    return "high" if top is None or top["far"] else "medium"


def _missing(unjudged: pl.DataFrame) -> tuple[str, ...]:
    first = unjudged["first"].min()
    if not isinstance(first, datetime):
        return ("source addresses of the logins",)
    return (f"authentication events before {wording.at(first)}",)


def _sentence(
    judged: pl.DataFrame, new: pl.DataFrame, before: pl.DataFrame, unjudged: pl.DataFrame, settings: Mapping[str, Any]
) -> str:
    if judged.is_empty():
        return "No successful login with a source address."
    if new.is_empty() and unjudged.height:
        names = wording.listed([wording.user(name) for name in unjudged["user.name"]])
        need = f"{settings['earlier_logins']} earlier logins over {settings['earlier_days']} days"
        return f"What is new for {names} cannot be told: fewer than {need} are in the log."
    if new.is_empty():
        networks = judged["network"].n_unique()
        return f"{wording.plural(judged.height, 'login')} from {wording.plural(networks, 'network')}, each seen before."
    top = new.row(0, named=True)
    homes = before.group_by("network", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
    days = (top["@timestamp"] - top["since"]).days
    said = f"{wording.user(top['user.name'])} logged in from {top['source.ip']}{_place(top)} at "
    said += f"{wording.at(top['@timestamp'])}, where none of {wording.plural(top['earlier'], 'earlier login')} over "
    said += f"{wording.plural(days, 'day')} came from ({wording.listed(homes['network'].to_list())})"
    others = [f"{wording.user(row['user.name'])} from {row['source.ip']}" for row in new.tail(-1).iter_rows(named=True)]
    return f"{said}{f'; also {wording.listed(others)}' if others else ''}."


def _threshold(settings: Mapping[str, Any]) -> str:
    return (
        f"a network (/{settings['ipv4_prefix']}, IPv6 /{settings['ipv6_prefix']}), provider or country in none of "
        f"≥ {settings['earlier_logins']} earlier logins over ≥ {settings['earlier_days']} days (our defaults)"
    )


def _place(login: Mapping[str, Any]) -> str:
    told = [f"AS{login[AS]}" if login[AS] is not None else "", login[COUNTRY] or ""]
    return f" ({', '.join(word for word in told if word)})" if any(told) else ""


def _rows(new: pl.DataFrame, before: pl.DataFrame, judged: pl.DataFrame, side: Side) -> pl.DataFrame:
    """What is new, and the last earlier login from each network; of nothing new, the logins asked about."""
    columns = side.everything.columns
    if new.is_empty():
        return judged.select(columns)
    known = before.group_by("network", maintain_order=True).last().sort("@timestamp").tail(REPORTED)
    return pl.concat([known.select(columns), new.sort("@timestamp", maintain_order=True).select(columns)])


def _figures(judged: pl.DataFrame, new: pl.DataFrame, before: pl.DataFrame, unjudged: pl.DataFrame) -> dict[str, Any]:
    top = new.row(0, named=True) if new.height else None
    earlier = before.group_by("network").agg(
        pl.len().cast(pl.Int64).alias("logins"),
        pl.col("@timestamp").min().alias("first"),
        pl.col("@timestamp").max().alias("last"),
    )
    return {
        "new_sources": new.height,
        "users": new["user.name"].n_unique(),
        "logins": judged.height,
        "earlier_logins": top["earlier"] if top else 0,
        "earlier_networks": earlier.height,
        "new_country": bool(top and top["first_country"]),
        "unjudged_users": unjudged.height,
        "user": top["user.name"] if top else None,
        "source": top["source.ip"] if top else None,
        "at": wording.rfc3339(top["@timestamp"]) if top else None,
        "earlier": [_network(row) for row in earlier.sort("logins", "network", descending=[True, False]).to_dicts()][
            :REPORTED
        ],
        "new": [_login(row) for row in new.head(REPORTED).iter_rows(named=True)],
    }


def _network(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "network": row["network"],
        "logins": row["logins"],
        "first": wording.rfc3339(row["first"]),
        "last": wording.rfc3339(row["last"]),
    }


def _login(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user": row["user.name"],
        "source": row["source.ip"],
        "network": row["network"],
        "as": row[AS],
        "country": row[COUNTRY],
        "at": wording.rfc3339(row["@timestamp"]),
        "earlier_logins": row["earlier"],
    }


DETECTOR = NewSource()
