"""What workers do for people: tell them."""

from __future__ import annotations

from accounts.notify import tell
from casebook.work.lease import Lease


def notify(lease: Lease) -> None:
    """Handler of ``notify``; subject ``entry:<journal id>``."""
    tell(lease.subject_id)
