"""The Navigator layer is one by the specification of layer format 4.5 (layers/spec/v4.5 of the Navigator)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from casebook.attack.extract import read
from casebook.playbooks.digest import Summary
from casebook.reports.coverage_cells import Book, coverage_of, volume_of
from casebook.reports.coverage_layer import GAP, WHAT, layer
from tests.casebook.reports.test_coverage_cells import NOW


def _strict(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


TEXT, COLOUR = {"type": "string"}, {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}
NOTED = {"type": "array", "items": {"anyOf": [
    _strict(["name", "value"], name={"type": "string", "minLength": 1}, value={"type": "string", "minLength": 1}),
    _strict(["divider"], divider={"type": "boolean"}),
]}}  # fmt: skip
LINKS = {"type": "array", "items": {"anyOf": [
    _strict(["label", "url"], label=TEXT, url={"type": "string", "pattern": "^https?://"}),
    _strict(["divider"], divider={"type": "boolean"}),
]}}  # fmt: skip
SCHEMA = _strict(
    ["name", "domain", "versions"],
    versions=_strict(
        ["navigator", "layer"],
        attack={"type": "string", "pattern": r"^\d+$"},
        navigator={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        layer={"const": "4.5"},
    ),
    name=TEXT,
    description=TEXT,
    domain={"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]},
    customDataURL=TEXT,
    filters=_strict([], platforms={"type": "array", "items": TEXT}),
    sorting={"enum": [0, 1, 2, 3]},
    layout=_strict(
        [],
        layout={"enum": ["side", "flat", "mini"]},
        showID={"type": "boolean"},
        showName={"type": "boolean"},
        showAggregateScores={"type": "boolean"},
        countUnscored={"type": "boolean"},
        aggregateFunction={"enum": ["average", "min", "max", "sum"]},
        expandedSubtechniques={"enum": ["none", "all", "annotated"]},
    ),
    hideDisabled={"type": "boolean"},
    techniques={
        "type": "array",
        "items": _strict(
            ["techniqueID"],
            techniqueID={"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
            tactic=TEXT,
            comment=TEXT,
            enabled={"type": "boolean"},
            score={"type": "number"},
            color=COLOUR,
            metadata=NOTED,
            links=LINKS,
            showSubtechniques={"type": "boolean"},
        ),
    },
    gradient=_strict(
        ["colors", "minValue", "maxValue"],
        colors={"type": "array", "items": COLOUR, "minItems": 2},
        minValue={"type": "number"},
        maxValue={"type": "number"},
    ),
    legendItems={"type": "array", "items": _strict(["label", "color"], label=TEXT, color=COLOUR)},
    showTacticRowBackground={"type": "boolean"},
    tacticRowBackground=COLOUR,
    selectTechniquesAcrossTactics={"type": "boolean"},
    selectSubtechniquesWithParent={"type": "boolean"},
    selectVisibleTechniques={"type": "boolean"},
    metadata=NOTED,
    links=LINKS,
)


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """By what scores it: over the whole matrix, with a book, a gap and volume."""
    summary = Summary(steps=9, questions=4, automated=3, criteria=2, executable=1)
    books = [Book(1, "force", "Brute Force", 3, None, ("T1110",), ("T1078",), summary, NOW)]
    volume = volume_of([(["T1110.001"], 40), (["T1003"], 7)])
    found = coverage_of(read().attack, books, volume, now=NOW, counted_at=NOW)
    return {by: layer(found, by, "https://casebook.example") for by in WHAT}


def _by_id(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["techniqueID"]: one for one in told["techniques"]}


def test_the_schema_is_strict(made: dict[str, dict[str, Any]]) -> None:
    checker = Draft202012Validator(SCHEMA)
    broken = json.loads(json.dumps(made["playbook"]))
    broken["techniques"][0]["techniqueId"] = "T1110"
    del broken["gradient"]["maxValue"]
    assert len(list(checker.iter_errors(broken))) == 2


@pytest.mark.parametrize("by", list(WHAT))
def test_every_layer_is_valid_and_whole(made: dict[str, dict[str, Any]], by: str) -> None:
    told = json.loads(json.dumps(made[by]))
    assert list(Draft202012Validator(SCHEMA).iter_errors(told)) == []
    assert len(told["techniques"]) == len(_by_id(told)) == 691
    assert told["gradient"]["maxValue"] > told["gradient"]["minValue"]


def test_playbooks_score_by_how_they_serve(made: dict[str, dict[str, Any]]) -> None:
    cells = _by_id(made["playbook"])
    scores = {one: cells[one].get("score") for one in ("T1110", "T1110.001", "T1078", "T1078.004", "T1003")}
    assert scores == {"T1110": 100, "T1110.001": 66, "T1078": 33, "T1078.004": 33, "T1003": None}
    assert cells["T1003"]["color"] == GAP
    assert "color" not in cells["T1110"]
    assert cells["T1110"]["links"] == [{"label": "force", "url": "https://casebook.example/playbooks/force/"}]
    assert cells["T1110.001"]["comment"] == "Brute Force (force v3), through its parent."
    assert cells["T1110"]["showSubtechniques"]


def test_automation_and_volume_score_by_their_figures(made: dict[str, dict[str, Any]]) -> None:
    assert _by_id(made["automation"])["T1110.001"]["score"] == 75
    assert "score" not in _by_id(made["automation"])["T1003"]
    volume = made["volume"]
    assert _by_id(volume)["T1110.001"]["score"] == 40
    assert "score" not in _by_id(volume)["T1110"], "its own, not its sub-technique's"
    assert volume["gradient"]["maxValue"] == 40
