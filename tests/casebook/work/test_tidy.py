"""Done work goes after some days; what people must see stays. One of many beats does it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casebook.models import IdempotencyKey, Tick, Work
from casebook.work.lease import retry, take_next
from casebook.work.tidy import tidy

pytestmark = pytest.mark.django_db


def row(subject: str, state: str, days: int) -> None:
    Work.objects.create(
        kind="tests.work", queue="none", subject=subject, state=state, finished_at=timezone.now() - timedelta(days=days)
    )


def test_old_done_rows_and_keys_go_and_trouble_stays():
    for state in ("done", "failed", "quarantined"):
        row(state, state, days=4)
    row("fresh", "done", days=1)
    key = {"principal": "person:1", "method": "POST", "path": "/", "body_sha256": b"", "status": 200, "answer": {}}
    IdempotencyKey.objects.create(key="kept", at=timezone.now() - timedelta(days=6, hours=23), **key)
    IdempotencyKey.objects.create(key="gone", at=timezone.now() - timedelta(days=7, hours=1), **key)
    Tick.objects.create(name="tidy", slot=timezone.now() - timedelta(days=3))

    assert tidy() == 3
    assert set(Work.objects.values_list("subject", flat=True)) == {"failed", "quarantined", "fresh"}
    assert IdempotencyKey.objects.get().key == "kept"
    row("later", "done", days=4)
    assert tidy() == 0  # once an hour


def test_a_retry_behind_a_newer_request_is_done(ask):
    ask("case:1")
    lease = take_next("tests")
    ask("case:1")
    retry(lease, "said \x00 no")

    assert sorted(Work.objects.filter(subject="case:1").values_list("state", flat=True)) == ["done", "waiting"]
    assert Work.objects.get(state="done").error == "said \ufffd no"
