"""D19: were a cloud's credentials used where they do not belong, or to find out what there is?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.cloud_calls import ANONYMOUS, CLOUD, with_calls
from triage.detectors.cloud_use import SIGNS, Rows, anonymous_listings, enumerators, foreign_sessions
from triage.detectors.compose import compose
from triage.detectors.coverage import Need
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.recast import as_told, recast
from triage.detectors.sides import Side, both

REPORTED = 10

NEED = Need(
    ("api", "session", "iam", "authentication"),
    telling=CLOUD.fill_null(False),
    words="records of cloud calls",
    log="the cloud's audit log (AWS CloudTrail; with data events where objects in buckets are concerned)",
)


class CloudCredentials:
    """An instance's role away from its instance, anonymous listing, or listing of everything."""

    id = "D19"
    version = 1
    title = "Cloud credential use"
    needs: tuple[str, ...] = ("api",)
    settings: Mapping[str, Any] = {
        "anonymous_requests": 5,  # our default
        "anonymous_sources": 3,  # our default
        "listing_calls": 10,  # our default: more than so many different ones
        "listing_seconds": 600,  # our default
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(_by_principal(events, scope), scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        calls = with_calls(side.events)
        foreign = foreign_sessions(calls, side.everything)
        found = _Found(calls, foreign, anonymous_listings(calls, settings), enumerators(calls, settings))
        evidence = found.evidence()
        return compose(
            self,
            side,
            settings,
            answer=found.answer,
            confidence=found.confidence,
            sentence=found.sentence(),
            threshold="any use of an instance's role by a desktop, an attack tool or from several networks; anonymous "
            f"listing: ≥ {settings['anonymous_requests']} requests or ≥ {settings['anonymous_sources']} sources of a "
            f"network; > {settings['listing_calls']} different List and Describe calls in "
            f"{wording.duration(settings['listing_seconds'])} (our defaults)",
            would_change="The keeper of the credential explaining the program and the address, or an inventory tool "
            "that lists everything on purpose.",
            evidence=evidence,
            figures=found.figures(evidence),
            entities=found.entities(),
            need=NEED,
        )


def _by_principal(events: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Events about whose credentials were used: a case may name a principal by its ARN, which is no user's name."""
    named = pl.when(pl.col("user.id").is_in(scope.users)).then("user.id")
    return recast(events, {"user.effective.name": pl.coalesce(named, "user.effective.name")})


@dataclass(frozen=True)
class _Found:
    calls: pl.DataFrame
    foreign: Rows
    anonymous: Rows
    listing: Rows

    @property
    def answer(self) -> Answer:
        if self.foreign or self.listing or any(row["refused"] < row["calls"] for row in self.anonymous):
            return "yes"
        return "partly" if self.anonymous else "no"

    @property
    def confidence(self) -> Confidence:
        """High where the program itself gives the foreigner away, and for a plain no."""
        if self.answer == "no":
            return "high"
        return "high" if any(row["desktop"] or row["attack"] for row in self.foreign) else "medium"

    def sentence(self) -> str:
        said = [_foreign(self.foreign[0], len(self.foreign) - 1)] if self.foreign else []
        said += [_anonymous(self.anonymous[0])] if self.anonymous else []
        said += [_listing(self.listing[0], len(self.listing) - 1)] if self.listing else []
        return " ".join(said) or _nothing(self.calls)

    def evidence(self) -> pl.DataFrame:
        """The calls of foreign sessions and of anonymous sources; without any, those of who lists."""
        nobody = pl.col("user.id").is_in(ANONYMOUS) & pl.col("source.ip").is_in(_addresses(self.anonymous))
        principals = [row["principal"] for row in self.foreign or (() if self.anonymous else self.listing)]
        return as_told(self.calls.filter((pl.col("principal").is_in(principals) | nobody).fill_null(False)))

    def figures(self, evidence: pl.DataFrame) -> dict[str, Any]:
        return {
            "calls": int(self.calls["event.count"].sum()),
            "sessions_away": len(self.foreign),
            "calls_away": sum(row["calls"] for row in self.foreign),
            **{sign: sum(row[sign] for row in self.foreign) for sign in SIGNS},
            "anonymous_requests": sum(row["calls"] for row in self.anonymous),
            "anonymous_sources": sum(row["sources"] for row in self.anonymous),
            "listing_principals": len(self.listing),
            "listing_calls": max((row["distinct"] for row in self.listing), default=0),
            "sessions": [_row(row) for row in self.foreign[:REPORTED]],
            "chart": chart(evidence),
        }

    def entities(self) -> dict[str, list[str]]:
        return {
            "user": list(dict.fromkeys(row["principal"] for row in (*self.foreign, *self.listing)))[:REPORTED],
            "ip": _addresses((*self.foreign, *self.anonymous, *self.listing))[:REPORTED],
            "host": list(dict.fromkeys(row["instance"] for row in self.foreign))[:REPORTED],
        }


def _addresses(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(address for row in rows for address in row["addresses"]))


def _nothing(calls: pl.DataFrame) -> str:
    if calls.is_empty():
        return "No call of a cloud's interfaces."
    roles = calls.filter(pl.col("instance").is_not_null())["principal"].n_unique()
    said = f"{wording.plural(calls.height, 'cloud call')}, none of them anonymous listing or listing of everything; "
    return said + (
        f"{wording.plural(roles, 'role')} of instances, none used elsewhere." if roles else "no instance's role."
    )


def _foreign(session: dict[str, Any], others: int) -> str:
    """``The role web of i-0abc… was used by aws-cli/2.15 on Darwin, foreign to the instance: 11 calls …``."""
    said = f"The role {session['role']} of {session['instance']} was used by {session['program'] or 'a program'}"
    said += f" on {session['system']}" if session["system"] else ""
    if session["desktop"] or session["attack"]:
        said += ", foreign to the instance"
    if session["moved"]:
        said += f", from {wording.plural(len(session['networks']), 'network')} ({wording.listed(session['networks'])})"
    said += f": {_calls(session)}"
    return f"{said}{f'; {others} more such roles' if others else ''}."


def _anonymous(network: dict[str, Any]) -> str:
    sources = wording.plural(network["sources"], "source")
    said = f"Nobody in particular listed buckets from {sources} of {network['network']}: {_calls(network)}"
    return f"{said}, all refused." if network["refused"] == network["calls"] else f"{said}."


def _listing(principal: dict[str, Any], others: int) -> str:
    said = f"{principal['principal']} made {principal['distinct']} different listing calls"
    said += f"{wording.between(principal['opens'], principal['closes'])}: {_calls(principal)}"
    return f"{said}{f'; {others} more such principals' if others else ''}."


def _calls(row: dict[str, Any]) -> str:
    """``11 calls from 192.0.2.7 between … (ListObjects 7, GetObject 2), 3 refused``."""
    names = wording.listed([f"{one['call']} {one['count']}" for one in row["names"]])
    whence = f" from {wording.listed(row['addresses'])}" if row["addresses"] else ""
    said = f"{wording.plural(row['calls'], 'call')}{whence}{wording.between(row['first'], row['last'])}"
    said += f" ({names})" if names else ""
    return said + (f", {row['refused']} refused" if 0 < row["refused"] < row["calls"] else "")


def _row(session: dict[str, Any]) -> dict[str, Any]:
    return {
        "principal": session["principal"],
        "role": session["role"],
        "instance": session["instance"],
        "program": session["program"],
        "system": session["system"],
        "calls": session["calls"],
        "networks": session["networks"],
        "signs": [sign for sign in SIGNS if session[sign]],
    }


DETECTOR = CloudCredentials()
