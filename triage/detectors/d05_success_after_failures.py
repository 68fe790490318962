"""D05: did somebody get in after failing? A source that is known does not clear it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from triage.detectors import origins, wording
from triage.detectors.attempts import COUNT, FAILED, NO_GUESSING, SUCCEEDED
from triage.detectors.compose import compose
from triage.detectors.evidence import chart
from triage.detectors.origins import ORIGIN, with_origin
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both

REPORTED = 10
NEXT_SHOWN = 20

ORDER = ["@timestamp", "evidence.id", "evidence.line"]
SOURCE, PAIR = ["origin"], ["origin", "user.name"]
NO_SOURCES = "source addresses of the logins"


class SuccessAfterFailures:
    """By source and user: a success within a window that holds enough failures before it, in line order."""

    id = "D05"
    version = 3
    title = "Success after failures"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "failures": 5,  # Sentinel, brute force against a portal; Wazuh 40112
        "seconds": 1200,  # Sentinel
        "follow_seconds": 3600,  # our default: how long the session is followed
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        logins = _logins(side.events)
        direct = _preceded(logins, PAIR, settings)
        loose = direct if direct.height else _preceded(logins, SOURCE, settings)
        adrift = loose.is_empty() and _adrift(side.events, settings)
        answer: Answer = "yes" if direct.height else "partly" if loose.height else "cannot_tell" if adrift else "no"
        hit = loose.sort("failures", *ORDER, descending=[True, False, False, False]).head(1).to_dicts()
        story = _Story(side, logins, hit[0], settings, PAIR if direct.height else SOURCE) if hit else None
        return compose(
            self,
            side,
            settings,
            answer=answer,
            confidence=_confidence(answer, story, settings),
            sentence=story.sentence(loose.height) if story else _nothing(side.events, adrift),
            threshold=f"≥ {settings['failures']} failures, then a success within "
            f"{wording.duration(settings['seconds'])}, same source and user (Sentinel; Wazuh)",
            would_change="The account's owner confirming the login by another channel.",
            evidence=(story.evidence() if story else logins.filter(SUCCEEDED)).select(side.everything.columns),
            figures=story.figures(loose.height) if story else _no_figures(logins),
            entities=_entities(loose) if story else {},
            missing=(NO_SOURCES,) if adrift else (),
        )


def _logins(events: pl.DataFrame, by: pl.Expr = ORIGIN) -> pl.DataFrame:
    """Failures and successes that have a source, a user and a time, in line order."""
    placed = pl.col("user.name").is_not_null() & pl.col("@timestamp").is_not_null()
    logins = with_origin(events.filter((FAILED | SUCCEEDED) & placed & ~NO_GUESSING), by)
    return logins.with_columns(COUNT).sort(ORDER, maintain_order=True)


def _adrift(events: pl.DataFrame, settings: Mapping[str, Any]) -> bool:
    """Whether an account got in after enough failures, and neither tells from where: nobody can say then that the two
    do not belong together."""
    nowhere = _logins(events.filter(ORIGIN.is_null()), pl.lit("nowhere"))
    return not _preceded(nowhere, PAIR, settings).is_empty()


def _preceded(logins: pl.DataFrame, by: list[str], settings: Mapping[str, Any]) -> pl.DataFrame:
    """Successes with at least so many failures in the half-open window before them, the number as ``failures``.

    A running sum in line order, less its value at the window's start: within one second the order of lines decides,
    which a window over times alone could not see.
    """
    failed = pl.when(FAILED).then(pl.col("event.count")).otherwise(0)
    summed = logins.with_columns(failed.cum_sum().over(by).alias("so_far"))
    wins = summed.filter(SUCCEEDED).with_columns(
        (pl.col("@timestamp") - timedelta(seconds=settings["seconds"])).alias("opens")
    )
    before = summed.select(*by, pl.col("@timestamp").alias("opens"), pl.col("so_far").alias("earlier"))
    joined = wins.sort("opens", maintain_order=True).join_asof(
        before.sort("opens", maintain_order=True), on="opens", by=by, strategy="backward", check_sortedness=False
    )
    counted = joined.with_columns((pl.col("so_far") - pl.col("earlier").fill_null(0)).alias("failures"))
    return counted.filter(pl.col("failures") >= settings["failures"])


class _Story:
    """What led to the strongest success, and what the session did next."""

    def __init__(
        self, side: Side, logins: pl.DataFrame, hit: dict[str, Any], settings: Mapping[str, Any], by: list[str]
    ) -> None:
        self.hit, self.by = hit, by
        self.at: datetime = hit["@timestamp"]
        self.source, self.user = hit["origin"], hit["user.name"]
        same = pl.all_horizontal([pl.col(name) == hit[name] for name in by])
        time, line = pl.col("@timestamp"), pl.col("evidence.line")
        inside = (time > self.at - timedelta(seconds=settings["seconds"])) & (time <= self.at)
        before = (
            (time < self.at) | (line < hit["evidence.line"]) if hit["evidence.line"] is not None else time <= self.at
        )
        self.failures = logins.filter(FAILED & same & inside & before)
        won = _logins(side.everything).filter(
            SUCCEEDED & (pl.col("origin") == self.source) & (time < self.failures["@timestamp"].min())
        )
        self.earlier, self.earlier_users = won.height, won["user.name"].n_unique()
        self.success = logins.filter(SUCCEEDED & (time == self.at) & same & (pl.col("user.name") == self.user)).head(1)
        self.next = self._next(side.everything, settings)

    def _next(self, events: pl.DataFrame, settings: Mapping[str, Any]) -> pl.DataFrame:
        """The session's own lines and whatever its user ran with it, up to an hour later."""
        time = pl.col("@timestamp")
        later = (time >= self.at) & (time <= self.at + timedelta(seconds=settings["follow_seconds"]))
        session = (pl.col("event.category") == "session") & (pl.col("user.name") == self.user)
        if self.hit["process.pid"] is not None:
            session &= pl.col("process.pid") == self.hit["process.pid"]
        ran = (pl.col("event.category") == "process") & (pl.col("user.name") == self.user)
        return events.filter(later & (session | ran).fill_null(False)).head(NEXT_SHOWN)

    @property
    def commands(self) -> list[str]:
        return self.next["process.command_line"].drop_nulls().to_list()

    @property
    def session_seconds(self) -> int | None:
        closed = self.next.filter(pl.col("event.action") == "session_closed")["@timestamp"].min()
        return int((closed - self.at).total_seconds()) if isinstance(closed, datetime) else None

    def sentence(self, hits: int) -> str:
        first, last = self.failures["@timestamp"].min(), self.failures["@timestamp"].max()
        times = wording.between(
            first if isinstance(first, datetime) else None, last if isinstance(last, datetime) else None
        )
        names = self.failures["user.name"].n_unique()
        whom = wording.user(self.user) if self.by == PAIR else f"{names} names"
        said = f"{self._counted()} for {whom} from {self.source}{times}, then "
        said += "one success" if self.by == PAIR else f"a success as {wording.user(self.user)}"
        said += f" at {wording.at(self.at, seconds=True, day_of=last if isinstance(last, datetime) else None)}"
        if self.commands:
            said += f", then {wording.plural(len(self.commands), 'command')} with sudo"
        if self.earlier:
            said += f". The source had logged in {wording.plural(self.earlier, 'time')} before, which does not clear it"
        return f"{said}{f'; {hits - 1} more like it' if hits > 1 else ''}."

    def _counted(self) -> str:
        """``44 failures``, and in how many lines where syslog folded some: the table has a row for each line."""
        said = wording.plural(self.hit["failures"], "failure")
        lines = self.failures.height
        return said if lines == self.hit["failures"] else f"{said} in {wording.plural(lines, 'line')}"

    def evidence(self) -> pl.DataFrame:
        shown = [self.failures, self.success, self.next]
        return pl.concat([part.select(self.next.columns) for part in shown]).sort(ORDER, maintain_order=True)

    def figures(self, hits: int) -> dict[str, Any]:
        story = pl.concat([self.failures, self.success.select(self.failures.columns)])
        return {
            "failures": int(self.hit["failures"]),
            "failure_lines": self.failures.height,
            "source": self.source,
            "user": self.user,
            "success_at": wording.rfc3339(self.at),
            "success_line": self.hit["evidence.line"],
            "method": self.hit["event.code"],
            "successes": hits,
            "earlier_logins": self.earlier,
            "earlier_users": self.earlier_users,
            "session_seconds": self.session_seconds,
            "commands": self.commands,
            "chart": chart(story, (self.at, self.at)),
        }


def _confidence(answer: Answer, story: _Story | None, settings: Mapping[str, Any]) -> Confidence:
    """High at twice the failures on one account, or for a plain no; low where only the source is the same."""
    if answer in ("partly", "cannot_tell"):
        return "low"
    if story is None:
        return "high"
    return "high" if story.hit["failures"] >= 2 * settings["failures"] else "medium"


def _nothing(events: pl.DataFrame, adrift: bool) -> str:
    won = events.filter(SUCCEEDED & ~NO_GUESSING).height
    if not won:
        return "No successful login."
    if adrift:
        return f"{wording.plural(won, 'successful login')}, and failures of the same account; neither tells from where."
    return f"{wording.plural(won, 'successful login')}, none of them after a run of failures."


def _no_figures(logins: pl.DataFrame) -> dict[str, Any]:
    return {"failures": 0, "successes": 0, "logins": logins.filter(SUCCEEDED).height, "commands": []}


def _entities(hits: pl.DataFrame) -> dict[str, list[str]]:
    users = hits["user.name"].unique().sort()
    return {
        **origins.entities(hits.sort("origin").iter_rows(named=True), REPORTED, users=users),
        "host": pl.concat([hits["host.name"], hits["source.host"]]).drop_nulls().unique().sort().to_list()[:REPORTED],
    }


DETECTOR = SuccessAfterFailures()
