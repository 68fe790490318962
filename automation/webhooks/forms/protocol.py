"""What a form is: how one message becomes the calls a listener understands. Pure; one file each, named in
`config/plugins.py` WEBHOOK_FORMS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Letter:
    """One message on its way: ``key`` is the same each time it is sent, ``timestamp`` (Unix seconds) is of this try."""

    key: str
    timestamp: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One request. Any status from 200 to 299 is success, and those in ``also_fine``: a thing that is done already."""

    method: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    also_fine: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Form:
    """``calls(letter, url, settings, secret)`` gives the requests, in order; none where the message has nothing to say
    to this listener. ``default_verbs`` is what it hears of unless told otherwise. ``login(settings, secret)``, where
    there is one, is called first; the ``access_token`` of its answer then stands in the secret's place. ``needs`` are
    settings that must be there, with what each is. ``credential`` names for the administrator what the secret is that
    the other side gives; "" for one that we make. ``takes_tests`` says that a message about no case does no harm there.
    """

    name: str
    title: str
    calls: Callable[[Letter, str, Mapping[str, Any], str], list[Call]]
    default_verbs: tuple[str, ...]
    login: Callable[[Mapping[str, Any], str], Call] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    credential: str = ""
    takes_tests: bool = False


def token_in(answer: bytes) -> str:
    """The ``access_token`` a login answers with. Raises ValueError where it answers something else."""
    try:
        return str(json.loads(answer)["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("the login answered without an access_token") from error
