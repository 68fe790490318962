"""The message as it is, signed. Headers, signed text and secret follow the Standard Webhooks specification 1.0.0
(standardwebhooks.com), for which receivers find libraries in most languages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from automation.webhooks.forms.protocol import Call, Form, Letter
from automation.webhooks.forms.standing import MOVED

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64 of HMAC-SHA256>`` over ``key.timestamp.body``."""
    raw = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{key}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def _calls(letter: Letter, url: str, settings: Mapping[str, Any], secret: str) -> list[Call]:
    body = json.dumps({"id": letter.key, **letter.body}, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": letter.key,
        "webhook-timestamp": str(letter.timestamp),
        "webhook-signature": signature(secret, letter.key, letter.timestamp, body),
    }
    return [Call("POST", url, body, headers)]


FORM = Form(
    name="signed",
    title="Signed message",
    calls=_calls,
    default_verbs=MOVED,
    takes_tests=True,
)
