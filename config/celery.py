"""Celery: one task that drains a queue of work rows, and beat's ticks. PostgreSQL is the queue of record."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("casebook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["casebook"])
