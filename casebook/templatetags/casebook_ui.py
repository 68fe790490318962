"""The components pages are built from: icon, severity, chip, mark, avatar, keys, banners, empty states, fields, pager.

Each is a small tag over one partial in `templates/components/`. They know Casebook's words (`casebook_words`) and
nothing of its models: they take values, or objects by the few attributes they name.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .casebook_words import ANSWER_WORDS, answer_tone, sentence_case, tone_and_word

register = template.Library()

SEVERITIES: Final = ("info", "low", "medium", "high", "critical")
# An action's way is asked, approved, applied, verified: how many lie behind it, and the class of the one it stands at.
ACTION_PROGRESS: Final = {
    "requested": (0, "on"),
    "approved": (1, "on now"),
    "applying": (2, "on now"),
    "applied": (3, "on now"),
    "verified": (4, ""),
    "undoing": (4, ""),
    "undone": (4, ""),
    "failed": (2, "bad"),
    "unknown": (2, "bad"),
    "undo_failed": (4, ""),
    "refused": (1, "bad"),
    "lapsed": (1, ""),
    "withdrawn": (1, ""),
}
PROGRESS_STEPS: Final = ("asked", "approved", "applied", "verified")
# Glyph or icon, tone and words of a step that has no answer yet.
OPEN_MARKS: Final = {
    "proposed": ("gem", "act-ink", "proposed"),
    "waiting": ("ring", "unsure", "waiting for a log"),
    "present": ("dot", "good", "present"),
    "changed": ("triangle-alert", "warn", "changed since you answered"),
    "computing": ("ellipsis", "", "being computed"),
    "done": ("check", "good", "done"),
    "open": ("ring", "", "open"),
}
LETTERS: Final = {"yes": "Y", "no": "N", "partly": "P", "cannot_tell": "?"}
_SCHEME = re.compile(r"\bhttp(s?)://", re.IGNORECASE)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """One icon of the sprite, hidden from readers: the words beside it say what it means. `size`: "", `s`, `l`."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("icons/sprite.svg"), name
    )


@register.inclusion_tag("components/_severity.html")
def severity(value: str) -> dict[str, str]:
    """The severity square and its word; an unknown value reads as info rather than vanishing."""
    known = str(value) if str(value) in SEVERITIES else "info"
    return {"tone": known, "word": known.capitalize()}


@register.inclusion_tag("components/_chip.html")
def chip(text: object, tone: str = "", icon: str = "", title: str = "", url: str = "") -> dict[str, Any]:
    """A small label; tones: `bad warn good unsure on loud add` or none. With `url` it is a link."""
    return {"text": text, "tone": tone, "icon": icon, "title": title, "url": url}


@register.inclusion_tag("components/_chip.html")
def status(kind: str, value: object, title: str = "", before: str = "") -> dict[str, Any]:
    """The chip of an enumeration value: `{% status "verdict" case.verdict %}`; kinds in `casebook_words.TONES`."""
    tone, word = tone_and_word(kind, value)
    return {"text": f"{before} {word}".strip(), "tone": tone, "icon": "", "title": title, "url": ""}


@register.inclusion_tag("components/_mark.html")
def mark(state: str, answer: str = "", polarity: str = "suspicious") -> dict[str, str]:
    """A step's mark in the rail: `answered` with its letter in the colour of what it speaks for, else how it stands.

    `state`: answered, proposed, waiting, present, changed, computing, done, open.
    """
    if state == "answered":
        word = ANSWER_WORDS.get(answer, sentence_case(answer))
        glyph = {"met": "dot", "not_met": "dot", "done": "check", "noted": "check"}.get(answer, "")
        tone = answer_tone(answer, polarity)
        return {"letter": LETTERS.get(answer, ""), "icon": glyph, "tone": tone, "words": f"answered {word.lower()}"}
    glyph, tone, words = OPEN_MARKS.get(state, OPEN_MARKS["open"])
    return {"letter": "", "icon": glyph, "tone": tone, "words": words}


def initials(name: str) -> str:
    """Two letters of a name: `Lina Berg` -> `LB`, `lina` -> `LI`."""
    parts = re.split(r"[\s._-]+", name.strip())
    pair = parts[0][:1] + parts[-1][:1] if len(parts) > 1 else name.strip()[:2]
    return pair.upper()


@register.inclusion_tag("components/_avatar.html")
def avatar(person: Any, size: str = "") -> dict[str, str]:
    """Two letters of a person's sign-in name in a disc, as lists and journal know them; the full name on hover.

    Takes a person or a sign-in name. Nobody gives a dash.
    """
    if not person:
        return {"name": ""}
    name = getattr(person, "name", "") or str(person)
    return {"name": name, "initials": initials(getattr(person, "username", "") or str(person)), "size": size}


@register.inclusion_tag("components/_kbd.html")
def kbd(keys: str) -> dict[str, list[str]]:
    """The key of a control: `{% kbd "e" %}`, a sequence as `{% kbd "g q" %}`. Hidden from readers and touch screens."""
    return {"keys": keys.split()}


@register.inclusion_tag("components/_banner.html")
def banner(
    text: str, tone: str = "", *, detail: str = "", url: str = "", action: str = "", key: str = ""
) -> dict[str, str]:
    """A line across the page: news (no tone), `alarm`, `caution`, `plain`; with one act as a link."""
    return {"text": text, "tone": tone, "detail": detail, "url": url, "action": action, "key": key}


@register.inclusion_tag("components/_empty.html")
def empty(title: str, text: str = "", icon: str = "check", url: str = "", action: str = "") -> dict[str, str]:
    """What a page says when there is nothing: why, and what would change it."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, Any]:
    """A form field whole: label, control, help and errors, tied together for readers."""
    checkbox = getattr(bound.field.widget, "input_type", "") == "checkbox"
    return {"field": bound, "help": hint or bound.help_text, "checkbox": checkbox}


@register.inclusion_tag("components/_pager.html")
def pager(before: str = "", after: str = "", note: str = "") -> dict[str, str]:
    """Links to the page before and after (`?after=…` of a keyset page), and what this one shows."""
    return {"before": before, "after": after, "note": note}


@register.inclusion_tag("components/_progress4.html")
def progress4(state: str) -> dict[str, Any]:
    """The four steps of a containment action: asked, approved, applied, verified, and where it stands or broke."""
    behind, current = ACTION_PROGRESS.get(str(state), (0, ""))
    whole = "ok" if behind == len(PROGRESS_STEPS) else "on"
    tones = [whole if n < behind else current if n == behind else "" for n in range(len(PROGRESS_STEPS))]
    word = tone_and_word("action", state)[1]
    return {"steps": list(zip(PROGRESS_STEPS, tones, strict=True)), "words": word}


@register.filter
def defang(value: object) -> str:
    """An address, domain, url or mailbox written so that nothing makes a link of it: `hxxps://evil[.]example`."""
    text = _SCHEME.sub(r"hxxp\1://", str(value))
    if _is_ipv6(text):
        return text.replace(":", "[:]")
    return text.replace("[.]", ".").replace(".", "[.]").replace("@", "[at]")


def _is_ipv6(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """`mapping|get:key`, None where it is not there."""
    return mapping.get(key) if mapping else None


@register.filter
def dom_id(value: object) -> str:
    """A value as an element id: letters and digits kept, else a short digest. Stable across renders."""
    text = str(value)
    return text if re.fullmatch(r"[A-Za-z][\w-]*", text) else f"x{hashlib.sha256(text.encode()).hexdigest()[:10]}"
