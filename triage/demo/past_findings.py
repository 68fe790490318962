"""What detectors would have said of a past case of the demo: mostly what it turned out to be, now and then not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from random import Random
from typing import Any

from casebook.models import Case
from casebook.plugins import table
from triage.detectors import protocol
from triage.models import Finding

# By detector: what a yes, a no and a cannot tell say, and what the last one lacked.
WORDS = {
    "D01": (
        "One account failed {n} times in the window.",
        "No account failed more than {few} times in the window.",
        "authentication events",
    ),
    "D02": (
        "{n} failures from one address within a minute.",
        "The fullest minute holds {few} failures.",
        "authentication events",
    ),
    "D03": ("One address tried {n} account names.", "No address tried more than {few} account names.", "web events"),
    "D05": ("A sign-in succeeded after {n} failures.", "No sign-in succeeded after failures.", "authentication events"),
    "D07": (
        "{n} attempts came from outside the corporate ranges.",
        "Every address is in a corporate range.",
        "network events",
    ),
    "D24": (
        "{few} other cases share an address or an account.",
        "No other case shares anything with it.",
        "a search of the case store",
    ),
}
FIGURES = {"D01": "attempts", "D02": "attempts", "D03": "names"}
# How likely a yes, a no and a cannot tell are: in a case that was an attack, in one that was not.
ATTACK, HARMLESS = (0.62, 0.2, 0.18), (0.06, 0.76, 0.18)


def of_case(random: Random, case: Case, detectors: Iterable[str], *, attack: bool) -> Iterator[Finding]:
    """One finding of each of these detectors that there is, unsaved."""
    for name in sorted(set(detectors) & WORDS.keys() & table("DETECTORS").keys()):
        weights = ATTACK if attack else HARMLESS
        answer = random.choices(("yes", "no", "cannot_tell"), weights=weights)[0]
        yield _row(case, _finding(random, name, answer))


def _finding(random: Random, detector: str, answer: Any) -> protocol.Finding:
    yes, no, missing = WORDS[detector]
    counts = {"n": random.randint(31, 400), "few": random.randint(2, 5)}
    lacking = f"Nobody can say without {missing}."
    sentence = {"yes": yes, "no": no, "cannot_tell": lacking}[answer].format(**counts)
    figures: dict[str, Any] = {}
    if detector in FIGURES and answer != "cannot_tell":
        figures[FIGURES[detector]] = counts["n"] if answer == "yes" else counts["few"]
    return protocol.Finding(
        detector=detector,
        version=1,
        scope="case",
        answer=answer,
        confidence="low" if answer == "cannot_tell" else random.choice(("medium", "high")),
        sentence=sentence,
        threshold="as it was set then",
        would_change="events of the hour before and after",
        missing=(missing,) if answer == "cannot_tell" else (),
        figures=figures,
        input_digest=sha256(f"{detector} {sentence}".encode()).hexdigest(),
    )


def _row(case: Case, said: protocol.Finding) -> Finding:
    return Finding(
        team_id=case.team_id,
        case_id=case.pk,
        detector=said.detector,
        version=said.version,
        answer=said.answer,
        confidence=said.confidence,
        sentence=said.sentence,
        input_digest=said.input_digest,
        data=said.to_json(),
        computed_at=case.received_at,
    )
