"""What became no alert, listed without its bytes and counted by reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.errors import NotFound
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender
from casebook.models import Source
from casebook.sources import refusals

pytestmark = pytest.mark.django_db


def test_reasons_bodies_and_one_body(sender: Sender, source: Source) -> None:
    refuse(sender, *[Refused(b'{"n":1}', "title: required", "title")] * 2)
    refuse(sender, Refused(b"<xml/>", "not JSON", "byte 0", "not_understood"))
    found = [(one.outcome, one.reason, one.times) for one in refusals.reasons(source, within=timedelta(days=7))]
    assert found == [("refused", "title: required", 2), ("not_understood", "not JSON", 1)]
    assert refusals.waiting([source]) == {source.pk: 1}

    newest = refusals.bodies(source)[0]
    assert (newest.size, "body" in newest.get_deferred_fields()) == (6, True)  # type: ignore[attr-defined]
    assert [one.outcome for one in refusals.bodies(source, before=newest.id)] == ["refused"] * 2
    assert bytes(refusals.body(source, newest.id).body) == b"<xml/>"
    with pytest.raises(NotFound):
        refusals.body(source, newest.id + 999)
