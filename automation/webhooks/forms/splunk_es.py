"""Status, disposition and comment of notable events in Splunk Enterprise Security. Source: Splunk ES 7 API reference,
“Notable Event API” (`POST /services/notable_update`, fields ruleUIDs, status, disposition, comment).

Numbers of statuses and dispositions are an installation's own; those of a fresh ES are the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import WORKED, ids_of, is_closed, sentence

DISPOSITIONS = {
    "true_positive": "disposition:1", "benign_positive": "disposition:2", "false_positive": "disposition:3",
    "duplicate": "disposition:5", "undetermined": "disposition:6",
}  # fmt: skip
IN_PROGRESS, CLOSED = "2", "5"


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    ids = ids_of(letter.body)
    if not ids:
        return []
    closed = is_closed(letter.body)
    status = settings.get("closed", CLOSED) if closed else settings.get("in_progress", IN_PROGRESS)
    fields = [*(("ruleUIDs", one) for one in ids), ("status", str(status)), ("comment", sentence(letter.body))]
    if closed:
        verdict = letter.body["case"]["verdict"]
        fields.append(("disposition", str(settings.get(verdict, DISPOSITIONS.get(verdict, "disposition:6")))))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {secret}"}
    return [Call("POST", f"{url.rstrip('/')}/services/notable_update", urlencode(fields).encode(), headers)]


FORM = Form(
    name="splunk_es",
    title="Splunk ES: status of notable events",
    calls=_calls,
    default_verbs=WORKED,
    credential="an authentication token of Splunk whose user may edit notable events",
)
