"""What follows from an entry is written with it; what the page of reactions names is recorded somewhere."""

from __future__ import annotations

import re

import pytest

from accounts.notify import RULES
from casebook.actor import Automation
from casebook.journal.record import ENTRY_KINDS, record
from casebook.models import Case, Work
from config.reactions import REACTIONS
from tests.architecture.source_lint import ROOT

SOURCES = [
    path.read_text() for app in ("accounts", "automation", "casebook", "triage") for path in (ROOT / app).rglob("*.py")
]


@pytest.mark.parametrize("verb", REACTIONS)
def test_somebody_records_it(verb: str) -> None:
    found = [text for text in SOURCES if re.search(rf"[\"']{re.escape(verb)}[\"']", text)]
    assert len(found) > 1, f"{verb} stands in the list of verbs only"


@pytest.mark.parametrize("verb", [verb for verb, kinds in REACTIONS.items() if "notify" in kinds])
def test_who_is_told_is_decided(verb: str) -> None:
    assert verb in RULES


def test_everybody_who_would_be_told_is() -> None:
    assert {verb for verb, kinds in REACTIONS.items() if "notify" in kinds} == set(RULES)


@pytest.mark.parametrize(("verb", "kinds"), [(verb, kinds) for verb, kinds in REACTIONS.items() if kinds])
def test_the_work_waits_when_the_entry_is_written(verb: str, kinds: tuple[str, ...], case: Case) -> None:
    Work.objects.all().delete()
    entry = record(Automation(), verb, "action:7" if verb.startswith("action") else case, case=case)
    found = dict(Work.objects.values_list("kind", "subject"))
    assert set(found) == set(kinds)
    for kind, subject in found.items():
        about_entry = f"entry:{entry.id}" if kind in ENTRY_KINDS else f"case:{case.pk}"
        assert subject == {"action.apply": "action:7"}.get(kind, about_entry)
