"""What names things by string is checked at start-up: plug-ins, work, sweeps, reactions."""

from __future__ import annotations

import pytest

from config import checks, plugins, reactions


def ids(found):
    return [one.id for one in found]


def test_the_product_passes():
    assert checks.plugins_are_there(None) == []
    assert checks.reactions_name_work(None) == []


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("DETECTORS", "triage.detectors.d99_nothing.DETECTOR"),
        ("DETECTORS", "triage.detectors.d01_failures_per_user.NOTHING"),
        ("PARSERS", "nowhere.at.all.PARSER"),
        ("ENRICHERS", "automation.enrichers.local_lists.client.GONE"),
        ("CONNECTORS", "automation.connectors.gone.client.CONNECTOR"),
        ("WORK", {"queue": "default", "handler": "casebook.tasks.nothing", "lease_s": 30}),
    ],
)
def test_a_plugin_that_is_not_there_is_named(monkeypatch, table, entry):
    monkeypatch.setitem(plugins.TABLES[table], "X99", entry)
    found = checks.plugins_are_there(None)
    assert ids(found) == ["casebook.E001"]
    assert (entry["handler"] if isinstance(entry, dict) else entry) in found[0].msg


def test_a_sweep_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(plugins.SWEEPS, "casebook.sla.sweep.nothing", "why")
    assert ids(checks.plugins_are_there(None)) == ["casebook.E001"]


def test_a_reaction_to_what_nobody_records(monkeypatch):
    monkeypatch.setitem(reactions.REACTIONS, "case.exploded", ())
    assert ids(checks.reactions_name_work(None)) == ["casebook.E002"]


def test_a_reaction_that_asks_for_no_kind_of_work(monkeypatch):
    monkeypatch.setitem(reactions.REACTIONS, "case.opened", ("coffee.make",))
    assert ids(checks.reactions_name_work(None)) == ["casebook.E003"]
