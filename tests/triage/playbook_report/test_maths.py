"""Hand-computed values."""

from __future__ import annotations

import pytest

from triage.playbook_report.maths import mutual_information, share


def test_a_share_of_nothing_is_none():
    assert share(0, 0) is None
    assert share(1, 4) == 0.25


@pytest.mark.parametrize(
    ("joint", "bits"),
    [
        ({}, 0.0),
        ({("yes", "tp"): 7}, 0.0),
        ({("yes", "tp"): 5, ("yes", "fp"): 5, ("no", "tp"): 5, ("no", "fp"): 5}, 0.0),
        ({("yes", "tp"): 10, ("no", "fp"): 10}, 1.0),
        ({("a", "x"): 1, ("b", "y"): 1, ("c", "z"): 1, ("d", "w"): 1}, 2.0),
        # p(yes)=3/4, p(tp)=1/2: 1/2·log2(4/3) + 1/4·log2(2/3) + 1/4·log2(2)
        ({("yes", "tp"): 2, ("yes", "fp"): 1, ("no", "fp"): 1, ("no", "tp"): 0}, 0.311278),
    ],
)
def test_mutual_information(joint, bits):
    assert mutual_information(joint) == pytest.approx(bits, abs=1e-6)
