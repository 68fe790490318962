"""What tests of the API share: a source's client, and evidence in a folder of the test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

V1 = "/api/v1/"


@pytest.fixture
def siem(api, source_token: str) -> Client:
    """The blue team's SIEM."""
    return api(source_token)


@pytest.fixture
def kept(settings, tmp_path: Path) -> Path:
    """Where originals go during a test."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return tmp_path


def post(client: Client, path: str, body: Any, **headers: str) -> HttpResponse:
    """A JSON body, or bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(V1 + path, data, content_type="application/json", headers=headers)


def problem(answer: HttpResponse, status: int) -> dict[str, Any]:
    """The problem document, whose shape is always the same."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert {"type", "title", "status", "detail"} <= set(document)
    assert document["status"] == status
    assert document["detail"]
    return document
