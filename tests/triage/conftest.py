"""Triage's own cast: a small invented playbook with every section, and cases that follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from casebook.actor import Automation
from casebook.models import Case, CaseObservable, Observable, Playbook, PlaybookVersion, Step, Team
from casebook.plugins import load, table
from casebook.sla import clocks
from casebook.work import lease
from triage import findings
from triage.detectors.protocol import EvidenceRow, Finding

STEPS: tuple[dict[str, Any], ...] = (
    {"section": "log_source", "text": "Login records of the hosts.", "options": {"kinds": ["authentication"]}},
    {"section": "indicator", "text": "One address fails in bursts.", "detectors": ["D02"], "polarity": "suspicious"},
    {"section": "question", "text": "Does one name fail again and again?", "detectors": ["D01"], "required": True,
     "polarity": "suspicious"},
    {"section": "question", "text": "Did a guess work?", "detectors": ["D05"], "required": True,
     "polarity": "suspicious"},
    {"section": "question", "text": "Which doors were knocked at?", "polarity": "open"},
    {"section": "criterion", "text": "A guess worked.", "confirmed": True, "reads": ("D05", "Did a guess work?")},
    {"section": "criterion", "text": "Others report the same.", "confirmed": False},
    {"section": "l1_step", "text": "Ask the owner of the account."},
    {"section": "t2_action", "text": "Follow what the session did."},
    {"section": "t2_action", "text": "Look at the owner's laptop."},
    {"section": "containment", "text": "Block the address.", "options": {"action": "block_address"}},
)  # fmt: skip


class Card:
    """A published version and its steps by their text."""

    def __init__(self, version: PlaybookVersion) -> None:
        self.version = version
        self.steps = {step.text: step for step in version.steps.all()}

    def __getitem__(self, text: str) -> Step:
        """The step whose text starts so."""
        return next(step for whole, step in self.steps.items() if whole.startswith(text))


def make_card(slug: str = "guessing", number: int = 1, state: str = "published", team: Team | None = None) -> Card:
    playbook, _ = Playbook.objects.get_or_create(slug=slug, defaults={"base_slug": slug, "team": team})
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=number, name="Guessing", source_format="yaml", card="", sha256="0" * 64
    )
    made: dict[str, Step] = {}
    positions: dict[str, int] = {}
    for given in STEPS:
        section = given["section"]
        positions[section] = positions.get(section, 0) + 1
        made[given["text"]] = _step(version, given, positions[section], made)
    version.state = state
    version.save()
    return Card(version)


def _step(version: PlaybookVersion, given: dict[str, Any], position: int, made: dict[str, Step]) -> Step:
    expression = None
    if "reads" in given:
        detector, at = given["reads"]
        expression = {"finding": {"detector": detector, "answer": "yes", "at": made[at].key}}
    return Step.objects.create(
        version=version,
        section=given["section"],
        position=position,
        key=f"{given['section']}:{position:012x}",
        text=given["text"],
        span_from=0,
        span_to=1,
        polarity=given.get("polarity", "open"),
        required=given.get("required", False),
        bindings=[{"detector": one, "deciding": True, "rule": "ours"} for one in given.get("detectors", [])],
        expression=expression,
        confirmed=given.get("confirmed", False),
        options=given.get("options", {}),
    )


@pytest.fixture
def card(db: None) -> Card:
    return make_card()


@pytest.fixture
def make_case(blue: Team, card: Card) -> Callable[..., Case]:
    """A new case about observables (type, value, role), following the card; its clocks run."""

    def make(*observables: tuple[str, str, str], team: Team | None = None, **fields: Any) -> Case:
        owner = team or blue
        case = Case.objects.create(
            team=owner, title=fields.pop("title", "Failed logins"), playbook_version=card.version, **fields
        )
        case.refresh_from_db()
        for kind, value, role in observables:
            seen, _ = Observable.objects.get_or_create(team=owner, type=kind, key=value, defaults={"value": value})
            CaseObservable.objects.create(case=case, observable=seen, role=role)
        clocks.start(case)
        return case

    return make


@pytest.fixture
def case(make_case: Callable[..., Case]) -> Case:
    return make_case(("ip", "203.0.113.7", "source"), ("user", "mallory", "target"))


SAID = Finding(
    detector="D01",
    version=1,
    scope="case",
    answer="cannot_tell",
    confidence="low",
    sentence="No login records.",
    threshold="≥ 5 in 20 min",
    would_change="login records",
    missing=("authentication events",),
    input_digest="0" * 64,
)


def said(detector: str, answer: str, scope: str = "case", **fields: Any) -> Finding:
    """A finding with a sentence of its own."""
    given = {
        "sentence": f"{detector} says {answer}.",
        "confidence": "high",
        "missing": ("authentication events",) if answer == "cannot_tell" else (),
        "input_digest": f"{detector}{scope}{answer}".encode().hex().ljust(64, "0")[:64],
    }
    return replace(SAID, detector=detector, answer=answer, scope=scope, **(given | fields))  # type: ignore[arg-type]


def work_off(queue: str = "evidence") -> int:
    """Do what is due in a queue, as a worker does, but inside the test's transaction."""
    done = 0
    while (taken := lease.take_next(queue)) is not None:
        load(table("WORK")[taken.kind]["handler"])(taken)
        assert lease.finish(taken)
        done += 1
    return done


ROW = EvidenceRow(evidence=1, source="auth.log", line=31, offset=2048, length=80, text="…", event={"user.name": "m"})


def tell(case: Case, *found: Finding) -> bool:
    """Store findings as the worker does."""
    with transaction.atomic():
        return findings.store(Automation(team_id=case.team_id), case, found, sources="auth.log")


@pytest.fixture
def guessed(case: Case) -> Case:
    """A case in which a guess worked: D01 and D05 say yes, D02 no."""
    tell(case, said("D01", "yes", evidence=(ROW,)), said("D02", "no"), said("D05", "yes"))
    return case


@pytest.fixture
def harmless(case: Case) -> Case:
    """A case in which every detector says no."""
    tell(case, said("D01", "no"), said("D02", "no"), said("D05", "no"))
    return case
