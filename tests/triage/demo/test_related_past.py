"""The demo's operator case shares the bastion with a month of cases; that alone must not speak for an attack."""

from __future__ import annotations

import pytest
from django.utils import timezone

from triage import detector_inputs, related
from triage.demo import history
from triage.demo.log import OPERATOR
from triage.detectors import d24_related_activity
from triage.detectors.protocol import Scope
from triage.events.schema import empty

pytestmark = pytest.mark.django_db


def test_a_true_positive_on_the_same_bastion_is_none_of_the_operators(make_case):
    history.write(120, now=timezone.now())
    case = make_case(("ip", OPERATOR, "source"), ("host", "bastion-1", "target"), techniques=["T1589"])
    true = [one for one in related.of_case(case) if one["verdict"] == "true_positive" and one["shared"]]
    assert true, "the seeded month holds none to be misled by"
    assert all(one["shared"] == ["host bastion-1"] for one in true)
    [found] = d24_related_activity.DETECTOR.detect(empty(), detector_inputs.context_of(case), {}, Scope())
    assert found.answer == "yes"
    assert found.figures["true_positives"] == 0
    assert "by a targeted host alone, which does not count" in found.sentence
