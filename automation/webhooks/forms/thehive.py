"""Status of alerts in TheHive 5, and a comment. Source: TheHive's API (`PATCH /api/v1/alert/{id}` with `status` and
`summary`). Names of statuses are an installation's own; those it is delivered with are the defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import WORKED, ids_of, is_closed, sentence

IN_PROGRESS = "InProgress"
CLOSED = {"duplicate": "Duplicate"}
CLOSED_ELSE = "Ignored"


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    verdict = letter.body["case"]["verdict"]
    if is_closed(letter.body):
        status = settings.get(verdict) or settings.get("closed") or CLOSED.get(verdict, CLOSED_ELSE)
    else:
        status = settings.get("in_progress") or IN_PROGRESS
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    if settings.get("organisation"):
        headers["X-Organisation"] = str(settings["organisation"])
    body = json.dumps({"status": status, "summary": sentence(letter.body)}).encode()
    where = f"{url.rstrip('/')}/api/v1/alert"
    return [Call("PATCH", f"{where}/{quote(one, safe='')}", body, headers) for one in ids_of(letter.body)]


FORM = Form(
    name="thehive",
    title="TheHive: alert status",
    calls=_calls,
    default_verbs=WORKED,
    credential="an API key of a user that may update alerts",
)
