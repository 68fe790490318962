"""What a post of the editor makes of a draft, saved or not: the card it would be, and the step it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict

from casebook.actor import Actor
from casebook.errors import Invalid
from casebook.models import PlaybookVersion
from casebook.playbooks import drafts, edits
from casebook.playbooks.checking import Flaw
from casebook.playbooks.techniques import find_techniques, normalise
from casebook.playbooks.types import ParsedCard
from casebook.web import step_form


@dataclass(frozen=True)
class Edited:
    """A card after an edit. ``key`` is the step to show next, empty for the head of the card.

    ``text`` is what was typed as source; ``card`` is None only for a source that cannot be read, with its ``flaws``.
    """

    draft: PlaybookVersion
    card: ParsedCard | None
    key: str = ""
    text: str | None = None
    flaws: tuple[Flaw, ...] = ()


def edited(actor: Actor, slug: str, posted: QueryDict) -> Edited:
    """What the post comes to. Nothing is written. Raises Invalid, NotFound."""
    draft = drafts.fetch(actor, slug)
    act = posted.get("do", "")
    if act == "source":
        text = posted.get("text", "").replace("\r\n", "\n")
        checked = drafts.read_text(draft, text)
        return Edited(draft, checked.card, posted.get("key", ""), text, checked.flaws)
    if act not in _ACTS:
        raise Invalid("The editor has no such act.", errors={"do": [f"none of source, {', '.join(_ACTS)}"]})
    card = drafts.read(draft).card
    if card is None:
        raise Invalid("The source cannot be read as it stands: mend it there first.", errors={"text": ["has flaws"]})
    card, key = _ACTS[act](card, posted, actor.name)
    return Edited(draft, card, key)


def save(actor: Actor, slug: str, posted: QueryDict, revision: int) -> Edited:
    """Do it, and keep it as the draft. Raises Conflict too."""
    found = edited(actor, slug, posted)
    if found.text is not None:
        draft = drafts.save(actor=actor, slug=slug, text=found.text, revision=revision)
    else:
        assert found.card is not None
        draft = drafts.save_card(actor=actor, slug=slug, card=found.card, revision=revision)
    return Edited(draft, found.card, found.key, found.text, found.flaws)


def _step(card: ParsedCard, posted: QueryDict, by: str) -> tuple[ParsedCard, str]:
    key = posted.get("key", "")
    said = step_form.said(card, edits.step_of(card, key), posted)
    return edits.change(card, key, said, by=by), key


def _head(card: ParsedCard, posted: QueryDict, by: str) -> tuple[ParsedCard, str]:
    typed = posted.get("technique", "").strip()
    technique = normalise(typed) if typed else None
    errors = {}
    if typed and technique is None:
        errors["technique"] = ["not an ATT&CK technique id such as T1110 or T1110.001"]
    if not posted.get("name", "").strip():
        errors["name"] = ["required"]
    if errors:
        raise Invalid("The card's head is not complete.", errors=errors)
    tactics = [one.strip() for one in posted.get("tactics", "").split(",")]
    return (
        edits.with_head(
            card,
            name=posted.get("name", ""),
            technique=technique,
            techniques=find_techniques(posted.get("techniques", "")),
            also_for=find_techniques(posted.get("also_for", "")),
            tactics=[one for one in tactics if one],
        ),
        "",
    )


def _add(card: ParsedCard, posted: QueryDict, by: str) -> tuple[ParsedCard, str]:
    return edits.add(card, posted.get("section", ""), after=posted.get("after", ""))


def _remove(card: ParsedCard, posted: QueryDict, by: str) -> tuple[ParsedCard, str]:
    """The step that stands where it stood is shown next."""
    step = edits.step_of(card, posted.get("key", ""))
    card = edits.remove(card, step.key)
    here = [one for one in card.steps if one.section == step.section]
    return card, here[min(step.position, len(here)) - 1].key


def _move(card: ParsedCard, posted: QueryDict, by: str) -> tuple[ParsedCard, str]:
    position = posted.get("position", "")
    place = int(position) if position.isdecimal() and len(position) < 6 else len(card.steps) + 1
    return edits.move(card, posted.get("key", ""), posted.get("section", ""), place)


_ACTS: dict[str, Callable[[ParsedCard, QueryDict, str], tuple[ParsedCard, str]]] = {
    "step": _step,
    "head": _head,
    "add": _add,
    "remove": _remove,
    "move": _move,
}
