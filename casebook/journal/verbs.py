"""Every verb the journal knows, with the sentence a timeline shows. An unknown verb is refused.

Sentences are `str.format` templates over ``actor`` and the entry's payload; missing payload keys read as "".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """``sentence`` for people; ``kind`` groups a timeline: case, alert, evidence, answer, decision, action, lookup."""

    sentence: str
    kind: str


VERBS: dict[str, Verb] = {
    "case.opened": Verb("case opened from “{title}”, playbook {playbook}: {why}", "case"),
    "case.opened_by_hand": Verb("{actor} opened the case by hand", "case"),
    "case.taken": Verb("{actor} took it", "case"),
    "case.released": Verb("{actor} released it{reason_text}", "case"),
    "case.assigned": Verb("{actor} assigned it to {to}{reason_text}", "case"),
    "case.waiting": Verb("{actor} set it waiting: {reason}", "case"),
    "case.resumed": Verb("{actor} resumed it", "case"),
    "case.woken": Verb("woke up: the wait ended", "case"),
    "case.escalated": Verb("{actor} escalated to T2", "decision"),
    "case.accepted": Verb("{actor} accepted the hand-over", "decision"),
    "case.returned": Verb("{actor} returned it: {question}", "decision"),
    "case.closed": Verb("{actor} closed it as {verdict_words}{reason_text}", "decision"),
    "case.reopened": Verb("{actor} reopened it: {reason}", "case"),
    "case.severity": Verb("{actor} set severity {before} → {after}{reason_text}", "case"),
    "case.severity_risen": Verb("severity {before} → {after}, the source says", "case"),
    "case.edited": Verb("{actor} renamed it “{title}”", "case"),
    "case.noted": Verb("{actor} noted: {text}", "case"),
    "case.playbook": Verb("{actor} changed the playbook to {playbook}: {reason}", "case"),
    "token.renewed": Verb("{actor} had {by}… take the place of {prefix}…, which counts {hours} h more", "settings"),
    "rule.feedback": Verb("{actor} says the rule “{rule}” needs tuning: {kind}{note_text}", "alert"),
    "source.created": Verb("{actor} made the source {name}, which sends {adapter}", "settings"),
    "source.changed": Verb("{actor} changed the source {name}: {what}", "settings"),
    "suppression.begun": Verb("{actor} silenced “{name}” until {until}: {reason}", "settings"),
    "suppression.ended": Verb("{actor} ended the silence “{name}”{reason_text}", "settings"),
    "intake.reprocessed": Verb("{actor} read {bodies} bodies of {source} again: {alerts} alerts", "alert"),
    "poll.set": Verb("{actor} has {name} asked for news at {url}: {what}", "settings"),
    "poll.dropped": Verb("{actor} has {name} asked no more", "settings"),
    "webhook.created": Verb("{actor} made the webhook {name} to {url}", "settings"),
    "webhook.changed": Verb("{actor} changed the webhook {name}: {what}", "settings"),
    "webhook.dropped": Verb("{actor} dropped the webhook {name} to {url}", "settings"),
    "webhook.stopped": Verb("the webhook {name} was switched off: {why}", "settings"),
    "logsystem.created": Verb("{actor} set up the log system {name} at {url}", "settings"),
    "logsystem.changed": Verb("{actor} changed the log system {name}: {what}", "settings"),
    "logsystem.dropped": Verb("{actor} dropped the log system {name} at {url}", "settings"),
    "log.asked": Verb("{actor} asked {system} for {search}", "evidence"),
    "log.fetched": Verb("{system} gave {rows} rows of {search}{capped}", "evidence"),
    "log.empty": Verb("{system} has no rows of {search} for this case", "evidence"),
    "log.failed": Verb("{search} could not be fetched from {system}: {error}", "evidence"),
    "log.stopped": Verb("{actor} stopped fetching {search} from {system}", "evidence"),
    "alert.attached": Verb("alert “{title}” joined", "alert"),
    "evidence.added": Verb("{actor} attached {name} ({bytes} bytes)", "evidence"),
    "evidence.read": Verb("{name} read: {understood} of {lines} lines understood", "evidence"),
    "evidence.not_understood": Verb("{name} kept, not understood: {error}", "evidence"),
    "evidence.refused": Verb("{name} refused: {error}", "evidence"),
    "evidence.failed": Verb("{name} could not be read: {error}", "evidence"),
    "evidence.corrected": Verb("{actor} corrected {name}: {assumptions}", "evidence"),
    "finding.changed": Verb("{detector} now says {after}{before_text}: {sentence}", "evidence"),
    "answers.changed": Verb("{cause}: {said}", "evidence"),
    "evidence.pinned": Verb("{actor} pinned {where}{text_text}", "evidence"),
    "evidence.unpinned": Verb("{actor} took {where} off the timeline", "evidence"),
    "findings.computed": Verb("{count} answers computed from {inputs}", "evidence"),
    "run.started": Verb("playbook run started: {playbook} version {version}", "answer"),
    "run.abandoned": Verb("run of {playbook} version {version} abandoned: {reason}", "answer"),
    "step.answered": Verb("{actor} answered {value_words} to “{text}”{note_text}", "answer"),
    "step.done": Verb("{actor} did “{text}”{note_text}", "answer"),
    "step.undone": Verb("{actor} took back “{value_words}” on “{text}”", "answer"),
    "task.added": Verb("{actor} added the task “{title}”", "answer"),
    "task.changed": Verb("{actor} set “{title}” {state}{outcome_text}", "answer"),
    "lookup.finished": Verb("{enricher} on {value}: {summary}", "lookup"),
    "action.requested": Verb("{actor} asked to {what}", "action"),
    "action.approved": Verb("{actor} approved: {what}", "action"),
    "action.refused": Verb("{actor} refused: {what}{reason_text}", "action"),
    "action.withdrawn": Verb("{actor} withdrew: {what}", "action"),
    "action.lapsed": Verb("nobody answered in time: {what}", "action"),
    "action.renewed": Verb("{actor} renewed the request: {what}", "action"),
    "action.applying": Verb("sending: {what}", "action"),
    "action.applied": Verb("applied: {what}", "action"),
    "action.verified": Verb("verified at the target: {what}", "action"),
    "action.failed": Verb("failed, nothing happened: {what} ({outcome})", "action"),
    "action.unknown": Verb("UNKNOWN whether done: {what} ({outcome})", "action"),
    "action.undo_asked": Verb("{actor} asked to undo: {what}{reason_text}", "action"),
    "action.expired": Verb("expired, undoing: {what}", "action"),
    "action.undone": Verb("undone: {what}", "action"),
    "action.undo_failed": Verb("UNDO FAILED: {what} ({outcome})", "action"),
    "action.resolved": Verb("{actor} resolved as {state}: {what}{reason_text}", "action"),
    "action.stopped": Verb("{actor} was stopped: {what} ({why})", "action"),
    "action.overdue": Verb("still UNKNOWN past its time: {what}", "action"),
    "lookup.asked": Verb("{actor} asked for the lookups again{what}", "lookup"),
    "clock.at_risk": Verb("{label}: {percent} % of the target used", "clock"),
    "clock.breached": Verb("{label}: target of {target} passed", "clock"),
    "clock.started": Verb("{label}: clock started, target {target}", "clock"),
    "clock.paused": Verb("{label}: clock paused, {reason}", "clock"),
    "clock.resumed": Verb("{label}: clock resumed", "clock"),
    "clock.stopped": Verb("{label}: {outcome} after {took}", "clock"),
    "clock.cancelled": Verb("{label}: clock called off, {why}", "clock"),
    "clock.retargeted": Verb("{label}: target {before} → {after}, severity now {severity}", "clock"),
    "context.changed": Verb("{actor} changed the context: {what}", "context"),
    "playbook.imported": Verb("{actor} imported {playbook} version {version}", "playbook"),
    "playbook.drafted": Verb("{actor} began a draft of {playbook}, version {version}", "playbook"),
    "playbook.discarded": Verb("{actor} threw away the draft of {playbook}, version {version}", "playbook"),
    "playbook.published": Verb("{actor} published {playbook} version {version}{note_text}", "playbook"),
    "playbook.retired": Verb("{actor} retired {playbook} version {version}{reason_text}", "playbook"),
    "playbook.reviewed": Verb("{actor} reviewed {playbook} version {version}{note_text}", "playbook"),
    "job.asked": Verb("{actor} asked for {what}", "work"),
    "job.cancelled": Verb("{actor} stopped {what}", "work"),
    "attack.loaded": Verb("{actor} loaded ATT&CK {version}: {techniques} techniques", "playbook"),
    "token.issued": Verb("{actor} issued a token for {whom}", "access"),
    "token.revoked": Verb("{actor} revoked the token {prefix}…", "access"),
    "work.quarantined": Verb("{kind} for {subject} was put aside after {attempts} attempts: {error}", "work"),
}


class _Missing(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def sentence(verb: str, actor_name: str, payload: dict[str, object]) -> str:
    """What a timeline says. Never raises for a verb that was recorded once and is known no longer."""
    known = VERBS.get(verb)
    return known.sentence.format_map(_Missing(payload, actor=actor_name)) if known else verb
