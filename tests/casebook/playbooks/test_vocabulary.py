"""What an author is told that a rule may speak of is what there is."""

from __future__ import annotations

import pytest

from casebook.models import Case
from casebook.playbooks.vocabulary import ALERT_FIELDS, vocabulary
from config.plugins import CAPABILITIES, DETECTORS
from tests.triage.detectors.test_run import CONTEXT, SCOPE, evidence
from triage.detectors.run import EvidenceInput, compute
from triage.facts import alert_view, gather

__all__ = ["evidence"]  # a fixture


def test_every_built_detector_is_named_with_what_it_needs() -> None:
    known = {one.id: one for one in vocabulary().detectors}
    assert set(DETECTORS) == {name for name, one in known.items() if one.here}
    assert known["D01"].needs == ("authentication",)
    assert known["D14"].here
    assert set(known) >= {f"D{number:02}" for number in range(1, 25)}


def test_every_figure_it_names_is_a_number_of_the_finding(evidence: EvidenceInput) -> None:
    for found in compute(inputs=[evidence], context=CONTEXT, scope=SCOPE):
        for figure in CAPABILITIES[found.detector]["figures"]:
            value = found.figures.get(figure)
            assert isinstance(value, int | float), (found.detector, figure, value)
            assert not isinstance(value, bool)


@pytest.mark.django_db
def test_every_alert_field_it_names_is_one_of_an_alert(case: Case) -> None:
    assert set(ALERT_FIELDS) == set(alert_view(gather(case)).fields)
