"""From a log system's row to calls that reach it: its secret unsealed, its login made."""

from __future__ import annotations

from collections.abc import Callable

from automation import vault
from automation.fetch import failures
from automation.fetch.protocol import Failed, Place
from automation.fetch.protocol import LogSystem as Kind
from automation.models import LogSystem
from automation.outbound import ANSWER_CAP, Answer, Reach, call
from automation.webhooks.forms.protocol import Call, token_in


def opened(system: LogSystem, kind: Kind, *, deadline_s: float) -> Place:
    """Where to ask, with the credential or the token a login gave for it. Raises Failed or CallError."""
    try:
        secret = vault.unseal(bytes(system.sealed), system.place) if system.sealed else ""
    except vault.Unreadable as error:
        raise Failed(f"Its credential cannot be read ({error}): an administrator must give it again.") from error
    if kind.login:
        answer = asked(system, kind.login(system.settings, secret), deadline_s=deadline_s)
        if answer.status != 200:
            raise Failed(failures.of_answer(answer))
        try:
            secret = token_in(answer.body)
        except ValueError as error:
            raise Failed(f"The login is not understood: {error}.") from error
    return Place(system.url, system.settings, secret)


def asked(
    system: LogSystem,
    one: Call,
    *,
    deadline_s: float,
    most_bytes: int = ANSWER_CAP,
    take: Callable[[bytes], None] | None = None,
) -> Answer:
    """One call, to where the system may stand and nowhere else. Raises CallError."""
    return call(
        one.method, one.url, reach_of=Reach(system.reach), body=one.body or None, headers=one.headers,
        deadline_s=deadline_s, most_bytes=most_bytes, take=take,
    )  # fmt: skip
