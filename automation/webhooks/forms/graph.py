"""Status, classification and comment of alerts in Microsoft Defender and, where its workspace is connected to it,
Sentinel. Source: Microsoft Graph v1.0 reference, “Update alert” (`PATCH /security/alerts_v2/{id}`) and “Create comment
for alert”; application permission SecurityAlert.ReadWrite.All, token by client credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import WORKED, ids_of, is_closed, sentence

CLASSIFICATIONS = {
    "true_positive": "truePositive", "false_positive": "falsePositive",
    "benign_positive": "informationalExpectedActivity",
}  # fmt: skip
LOGIN = "https://login.microsoftonline.com"


def _login(settings: Mapping[str, Any], secret: str) -> Call:
    """The token by which the calls are made."""
    fields = {
        "client_id": settings["client_id"], "client_secret": secret, "grant_type": "client_credentials",
        "scope": settings.get("scope") or "https://graph.microsoft.com/.default",
    }  # fmt: skip
    where = (
        f"{str(settings.get('login') or LOGIN).rstrip('/')}/{quote(str(settings['tenant']), safe='')}/oauth2/v2.0/token"
    )
    return Call("POST", where, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    """``secret`` is the token here."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    closed = is_closed(letter.body)
    change: dict[str, str] = {"status": "resolved" if closed else "inProgress"}
    if closed and (kind := CLASSIFICATIONS.get(letter.body["case"]["verdict"])):
        change["classification"] = kind
    comment = {"@odata.type": "microsoft.graph.security.alertComment", "comment": sentence(letter.body)}
    found = []
    for one in ids_of(letter.body):
        where = f"{url.rstrip('/')}/v1.0/security/alerts_v2/{quote(one, safe='')}"
        found.append(Call("PATCH", where, json.dumps(change).encode(), headers))
        if closed:
            found.append(Call("POST", f"{where}/comments", json.dumps(comment).encode(), headers))
    return found


FORM = Form(
    name="graph",
    title="Microsoft Defender and Sentinel: alert status",
    calls=_calls,
    login=_login,
    default_verbs=WORKED,
    needs={"tenant": "the directory (tenant) id", "client_id": "the application (client) id"},
    credential="the client secret of the application",
)
