"""Changes to accounts, rights and credentials, whoever's log tells them: a directory, an identity provider, a cloud, or
a command that somebody ran.

``user.name`` is the account that was changed, ``actor.user.name`` who did it. A command tells what somebody wanted;
where the system's own record of the same change is there, that one counts.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from triage.detectors.account_commands import commands
from triage.detectors.recast import recast

KINDS: Final = {
    "created": "created",
    "enabled": "enabled or unlocked",
    "reset": "given a new password",
    "group": "added to a group",
    "right": "given a right",
    "key": "given a key",
    "factor": "changed in its second factors",
}
"""What gives somebody access, and how a sentence says it of an account. The order is that of weight."""

ACTIONS: Final = {
    "user_created": "created",
    "user_invited": "created",
    "role_created": "created",
    "computer_created": "created",
    "user_enabled": "enabled",
    "account_unlocked": "enabled",
    "password_reset": "reset",
    "group_member_added": "group",
    "privilege_granted": "right",
    "token_created": "key",
    "factor_added": "factor",
    "factor_removed": "factor",
}

OTHER: Final = (
    "user_changed",
    "user_renamed",
    "user_disabled",
    "user_deleted",
    "password_changed",
    "group_member_removed",
    "privilege_revoked",
    "token_revoked",
    "group_created",
    "group_changed",
    "group_deleted",
    "computer_changed",
    "computer_deleted",
)
"""Changes that give nobody access by themselves. A password changed by somebody else than its owner does."""

POWERFUL = (
    r"(?i)\badmin|admins?\b|administrat|^root$|^sudo(?:ers)?$|^wheel$|^docker$|^lxd$|^adm$|operators$|^owners?$|"
    r"domain controllers|poweruser|fullaccess|^superuser|security manager"
)
"""Groups, roles and policies that mean power over others, by the words their names carry everywhere."""

TWICE_S = 10
"""``net`` starts ``net1`` and two logs tell each start: one command, told within seconds."""

BY_OTHER = pl.col("actor.user.name").is_not_null() & (
    pl.col("actor.user.name").str.to_lowercase() != pl.col("user.name").str.to_lowercase()
)


RAN = (
    (pl.col("event.category") == "process")
    & pl.col("process.command_line").is_not_null()
    & (pl.col("event.outcome") != "failure").fill_null(True)
)


def with_changes(events: pl.DataFrame) -> pl.DataFrame:
    """All the events, those that are a change with ``kind`` (of `KINDS`, or ``other``), ``command`` (its words, null
    where the system itself recorded the change) and ``given`` (group, role or policy)."""
    recorded = events.with_columns(kind=_kind(), given=pl.col("group.name"), command=pl.lit(None, dtype=pl.String))
    ran = _not_recorded(_ran(events), recorded)
    if ran.is_empty():
        return recorded
    of_row = pl.int_range(pl.len())

    def found(column: str) -> pl.Expr:
        return of_row.replace_strict(ran["row"], ran[column], default=None, return_dtype=pl.String)

    runs = of_row.is_in(ran["row"].implode())
    actor = pl.coalesce("user.name", "actor.user.name")
    return recast(
        recorded,
        {
            "user.name": pl.coalesce(found("account"), "user.name"),
            "actor.user.name": pl.when(runs).then(actor).otherwise("actor.user.name"),
            "kind": pl.coalesce(found("kind"), "kind"),
            "given": pl.coalesce(found("given"), "given"),
            "command": found("command"),
        },
    )


def _kind() -> pl.Expr:
    """Of a record that is a change and did not fail. A change that was refused is one of the others: somebody tried."""
    action = pl.col("event.action")
    by_word = action.replace_strict(ACTIONS, default=None, return_dtype=pl.String)
    of_access = pl.when(action == "password_changed", BY_OTHER).then(pl.lit("reset")).otherwise(by_word)
    other = pl.when(action.is_in(OTHER)).then(pl.lit("other"))
    failed = pl.col("event.outcome") == "failure"
    return pl.when(of_access.is_not_null() & failed).then(pl.lit("other")).otherwise(pl.coalesce(of_access, other))


def _ran(events: pl.DataFrame) -> pl.DataFrame:
    """The commands among the events, each once."""
    needed = ["@timestamp", "host.name", "event.category", "event.outcome", "process.command_line"]
    started = events.select(needed).with_row_index("row").filter(RAN)
    found = commands(started).join(started, on="row").sort("row")
    same = ["kind", "account", "given", "host.name"]
    since = (pl.col("@timestamp") - pl.col("@timestamp").shift(1).over(same)).dt.total_seconds()
    again = since.is_between(-TWICE_S, TWICE_S).fill_null(False)
    return found.filter(~again).select("row", "kind", "given", "account", pl.col("words").alias("command"))


def _not_recorded(ran: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Commands whose effect no record tells."""
    same = [pl.col("kind"), pl.col("account").str.to_lowercase().alias("name")]
    known = recorded.filter(pl.col("kind").is_not_null()).select("kind", account="user.name").select(same).unique()
    return ran.with_columns(same[1]).join(known, on=["kind", "name"], how="anti", maintain_order="left").drop("name")
