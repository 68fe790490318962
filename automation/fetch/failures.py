"""What went wrong, and what to do about it, in words. Pure."""

from __future__ import annotations

import json
import re

from automation.outbound import Answer, CallError, NotSent

SHOWN = 300
ADMIN = "An administrator can mend that under Settings › Log systems."
ADVICE = {
    400: f"It does not accept the search. {ADMIN}",
    401: f"It does not accept the credential. {ADMIN}",
    403: f"The credential may not read these logs. {ADMIN}",
    404: f"There is nothing at this address: address or index is wrong. {ADMIN}",
    408: "It took too long: narrow the window.",
    413: "The search is too long for it: ask for fewer names.",
    429: "It is asked too often just now: try again in a minute.",
    503: "It is overloaded just now: try again in a minute.",
    504: "It took too long: narrow the window.",
}


def of_answer(answer: Answer) -> str:
    """A refusal: our advice first, then the system's own words."""
    advice = ADVICE.get(answer.status)
    if advice is None:
        redirected = 300 <= answer.status < 400
        advice = f"It answers from another address. {ADMIN}" if redirected else "It failed on its own side: try again."
    said = words_of(answer.body)
    return f"{advice} (It answered {answer.status}{f': {said}' if said else ''})"


def of_call(error: CallError) -> str:
    """A call that brought no answer."""
    if isinstance(error, NotSent):
        return f"It could not be reached: {error.reason}. {ADMIN}"
    return f"It began to answer and did not finish: {error.reason}. Narrow the window, or try again."


def words_of(body: bytes) -> str:
    """What a body says of an error, in one line: the message inside where it is JSON of a shape we know."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        found = _message(json.loads(text))
    except (ValueError, RecursionError):
        found = re.sub(r"<[^>]{0,200}>", " ", text)
    return " ".join("".join(one if one.isprintable() else " " for one in found).split())[:SHOWN]


def _message(said: object) -> str:
    """Elasticsearch: `error.root_cause[].reason`; Graph: `error.message`; Splunk: `messages[].text`."""
    if isinstance(said, dict):
        for key in ("root_cause", "error", "messages", "reason", "message", "text"):
            if said.get(key):
                return _message(said[key])
        return json.dumps(said)
    if isinstance(said, list):
        return _message(said[0]) if said else ""
    return str(said)
