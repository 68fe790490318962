"""Outside a transaction nothing may be recorded: an entry without what it records would be a lie."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casebook.actor import Automation
from casebook.journal.record import record
from casebook.models import Case, Journal


def test_refused_outside_a_transaction(committed: str, open_case: Callable[..., Case]) -> None:
    case = open_case()
    before = Journal.objects.count()
    with pytest.raises(RuntimeError, match="transaction"):
        record(Automation(), "case.noted", case, {"text": "nowhere"})
    assert Journal.objects.count() == before
