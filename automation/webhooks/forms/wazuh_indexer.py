"""A `casebook` object on the alerts in a Wazuh indexer, to be seen and filtered by in its dashboard. Wazuh itself keeps
no status of an alert. Source: OpenSearch documentation, “Update by query”."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import WORKED, ids_of

INDEX = "wazuh-alerts-*"


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    ids = ids_of(letter.body)
    if not ids:
        return []
    case = letter.body["case"]
    told = {name: case[name] for name in ("ref", "url", "state", "verdict", "owner", "version")}
    # An older message that comes late must not undo a newer one: the case's version decides.
    script = (
        "if (ctx._source.casebook == null || ctx._source.casebook.ref != params.told.ref"
        " || ctx._source.casebook.version <= params.told.version) { ctx._source.casebook = params.told }"
        " else { ctx.op = 'noop' }"
    )
    body = {
        "query": {"terms": {"id": ids}},
        "script": {"lang": "painless", "source": script, "params": {"told": told | {"note": letter.body["reason"]}}},
    }
    index = quote(str(settings.get("index") or INDEX), safe="*,-._")
    headers = {
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode(secret.encode()).decode(),
    }
    where = f"{url.rstrip('/')}/{index}/_update_by_query?conflicts=proceed"
    return [Call("POST", where, json.dumps(body).encode(), headers)]


FORM = Form(
    name="wazuh_indexer",
    title="Wazuh indexer: mark alerts",
    calls=_calls,
    default_verbs=WORKED,
    credential="user:password of an indexer user that may update wazuh-alerts-*",
)
