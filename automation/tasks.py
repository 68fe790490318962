"""What workers of this app do. Each takes a lease, is done once however often it runs, and keeps no decision here."""

from __future__ import annotations

from automation.containment.carry_out import carry_out
from automation.containment.carry_out_undo import carry_out_undo
from automation.fetch.perform import fetch as fetch_for_case
from automation.lookups.perform import perform
from automation.lookups.plan import plan
from automation.pollers.fetch import fetch
from automation.webhooks import outbox
from automation.webhooks.deliver import deliver
from casebook.work.lease import Lease


def plan_lookups(lease: Lease) -> None:
    """Subject: a case."""
    plan(lease.subject_id)


def perform_lookup(lease: Lease) -> None:
    """Subject: a lookup."""
    perform(lease)


def apply_action(lease: Lease) -> None:
    """Subject: an action that was approved, or one a worker left behind."""
    carry_out(lease)


def undo_action(lease: Lease) -> None:
    """Subject: an action that is being undone."""
    carry_out_undo(lease)


def plan_webhooks(lease: Lease) -> None:
    """Subject: a case that has changed; planned is everything settled. What is not settled yet, the sweep plans."""
    outbox.plan()


def deliver_webhook(lease: Lease) -> None:
    """Subject: a webhook and a case."""
    deliver(lease)


def poll_source(lease: Lease) -> None:
    """Subject: a poll whose time has come."""
    fetch(lease)


def fetch_log(lease: Lease) -> None:
    """Subject: a fetch of a log that somebody asked for."""
    fetch_for_case(lease)
