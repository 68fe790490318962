"""The only Celery tasks there are: drain a queue, sweep."""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections

from casebook.work import drain as draining
from casebook.work import sweep as sweeping


@shared_task(name="casebook.tasks.drain")
def drain(queue: str) -> None:
    """Rung by a doorbell; works off what PostgreSQL says is due."""
    close_old_connections()
    draining.drain(queue)
    close_old_connections()


@shared_task(name="casebook.tasks.sweep")
def sweep() -> None:
    """Beat's tick; running it twice does no harm."""
    close_old_connections()
    sweeping.sweep()
    close_old_connections()
