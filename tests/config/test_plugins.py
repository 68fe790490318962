"""Every plug-in fits the protocol its table is read by; every handler is there and takes a lease."""

from __future__ import annotations

import inspect

import pytest

from automation.connectors.protocol import ConnectorType
from automation.enrichers.protocol import Enricher
from casebook.plugins import load
from config.plugins import CONNECTORS, DETECTORS, ENRICHERS, PARSERS, SWEEPS, TABLES, WORK
from config.services.programs import serving
from triage.detectors.protocol import Detector
from triage.events.parsers.protocol import Parser

PROTOCOLS = [
    *((path, Parser) for path in PARSERS.values()),
    *((path, Detector) for path in DETECTORS.values()),
    *((path, Enricher) for path in ENRICHERS.values()),
    *((path, ConnectorType) for path in CONNECTORS.values()),
]


def members(protocol: type) -> set[str]:
    return {name for name in (*vars(protocol), *getattr(protocol, "__annotations__", {})) if not name.startswith("_")}


@pytest.mark.parametrize(("path", "protocol"), PROTOCOLS, ids=lambda value: getattr(value, "__name__", value))
def test_a_plugin_has_what_its_protocol_asks(path: str, protocol: type) -> None:
    plugin = load(path)
    lacking = [name for name in members(protocol) if not hasattr(plugin, name)]
    assert members(protocol)
    assert not lacking


@pytest.mark.parametrize("kind", WORK)
def test_a_handler_takes_a_lease(kind: str) -> None:
    spec = WORK[kind]
    assert {"queue", "handler", "lease_s"} <= set(spec)
    assert len(inspect.signature(load(spec["handler"])).parameters) == 1
    assert 10 <= spec["lease_s"] <= 300


def test_somebody_listens_on_every_queue(tmp_path) -> None:
    programs = serving({"CASEBOOK_TARGET_SOCKET": "x"}, listener=0, state=tmp_path)
    listening = {
        queue for program in programs if "-Q" in program.command
        for queue in program.command[program.command.index("-Q") + 1].split(",")
    }  # fmt: skip
    assert {spec["queue"] for spec in WORK.values()} == listening


@pytest.mark.parametrize("path", SWEEPS)
def test_a_sweep_asks_for_nothing(path: str) -> None:
    assert not inspect.signature(load(path)).parameters


def test_ids_are_the_plugins_own() -> None:
    assert {load(path).id for path in DETECTORS.values()} == set(DETECTORS)
    assert set(TABLES) >= {"PARSERS", "DETECTORS", "ENRICHERS", "CONNECTORS", "REPORT_SECTIONS", "WORK", "SWEEPS"}
