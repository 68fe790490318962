"""D17: were accounts made or opened, or rights, keys and second factors given?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.account_changes import KINDS, with_changes
from triage.detectors.account_signs import SIGNS, with_signs
from triage.detectors.compose import compose
from triage.detectors.coverage import Need
from triage.detectors.evidence import chart
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.recast import as_told
from triage.detectors.sides import Side, both

REPORTED = 10
IN_ORDER = ["@timestamp", "evidence.id", "evidence.line"]
STEPS: tuple[Confidence, ...] = ("low", "medium", "high")

DIRECTORY_READS = (
    "directory_handle_requested",
    "directory_object_accessed",
    "user_groups_listed",
    "group_members_listed",
)
DIRECTORY = (pl.col("event.category") == "iam") & ~pl.col("event.action").is_in(DIRECTORY_READS).fill_null(False)
"""Who read a directory is logged by another switch than who changed it: reads alone do not tell that nobody did."""

NEED = Need(
    ("iam", "process"),
    telling=DIRECTORY | (pl.col("event.action") == "sudo"),
    words="records of account changes",
    log="the audit log of the directory or identity provider (Windows 4720–4767, Okta, Microsoft 365, CloudTrail) or, "
    "of a Linux host, its auth.log",
)
"""Where a Linux host logs sudo, it logs useradd and passwd as well."""


class AccountChange:
    """Any change that gives access is a yes. What is odd about it raises the confidence that it matters."""

    id = "D17"
    version = 1
    title = "Account or privilege change"
    needs: tuple[str, ...] = ("iam", "process")
    settings: Mapping[str, Any] = {
        "keystrokes": 2,  # our default: how far a name may be from the one it looks like
        "start_hour": 7,  # our default
        "end_hour": 19,  # our default
        "weekend": [6, 7],  # our default: ISO days
        "zone": "",  # our default: none. The IANA zone of what no asset names
        "actor_changes": 5,  # our default: so many changes by others, over
        "actor_days": 3,  # so many days, before somebody is new to making them
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(with_changes(events), scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        changes = side.events.filter(pl.col("kind").is_not_null())
        other = changes.filter(pl.col("kind") == "other")
        giving = changes.filter(pl.col("kind") != "other")
        hits = _weightiest_first(with_signs(giving, side.everything, context, settings))
        if not side.is_case:
            # Somebody is always given something somewhere; elsewhere only what is odd is worth a word.
            hits = hits.filter(pl.col("signs") > 0)
        answer: Answer = "yes" if hits.height else "partly" if other.height and side.is_case else "no"
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, hits),
            sentence=_sentence(hits) if hits.height else _nothing(other, side),
            threshold="any creation, enabling, reset, group, right, key or second factor; surer where the name looks "
            f"like another (≤ {settings['keystrokes']} keystrokes), outside {settings['start_hour']:02d}:00–"
            f"{settings['end_hour']:02d}:00, by who never did it before, or of power over others (our defaults)",
            would_change="A change request that names these changes, or their maker's word by another channel.",
            evidence=as_told((hits if hits.height else other).sort(IN_ORDER, nulls_last=True)),
            figures=_figures(hits, other),
            entities=_entities(hits),
            need=NEED,
        )


def _weightiest_first(changes: pl.DataFrame) -> pl.DataFrame:
    weight = pl.col("kind").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    unsigned = pl.col("signs").cast(pl.Int64)
    return changes.sort(-unsigned, weight, "@timestamp", nulls_last=True, maintain_order=True)


def _confidence(answer: Answer, hits: pl.DataFrame) -> Confidence:
    """A recorded change is at medium, a mere command at low; each sign about it is a step up. The surest one counts."""
    if answer != "yes":
        return "medium" if answer == "partly" else "high"
    steps = hits.select((pl.col("command").is_null().cast(pl.Int64) + pl.col("signs")).max()).item()
    return STEPS[min(int(steps), 2)]


def _sentence(hits: pl.DataFrame) -> str:
    said = _told(hits.row(0, named=True))
    if hits.height == 1:
        return f"{said}."
    counts = {kind: hits.filter(pl.col("kind") == kind).height for kind in KINDS}
    kinds = wording.listed([f"{count} {KINDS[kind]}" for kind, count in counts.items() if count], shown=len(KINDS))
    accounts = hits["user.name"].drop_nulls().n_unique()
    changes = wording.plural(hits.height, "change")
    return f"{said}. In all {changes} to {wording.plural(accounts, 'account')}: {kinds}."


def _told(change: dict[str, Any]) -> str:
    """``eve (looks like eva) was added to Domain Admins by ada on dc-1 at 17 Nov 02:10 UTC, outside working hours``."""
    like = f", which looks like {change['like']}," if change["look_alike"] else ""
    said = f"{wording.user(change['user.name'])}{like} was {_done(change)}"
    if change["itself"]:
        said += " by itself"
    elif change["actor.user.name"]:
        said += f" by {change['actor.user.name']}"
    if change["host.name"]:
        said += f" on {change['host.name']}"
    if change["command"]:
        said += f" with a command ({change['command']}), which may have failed,"
    said += f" at {wording.at(change['@timestamp'])}"
    said += ", outside working hours" if change["off_hours"] else ""
    return said + (", by somebody who had not been seen to do so before" if change["unusual_actor"] else "")


def _done(change: dict[str, Any]) -> str:
    if change["given"] and change["kind"] == "group":
        return f"added to {change['given']}"
    if change["given"] and change["kind"] == "right":
        return f"given {change['given']}"
    return KINDS[change["kind"]]


def _nothing(other: pl.DataFrame, side: Side) -> str:
    if other.is_empty():
        looked = NEED.met_by(side.events).height
        among = f", in {wording.plural(looked, 'record')} that would tell" if looked else ""
        return f"Nobody was given an account, a right, a key or a second factor{among}."
    kinds = other["event.action"].value_counts(sort=True).rows()
    named = [f"{action.replace('_', ' ')} ({count})" for action, count in kinds]
    return f"Changes that give nobody access, or were refused: {wording.listed(named, shown=5)}."


def _figures(hits: pl.DataFrame, other: pl.DataFrame) -> dict[str, Any]:
    return {
        "changes": hits.height,
        **{kind: hits.filter(pl.col("kind") == kind).height for kind in KINDS},
        **{sign: int(hits[sign].sum()) for sign in SIGNS},
        "other": other.height,
        "accounts": [_row(row) for row in hits.head(REPORTED).iter_rows(named=True)],
        "chart": chart(hits),
    }


def _row(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "account": change["user.name"],
        "kind": change["kind"],
        "given": change["given"],
        "by": change["actor.user.name"],
        "host": change["host.name"],
        "like": change["like"] if change["look_alike"] else None,
        "recorded": change["command"] is None,
        "at": wording.rfc3339(change["@timestamp"]),
        "signs": [sign for sign in SIGNS if change[sign]],
    }


def _entities(hits: pl.DataFrame) -> dict[str, list[str]]:
    names = pl.concat([hits["user.name"], hits["actor.user.name"]]).drop_nulls().unique(maintain_order=True)
    return {
        "user": names.to_list()[:REPORTED],
        "host": hits["host.name"].drop_nulls().unique(maintain_order=True).to_list()[:REPORTED],
        "ip": hits["source.ip"].drop_nulls().unique(maintain_order=True).to_list()[:REPORTED],
    }


DETECTOR = AccountChange()
