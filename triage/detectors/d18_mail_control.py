"""D18: does a mailbox send far more than it ever does, or did somebody take control of where mail goes?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from triage.detectors import mail_control
from triage.detectors.account_signs import people
from triage.detectors.compose import LOWER, compose
from triage.detectors.coverage import Need, coverage
from triage.detectors.mail_control import with_control
from triage.detectors.mail_story import MailStory, mail_story
from triage.detectors.mail_volume import SENT, sender
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.recast import recast
from triage.detectors.sides import Side, both

WHERE_TO_SET = "/settings/context/"

TRACE = Need(("email",), telling=SENT, words="records of sent mail", log="a message trace of the mail system")
AUDITED = pl.col("service.name").str.to_lowercase().is_in(("exchange", "exchangeonline")) & (
    pl.col("event.category").is_in(("configuration", "iam"))
)
AUDIT = Need(
    ("configuration", "iam", "email"),
    telling=AUDITED | pl.col("event.action").is_in(sorted(mail_control.ACTIONS)).fill_null(False),
    words="records of mailbox changes",
    log="the audit log of the mail system (Microsoft 365: Exchange)",
)
"""Two logs answer two halves of the question. A yes needs one of them; a no needs both."""


class MailControl:
    """By sender: an hour far above its own earlier days. By mailbox: any forwarding, rule, permission or connector."""

    id = "D18"
    version = 1
    title = "Mail volume and mailbox control"
    needs: tuple[str, ...] = ("email", "configuration", "iam")
    settings: Mapping[str, Any] = {
        "messages": 50,  # our default
        "times_usual": 3,  # our default
        "recipients": 500,  # Microsoft's recommended limit for outside recipients an hour (outbound spam policy)
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(_by_mailbox(events, scope), scope, lambda side: self._judge(side, context, chosen))

    def _judge(self, side: Side, context: Context, settings: Mapping[str, Any]) -> Finding:
        ours = {name.rpartition("@")[2].lower() for name in people(context) if "@" in name}
        story = mail_story(side.events if side.is_case else _odd(side.events), ours, settings)
        answer = _answer(story)
        lacking = [one for need in (TRACE, AUDIT) if answer == "no" and (one := coverage(side, need)).missing]
        return compose(
            self,
            side,
            settings,
            answer="cannot_tell" if lacking else answer,
            confidence="low" if lacking else _confidence(answer, story, bool(ours)),
            sentence=" ".join([story.sentence(), *(one.request for one in lacking)]),
            threshold=f"> {settings['messages']} messages an hour and > {settings['times_usual']} times the most of "
            "any earlier day; any change of forwarding, rules, permissions or connectors (our defaults); "
            f"≥ {settings['recipients']} recipients an hour (Microsoft's recommended limit)",
            would_change="The missing log." if lacking else _would_change(bool(ours)),
            evidence=story.evidence(),
            figures=story.figures(),
            entities=story.entities(),
            missing=tuple(name for one in lacking for name in one.missing),
            need=AUDIT,
        )


def _answer(story: MailStory) -> Answer:
    if story.changes.height or story.bursts.height:
        return "yes"
    return "partly" if story.wide.height else "no"


def _odd(events: pl.DataFrame) -> pl.DataFrame:
    """Elsewhere every administrator grants something every day: only changes that bear a sign are worth a word."""
    return events.filter(pl.col("kind").is_null() | pl.any_horizontal(mail_control.SIGNS))


def _would_change(ours: bool) -> str:
    said = "The owner of the mailbox, or a change request, that explains it."
    return said if ours else f"{said} People's mail addresses under {WHERE_TO_SET}, to tell which senders are ours."


def _confidence(answer: Answer, story: MailStory, ours: bool) -> Confidence:
    """High for a change that bears a sign, and for a burst of a sender of ours against its own earlier days."""
    if answer != "yes":
        return "high" if answer == "no" else "low"
    if story.changes.height:
        return "high" if story.changes["signs"][0] else "medium"
    known: Confidence = "medium" if story.bursts["usual"][0] is None else "high"
    return known if ours else LOWER[known]


def _by_mailbox(events: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Events about the mailbox they concern: of a message its sender, of a change the mailbox changed. What one of the
    case's mailboxes sends is the case's from whatever address it came."""
    events = with_control(events)
    spelt = {name.lower(): name for name in (*(user.partition("@")[0] for user in scope.users), *scope.users)}
    spelt |= {user.partition("@")[0].lower(): user for user in scope.users}
    whose = pl.when(SENT).then(sender()).otherwise("user.name")
    user, mailbox = _spelt(whose, spelt), _spelt(pl.col("mailbox"), spelt)
    about = pl.when(pl.col("kind").is_not_null()).then(mailbox).otherwise("user.effective.name")
    named = [user, about, pl.col("actor.user.name")]
    ours = pl.any_horizontal([name.is_in(scope.users).fill_null(False) for name in named])
    mail = SENT | pl.col("kind").is_not_null()
    return recast(
        events,
        {
            "user.name": user,
            "user.effective.name": about,
            "source.ip": pl.when(~(mail & ours)).then("source.ip"),
            "source.domain": pl.when(~(mail & ours)).then("source.domain"),
        },
    )


def _spelt(name: pl.Expr, spelt: Mapping[str, str]) -> pl.Expr:
    """A name as the case spells it, where it is one of the case's; cmdlets name a mailbox by its alias as well."""
    if not spelt:
        return name
    return pl.coalesce(name.str.to_lowercase().replace_strict(spelt, default=None, return_dtype=pl.String), name)


DETECTOR = MailControl()
