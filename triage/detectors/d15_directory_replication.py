"""D15: did somebody who is no domain controller ask a controller for the directory's secrets (DCSync)?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import polars as pl

from triage.detectors import wording
from triage.detectors.attempts import SUCCEEDED
from triage.detectors.compose import compose
from triage.detectors.processes import machine
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both
from triage.detectors.telling import need

REPORTED = 10

ALL_CHANGES: Final = ("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2", "ds-replication-get-changes-all")
"""The right that gives password hashes."""
REPLICATION: Final = (
    *ALL_CHANGES,
    "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2",  # changes, without secrets
    "89e95b76-444d-4c62-991a-0facbeda640c",  # changes in the filtered set
    "9923a32a-3607-11d2-b9be-0000f87a36b2",  # adding a replica
    "ds-replication-get-changes",
    "ds-install-replica",
)
"""Extended rights by their identifiers (Active Directory schema), and by name as some exports write them."""

ACCESSED = pl.col("event.action") == "directory_object_accessed"
PROPERTIES = pl.col("winlog.properties").str.to_lowercase()
ASKED = (ACCESSED & PROPERTIES.str.contains_any(list(REPLICATION))).fill_null(False)

WORDS = "accesses to directory objects (Windows 4662)"
LOG = "the security log of the domain controllers, with directory service access audited"


class DirectoryReplication:
    """Replication rights used (Windows 4662) by an account that is no machine, no system and no known connector."""

    id = "D15"
    version = 1
    title = "Directory replication by a stranger"
    needs: tuple[str, ...] = ("iam",)
    settings: Mapping[str, Any] = {"connectors": ["msol_"]}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        asked = side.events.filter(ASKED)
        strangers = asked.filter(~_by_right(settings))
        got = strangers.filter(pl.col("event.outcome").ne_missing("failure"))
        answer: Answer = "yes" if got.height else "partly" if strangers.height else "no"
        logon = _logon(side, got if got.height else strangers)
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, got),
            sentence=_sentence(side, strangers, got, logon, asked),
            threshold="any use of a replication right by an account that is no machine, no system account and none of "
            f"{', '.join(f'{name}*' for name in settings['connectors'])} (Sigma)",
            would_change="An account that is known to synchronise the directory, from its own host.",
            evidence=pl.concat([logon, strangers]) if strangers.height else side.events.filter(ACCESSED),
            figures={
                "requests": strangers.height,
                "accounts": strangers["user.name"].n_unique(),
                "secrets": strangers.filter(PROPERTIES.str.contains_any(list(ALL_CHANGES))).height,
                "by_right": asked.height - strangers.height,
                "object_accesses": side.events.filter(ACCESSED).height,
                "source": logon["source.ip"].item() if logon.height else None,
            },
            entities={
                "user": strangers["user.name"].drop_nulls().unique().sort().head(REPORTED).to_list(),
                "ip": logon["source.ip"].to_list(),
                "host": strangers["host.name"].drop_nulls().unique().sort().head(REPORTED).to_list(),
            },
            need=need(side, ACCESSED, words=WORDS, log=LOG) if answer == "no" else None,
        )


def _by_right(settings: Mapping[str, Any]) -> pl.Expr:
    """Controllers replicate as machines, and connectors to a cloud directory under names of their own."""
    name = pl.col("user.name").str.to_lowercase()
    connectors = [name.str.starts_with(prefix.lower()).fill_null(False) for prefix in settings["connectors"]]
    of_system = pl.col("user.domain").str.to_lowercase().str.starts_with("nt aut").fill_null(False)
    return pl.any_horizontal([machine(), of_system, *connectors])


def _logon(side: Side, requests: pl.DataFrame) -> pl.DataFrame:
    """The account's last login to that controller before its first request: where the request came from."""
    if requests.is_empty():
        return requests
    first = requests.row(0, named=True)
    if first["@timestamp"] is None:
        return requests.clear()
    logins = side.everything.filter(
        SUCCEEDED
        & (pl.col("user.name").str.to_lowercase() == (first["user.name"] or "").lower())
        & (pl.col("host.name") == first["host.name"])
        & (pl.col("@timestamp") <= first["@timestamp"])
        & pl.col("source.ip").is_not_null()
    )
    return logins.tail(1).select(requests.columns)


def _confidence(answer: Answer, got: pl.DataFrame) -> Confidence:
    """High where secrets were asked for, or for a plain no; medium for changes without them; low where refused."""
    if answer == "partly":
        return "low"
    secrets = got.filter(PROPERTIES.str.contains_any(list(ALL_CHANGES)))
    return "high" if answer == "no" or secrets.height else "medium"


def _sentence(side: Side, strangers: pl.DataFrame, got: pl.DataFrame, logon: pl.DataFrame, asked: pl.DataFrame) -> str:
    if strangers.is_empty() and side.events.filter(ACCESSED).is_empty():
        return "No replication right was used."
    if strangers.is_empty():
        looked = wording.plural(side.events.filter(ACCESSED).height, "access", "accesses")
        right = f"; {asked.height} replicated by right" if asked.height else ""
        return f"{looked} to directory objects, none of them replication by a stranger{right}."
    shown = got if got.height else strangers
    top = shown.row(0, named=True)
    first, last = shown["@timestamp"].min(), shown["@timestamp"].max()
    times = wording.between(
        first if isinstance(first, datetime) else None, last if isinstance(last, datetime) else None
    )
    done = "used" if got.height else "was refused"
    said = f"{wording.user(top['user.name'])} {done} replication rights {wording.plural(shown.height, 'time')}"
    said += f" on {top['host.name']}" if top["host.name"] else ""
    source = f", logged in from {logon['source.ip'].item()}" if logon.height else ""
    others = sorted(set(shown["user.name"].drop_nulls()) - {top["user.name"]})
    also = f"; also {wording.listed(others)}" if others else ""
    return f"{said}{times}{source}{also}."


DETECTOR = DirectoryReplication()
