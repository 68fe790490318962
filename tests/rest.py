"""The API as a script speaks to it."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

V1 = "/api/v1/"


def send(client: Client, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Status and answer of a request with a JSON body; ``path`` is relative to `/api/v1/`."""
    answer = client.generic(method, V1 + path, json.dumps(body or {}), content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}
