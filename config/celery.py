"""Celery: one task that drains a queue of work rows, and beat's ticks. PostgreSQL is the queue of record."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from triage.events import children

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("casebook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casebook"])


@worker_ready.connect
def warm_children(**kwargs: Any) -> None:
    """The worker that reads evidence starts its children now, not with the first log."""
    if "evidence" in app.amqp.queues.consume_from:
        children.warm()
