from __future__ import annotations

import pytest

from triage.engine.combine import combine, index_findings, overtaken
from triage.engine.types import AnswerView, BindingView, FindingView, Proposal, StepView

DECIDING, ALSO, SUPPORTING = BindingView("D01"), BindingView("D02"), BindingView("D03", deciding=False)


def proposal(*findings: tuple[str, str], computing: frozenset[str] = frozenset()) -> Proposal:
    views = [
        FindingView(detector, answer, confidence="medium", sentence=f"{detector} says {answer}.", missing=("mail",))
        for detector, answer in findings
    ]
    return combine([DECIDING, ALSO, SUPPORTING], index_findings(views), computing=computing)


@pytest.mark.parametrize(
    ("first", "second", "third", "answer"),
    [
        ("yes", "no", "no", "yes"),
        ("no", "no", "yes", "yes"),
        ("partly", "no", "cannot_tell", "partly"),
        ("cannot_tell", "no", "partly", "partly"),
        ("no", "no", "no", "no"),
        ("no", "no", "cannot_tell", "no"),
        ("no", "cannot_tell", "no", "cannot_tell"),
        ("cannot_tell", "cannot_tell", "no", "cannot_tell"),
    ],
)
def test_several_detectors_on_one_question(first: str, second: str, third: str, answer: str) -> None:
    found = proposal(("D01", first), ("D02", second), ("D03", third))
    assert (found.state, found.answer) == ("ready", answer)
    assert [view.detector for view in found.findings] == ["D01", "D02", "D03"]


def test_a_supporting_gap_is_named() -> None:
    assert proposal(("D01", "no"), ("D02", "no")).gaps == ("D03",)


def test_cannot_tell_names_what_is_missing() -> None:
    found = proposal(("D01", "no"), ("D02", "cannot_tell"))
    assert (found.missing, found.confidence) == (("mail",), "low")
    assert found.sentence == "D02 says cannot_tell."


def test_a_detector_that_never_looked_cannot_tell() -> None:
    found = combine([BindingView("D99")], {})
    assert (found.answer, found.sentence) == (
        "cannot_tell",
        "D99 has not looked at this case: answer it by hand.",
    )


def test_support_alone_never_says_no() -> None:
    views = index_findings([FindingView("D03", "no")])
    assert combine([SUPPORTING], views).answer == "cannot_tell"


def test_no_bindings_no_proposal() -> None:
    assert combine([], {}).state == "none"


def test_while_computing_only_what_can_no_longer_fall_is_shown() -> None:
    assert proposal(("D01", "no"), ("D02", "no"), computing=frozenset({"D03"})).state == "computing"
    assert proposal(("D01", "yes"), computing=frozenset({"D02"})).answer == "yes"


def test_elsewhere_does_not_propose() -> None:
    views = index_findings([FindingView("D01", "yes", scope="elsewhere"), FindingView("D01", "no")])
    assert combine([DECIDING], views).answer == "no"


def test_confidence_is_the_surest_yes_and_the_least_sure_no() -> None:
    yes = index_findings([FindingView("D01", "yes", confidence="low"), FindingView("D02", "yes", confidence="high")])
    no = index_findings([FindingView("D01", "no", confidence="high"), FindingView("D02", "no", confidence="medium")])
    assert combine([DECIDING, ALSO], yes).confidence == "high"
    assert combine([DECIDING, ALSO], no).confidence == "medium"


def test_the_digest_follows_the_evidence() -> None:
    one = combine([DECIDING], index_findings([FindingView("D01", "yes", digest="a")]))
    same = combine([DECIDING], index_findings([FindingView("D01", "yes", digest="a")]))
    other = combine([DECIDING], index_findings([FindingView("D01", "yes", digest="b")]))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("value", "before", "now", "changed"),
    [
        ("no", "no", "yes", True),
        ("no", "cannot_tell", "yes", True),
        ("no", None, "yes", True),
        ("yes", "no", "yes", False),
        ("no", "yes", "no", False),
        ("no", "yes", "yes", False),
        ("no", "no", "no", False),
        ("no", None, "cannot_tell", False),
        ("yes", "yes", "cannot_tell", True),
        ("cannot_tell", "cannot_tell", "partly", True),
        ("noted", "no", "yes", False),
    ],
)
def test_changed_since_you_answered(value: str, before: str | None, now: str, changed: bool) -> None:
    step = StepView(1, "q", "question", 1, "?", polarity="suspicious")
    assert overtaken(step, AnswerView(value, proposal_answer=before), Proposal("ready", now)) is changed


def test_an_open_question_and_a_running_computation_overtake_nothing() -> None:
    answer = AnswerView("no", proposal_answer="no")
    closed, opened = (StepView(1, "q", "question", 1, "?", polarity=polarity) for polarity in ("suspicious", "open"))
    assert not overtaken(opened, answer, Proposal("ready", "yes"))
    assert not overtaken(closed, answer, Proposal("computing"))
