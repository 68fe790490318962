"""Status of detection alerts in Elastic Security. Source: Kibana's API reference, “Set a detection alert status”
(`POST /api/detection_engine/signals/status`; open, acknowledged, closed; ids are `kibana.alert.uuid`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import WORKED, ids_of, is_closed


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    ids = ids_of(letter.body)
    if not ids:
        return []
    space = f"/s/{settings['space']}" if settings.get("space") else ""
    body = {"signal_ids": ids, "status": "closed" if is_closed(letter.body) else "acknowledged"}
    headers = {
        "Content-Type": "application/json",
        "kbn-xsrf": "casebook",  # Kibana refuses a write without it
        "Authorization": f"ApiKey {secret}",
    }
    where = f"{url.rstrip('/')}{space}/api/detection_engine/signals/status"
    return [Call("POST", where, json.dumps(body).encode(), headers)]


FORM = Form(
    name="elastic",
    title="Elastic Security: alert status",
    calls=_calls,
    default_verbs=WORKED,
    credential="an API key of Kibana, encoded, that may edit alerts",
)
