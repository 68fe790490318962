"""The words and tones of Casebook's vocabulary on screen, each said once, so that a verdict reads alike on every page.

A *tone* is a class of the stylesheet (`bad`, `warn`, `unsure`, `good`, `on`, `loud`) or "" for no colour. Colour means
severity, clock, verdict or act; nothing else gets one. Values that are not in a table read as themselves, uncoloured.
"""

from __future__ import annotations

from typing import Final

from django import template

register = template.Library()

ANSWER_WORDS: Final = {
    "yes": "Yes",
    "no": "No",
    "partly": "Partly",
    "cannot_tell": "Cannot tell",
    "noted": "Noted",
    "done": "Done",
    "met": "met",
    "not_met": "not met",
}
# Answers that say the same whatever the question asks.
FIXED_TONES: Final = {"cannot_tell": "unsure", "met": "bad", "not_met": "good", "done": "good"}
# Tone and words of a value, by kind.
TONES: Final = {
    "verdict": {
        "true_positive": ("bad", "true positive"),
        "benign_positive": ("good", "benign positive"),
        "false_positive": ("good", "false positive"),
        "duplicate": ("", "duplicate"),
        "undetermined": ("unsure", "undetermined"),
    },
    "lookup": {
        "listed": ("bad", "listed"),
        "known_infrastructure": ("", "known infrastructure"),
        "not_listed": ("", "not listed"),
        "limited": ("unsure", "limited"),
        "error": ("unsure", "look-up failed"),
    },
    "action": {
        "requested": ("warn", "needs a second person"),
        "approved": ("on", "approved"),
        "refused": ("", "refused"),
        "lapsed": ("", "lapsed"),
        "withdrawn": ("", "withdrawn"),
        "applying": ("on", "applying"),
        "applied": ("on", "applied"),
        "verified": ("good", "verified"),
        "undoing": ("on", "undoing"),
        "undone": ("", "undone"),
        "undo_failed": ("loud", "undo failed"),
        "failed": ("bad", "failed"),
        "unknown": ("loud", "UNKNOWN"),
    },
    "evidence": {
        "queued": ("", "waiting"),
        "reading": ("on", "reading"),
        "ready": ("good", "ready"),
        "not_understood": ("unsure", "not understood"),
        "refused": ("bad", "refused"),
        "failed": ("bad", "failed"),
    },
    "job": {
        "waiting": ("", "waiting"),
        "running": ("on", "running"),
        "done": ("good", "done"),
        "failed": ("bad", "failed"),
        "quarantined": ("loud", "quarantined"),
        "cancelled": ("", "cancelled"),
    },
    "confidence": {"low": ("", "low"), "medium": ("", "medium"), "high": ("", "high")},
}
SECTIONS: Final = {
    "log_source": "Log sources",
    "indicator": "Indicators",
    "question": "Questions",
    "criterion": "Escalation",
    "l1_step": "L1 steps",
    "t2_action": "T2 actions",
    "containment": "Containment",
}
MEASURES: Final = {
    "time_to_detect": "Detect",
    "ingest_delay": "Ingest delay",
    "time_to_acknowledge": "Acknowledge",
    "time_to_triage": "Triage",
    "time_to_qualify": "Qualify",
    "time_to_accept": "Accept (T2)",
    "time_to_contain": "Contain",
    "time_to_resolve": "Resolve",
    "dwell_time": "Dwell",
    "active_time": "Active time",
}
POLARITY_HINTS: Final = {
    "suspicious": "a yes speaks for an attack",
    "benign": "a yes speaks against an attack",
    "open": "informs, does not decide",
}
ACTION_KINDS: Final = {
    "block_address": "Block address",
    "block_domain": "Block domain",
    "isolate_host": "Isolate host",
    "reset_password": "Reset password",
    "disable_account": "Disable account",
    "revoke_sessions": "Revoke sessions",
    "open_ticket": "Open ticket",
    "notify": "Notify",
    "assign_training": "Assign training",
}


def sentence_case(value: object) -> str:
    """`known_infrastructure` -> `Known infrastructure`; the fallback for a value no table names."""
    text = str(value).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def tone_and_word(kind: str, value: object) -> tuple[str, str]:
    """Tone and words of a value of a kind (`verdict`, `lookup`, `action`, `evidence`, `job`)."""
    return TONES.get(kind, {}).get(str(value), ("", str(value).replace("_", " ")))


def answer_tone(answer: object, polarity: object = "suspicious") -> str:
    """What an answer speaks for: `bad` towards suspicion, `good` towards benign, `unsure`, or "" where it only informs.

    `partly` counts as suspicious on a suspicious question and as not benign on a benign one.
    """
    value = str(answer)
    if value in FIXED_TONES:
        return FIXED_TONES[value]
    if polarity == "open" or value not in ("yes", "no", "partly"):
        return ""
    speaks_for_attack = value != "no" if polarity == "suspicious" else value != "yes"
    return "bad" if speaks_for_attack else "good"


register.filter("answer_tone", answer_tone)


@register.filter
def brief(value: str, most: int = 100) -> str:
    """A sentence as a folded line names it: cut at a word, never within one, and only where it is longer."""
    text = str(value)
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.(") + "\u00a0…"


@register.filter
def answer_word(value: object) -> str:
    """`cannot_tell` -> `Cannot tell`."""
    return ANSWER_WORDS.get(str(value), sentence_case(value))


@register.filter
def section_word(value: object) -> str:
    """`l1_step` -> `L1 steps`."""
    return SECTIONS.get(str(value), sentence_case(value))


@register.filter
def measure_word(value: object) -> str:
    """`time_to_accept` -> `Accept (T2)`."""
    return MEASURES.get(str(value), sentence_case(value))


@register.filter
def action_word(value: object) -> str:
    """`block_address` -> `Block address`."""
    return ACTION_KINDS.get(str(value), sentence_case(value))


@register.filter
def polarity_hint(value: object) -> str:
    """What a yes means, as the line above the question says it."""
    return POLARITY_HINTS.get(str(value), "")


@register.filter
def words(value: object) -> str:
    """Any enumeration value as plain words: `not_understood` -> `not understood`."""
    return str(value).replace("_", " ")


@register.filter
def sentence(value: object) -> str:
    """Any enumeration value as it begins a line: `in_force` -> `In force`."""
    return sentence_case(value)
