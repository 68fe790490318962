"""Whoever is given a case must be able to work it, as it stands."""

from __future__ import annotations

import pytest

from casebook.cases import closing, ownership
from casebook.errors import Invalid, NotAllowed
from casebook.models import Case


@pytest.mark.parametrize("name", ["mara", "aude", "adam", "pia", "otto", "nobody", ""])
def test_no_case_for_who_works_none(case: Case, lina, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        ownership.assign(actor=lina, ref=case.ref, to=name)
    assert "to" in refused.value.errors


def test_what_stands_with_t2_is_not_given_to_l1(case: Case, tomas) -> None:
    Case.objects.filter(pk=case.pk).update(state="investigating", tier="t2", owner=tomas.person)
    with pytest.raises(Invalid, match="role does not work"):
        ownership.assign(actor=tomas, ref=case.ref, to="lina")
    assert ownership.assign(actor=tomas, ref=case.ref, to="tessa").owner.username == "tessa"


def test_an_l1_takes_over_from_a_colleague(case: Case, lina, tomas) -> None:
    ownership.take(actor=tomas, ref=case.ref)
    assert ownership.assign(actor=lina, ref=case.ref, to="lina").owner.username == "lina"


def test_an_l1_does_not_reopen_what_t2_closed(case: Case, lina, tomas) -> None:
    closed = {"state": "closed", "tier": "t2", "closed_from": "investigating", "verdict": "true_positive"}
    Case.objects.filter(pk=case.pk).update(**closed, owner=None)
    with pytest.raises(NotAllowed):
        closing.reopen(actor=lina, ref=case.ref, reason="looks wrong")
    assert closing.reopen(actor=tomas, ref=case.ref, reason="looks wrong").state == "investigating"
