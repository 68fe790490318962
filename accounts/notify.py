"""Nobody waits unseen: mail to those a journal entry concerns, at once."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.models import Person
from accounts.roles import GRANTS
from casebook.journal.verbs import sentence
from casebook.models import Case, Journal
from casebook.work.lease import RetryLater

Whom = Callable[[Journal, Case | None], set[int]]


def _holding(permission: str) -> Whom:
    """Everybody in the entry's team who may do this, but not whoever caused the entry."""
    roles = [role for role, grants in GRANTS.items() if permission in grants]

    def whom(entry: Journal, case: Case | None) -> set[int]:
        people = Person.objects.filter(
            is_active=True, memberships__team__in=[entry.team_id], memberships__role__in=roles
        )
        return set(people.exclude(pk__in=[entry.person_id]).values_list("pk", flat=True))

    return whom


def _owner(entry: Journal, case: Case | None) -> set[int]:
    """The case's owner, unless they did it themselves."""
    return {case.owner_id} - {entry.person_id} if case and case.owner_id else set()  # type: ignore[return-value]


def _before(entry: Journal, case: Case | None) -> set[int]:
    """The new owner, and the colleague the case was taken from."""
    names = {entry.payload.get("to"), entry.payload.get("before")} - {None, "", entry.actor_name}
    return set(Person.objects.filter(username__in=names, is_active=True).values_list("pk", flat=True))


RULES: dict[str, Whom] = {
    "case.escalated": _holding("case.accept"),
    "case.returned": _owner,
    "case.assigned": _before,
    "action.requested": _holding("action.approve"),
    "action.unknown": _holding("action.request"),
    "action.undo_failed": _holding("action.request"),
    "action.overdue": _holding("action.request"),
}
"""Who is told of which verb."""


def tell(entry_id: int) -> int:
    """Mail everybody the entry concerns; returns to how many. Raises RetryLater where the mail server does not take it.

    At least once: a worker that dies between sending and saying so sends again.
    """
    entry = Journal.objects.get(id=entry_id)
    case = Case.objects.filter(pk=entry.case_id).first() if entry.case_id else None
    people = Person.objects.filter(pk__in=RULES[entry.verb](entry, case)).exclude(email="")
    messages = [_message(entry, case, person) for person in people]
    if not messages:
        return 0
    try:
        return get_connection().send_messages(messages) or 0
    except OSError as error:
        raise RetryLater(f"mail was not taken: {error}") from error


def _message(entry: Journal, case: Case | None, person: Person) -> EmailMessage:
    said = sentence(entry.verb, entry.actor_name, entry.payload)
    subject = f"{case.ref} [{case.severity_word}]: {said}" if case else said
    because = [f"- {line}" for line in entry.payload.get("because", ())]
    lines = [
        said,
        "",
        *([f"{case.ref}, {case.severity_word}: {case.title}"] if case else []),
        *([f"About: {case.about}"] if case and case.about else []),
        *(["", f"Why: {entry.payload['reason']}"] if entry.payload.get("reason") else []),
        *(["", "Because:", *because] if because else []),
        "",
        _where(entry, case),
    ]
    return EmailMessage(" ".join(subject.split())[:200], "\n".join(lines), to=[person.email])


def _where(entry: Journal, case: Case | None) -> str:
    """The page on which something can be done about it: a request is looked at, and agreed to, on its own."""
    if entry.verb == "action.requested":
        return f"{settings.PUBLIC_URL}/actions/{entry.payload['action']}/approve/"
    return f"{settings.PUBLIC_URL}/cases/{case.ref}/" if case else settings.PUBLIC_URL
