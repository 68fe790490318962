"""What one side of the evidence says of mail: the changes of control and the busiest senders, told and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.evidence import chart
from triage.detectors.mail_control import KINDS, SIGNS
from triage.detectors.mail_volume import HOUR_S, SENDER, SENT, busiest_hours, messages, sender
from triage.detectors.recast import as_told

REPORTED = 10
SHOWN = [SENDER, "messages", "recipients", "outside", "days", "peak", "usual", "bar", "burst", "reached"]


@dataclass(frozen=True)
class MailStory:
    """``changes`` of control, weightiest first; ``senders`` of ours, busiest first; what they ``sent``, one row a
    message; and how many other senders only wrote to us."""

    events: pl.DataFrame
    changes: pl.DataFrame
    senders: pl.DataFrame
    sent: pl.DataFrame
    incoming: int
    bursts: pl.DataFrame
    wide: pl.DataFrame
    """Senders without a burst that reached more people within an hour than a mail system should let them."""

    @property
    def loud(self) -> pl.DataFrame:
        return self.bursts if self.bursts.height else self.wide

    @property
    def hour(self) -> tuple[datetime | None, datetime | None]:
        """The hour that says most of the loudest sender."""
        if self.loud.is_empty():
            return None, None
        until: datetime = self.loud["peak_to" if self.bursts.height else "reached_to"][0]
        return until - timedelta(seconds=HOUR_S), until

    def evidence(self) -> pl.DataFrame:
        """The changes, and the messages of that hour."""
        shown, (opens, until) = self.changes, self.hour
        if opens and until:
            time = pl.col("@timestamp")
            whose = sender() == self.loud[SENDER][0]
            shown = pl.concat([shown, self.events.filter(SENT & whose & (time > opens) & (time <= until))])
        return as_told(shown.sort("@timestamp", nulls_last=True, maintain_order=True))

    def sentence(self) -> str:
        return " ".join(one for one in (_control(self.changes), _volume(self)) if one) or "Nothing here tells of mail."

    def figures(self) -> dict[str, Any]:
        top = self.senders.row(0, named=True) if self.senders.height else {}
        return {
            "changes": self.changes.height,
            **{kind: self.changes.filter(pl.col("kind") == kind).height for kind in KINDS},
            **{sign: int(self.changes[sign].sum()) for sign in SIGNS},
            "senders": self.senders.height,
            "bursts": self.bursts.height,
            "wide": self.wide.height,
            "peak": top.get("peak", 0),
            "usual": top.get("usual") or 0,
            "reached": top.get("reached", 0),
            "incoming": self.incoming,
            "loudest": self.senders.head(REPORTED).select(SHOWN).to_dicts(),
            "chart": chart(self._bars(), self.hour),
        }

    def _bars(self) -> pl.DataFrame:
        """The messages of the loudest sender; without any, the changes."""
        if self.senders.is_empty():
            return self.changes
        loudest = (self.loud if self.loud.height else self.senders)[SENDER][0]
        return self.sent.filter(pl.col(SENDER) == loudest).with_columns(pl.lit(1).alias("event.count"))

    def entities(self) -> dict[str, list[str]]:
        names = [self.loud[SENDER], self.changes["mailbox"], self.changes["actor.user.name"]]
        to = self.changes.filter("outside")["where_to"]
        return {
            "user": pl.concat(names).drop_nulls().unique(maintain_order=True).to_list()[:REPORTED],
            "email": to.drop_nulls().unique(maintain_order=True).to_list()[:REPORTED],
        }


def mail_story(events: pl.DataFrame, ours: Collection[str], settings: Mapping[str, Any]) -> MailStory:
    """The story of events as `with_control` gives them. ``ours`` are our mail domains; without any known, every sender
    may be ours."""
    weight = pl.col("kind").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    signs = pl.sum_horizontal(SIGNS).cast(pl.Int64)
    changes = events.filter(pl.col("kind").is_not_null()).with_columns(signs.alias("signs"))
    sent = messages(events)
    own = sent.filter(pl.col(SENDER).str.extract(r"@(.+)$").is_in(sorted(ours)).fill_null(False)) if ours else sent
    senders = busiest_hours(own, settings)
    reached = ~pl.col("burst") & (pl.col("reached") >= settings["recipients"])
    return MailStory(
        events.with_columns(pl.lit(0, dtype=pl.Int64).alias("signs")),
        changes.sort(-pl.col("signs"), weight, "@timestamp", nulls_last=True, maintain_order=True),
        senders,
        own,
        sent[SENDER].n_unique() - own[SENDER].n_unique(),
        senders.filter("burst"),
        senders.filter(reached).sort("reached", descending=True, maintain_order=True),
    )


def _control(changes: pl.DataFrame) -> str:
    if changes.is_empty():
        return ""
    told = _told(changes.row(0, named=True))
    if changes.height == 1:
        return f"{told}."
    counts = {kind: changes.filter(pl.col("kind") == kind).height for kind in KINDS}
    named = [wording.plural(counts[kind], *words) for kind, words in KINDS.items() if counts[kind]]
    none = [words[0] for kind, words in KINDS.items() if kind in ("forwarding", "inbox_rule") and not counts[kind]]
    without = "; no " + " and no ".join(none) if none else ""
    return f"{told}. In all {wording.listed(named, shown=len(KINDS))}{without}."


def _told(change: dict[str, Any]) -> str:
    """``New-InboxRule on ada by ada at 17 Nov 08:00 UTC sends mail to eve@evil.example, another domain``."""
    said = " ".join(str(one) for one in (change["event.code"] or change["event.action"], change["named"]) if one)
    if change["mailbox"]:
        said += f" on {change['mailbox']}"
    if change["kind"] == "permission" and change["told.user.name"]:
        said += f" for {change['told.user.name'].rpartition('/')[2]}"
    by = change["actor.user.name"] or (change["told.user.name"] if change["kind"] != "permission" else None)
    said += f" by {by}" if by else ""
    said += f" at {wording.at(change['@timestamp'])}"
    if change["where_to"]:
        said += f" sends mail to {change['where_to']}{', another domain' if change['outside'] else ''}"
    said += ", hides mail from the owner" if change["hides"] else ""
    return said + (" lets in mail in any sender's name" if change["open_door"] else "")


def _volume(story: MailStory) -> str:
    if story.senders.is_empty():
        return ""
    if story.loud.is_empty():
        top = story.senders.sort("peak", descending=True).row(0, named=True)
        senders = wording.plural(story.senders.height, "sender")
        most = wording.plural(top["peak"], "message")
        return f"At most {most} within an hour from {top[SENDER]}, of {senders}: no burst."
    top = story.loud.row(0, named=True)
    if story.bursts.is_empty():
        until = wording.at(top["reached_to"])
        return f"{top[SENDER]} reached {top['reached']:,} recipients within an hour until {until}, in few messages."
    said = f"{top[SENDER]} sent {top['peak']:,} messages within an hour until {wording.at(top['peak_to'])}"
    said += f", {top['outside']:,} of its {wording.plural(top['recipients'], 'recipient')} in other domains"
    if top["usual"] is None:
        said += "; the log holds no earlier day to compare with"
    else:
        said += f"; the most of any earlier day was {top['usual']:,}"
    others = story.bursts.height - 1
    return f"{said}{f', and {others} more like it' if others else ''}."
