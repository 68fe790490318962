"""What the pages of ``docs/siem/`` tell an administrator to send is what the adapters read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from casebook.intake.adapters import generic, graph, ocsf, qradar, securityhub, thehive
from casebook.intake.adapters.field_map import FIELDS, check
from casebook.intake.adapters.field_map_expressions import compiled
from casebook.intake.adapters.protocol import Adapter, Options
from tests.casebook.intake.adapters.cases import CHECKOUT, understood

PAGES = CHECKOUT / "docs" / "siem"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


def blocks(text: str) -> list[Any]:
    """Every fenced JSON block of a page."""
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize(
    "adapter",
    [graph.ADAPTER, qradar.ADAPTER, ocsf.ADAPTER, securityhub.ADAPTER, thehive.ADAPTER],
    ids=lambda adapter: adapter.name,
)
def test_the_body_to_try_is_understood(adapter: Adapter) -> None:
    text = page(adapter.name)
    assert f"/api/v1/intake/{adapter.name}/" in text
    [body] = re.findall(r"-d '(\{.*\})'", text)
    [reading] = understood(adapter, body.encode())
    assert reading.alert.title == "A try"
    assert not reading.assumed


def test_the_resolved_offense_of_the_page_is_read() -> None:
    [offense] = blocks(page("qradar").replace('"…": "…",', '"offense_type": 2,'))
    [reading] = understood(qradar.ADAPTER, json.dumps(offense).encode())
    assert reading.alert.rule.name == "Network DoS Attack Detected"
    assert [one.value for one in reading.alert.observables] == ["203.0.113.61", "10.0.0.5"]


def test_the_map_of_the_page_reads_the_body_of_the_page() -> None:
    body, field_map = blocks(page("generic"))
    assert check(field_map) == []
    [reading] = understood(generic.ADAPTER, json.dumps(body).encode(), Options(field_map=field_map))
    assert (reading.alert.title, reading.alert.severity) == ("Many failed logins on web-1", "critical")
    assert reading.alert.techniques == ["T1110.001"]
    assert reading.assumed == ()


def test_every_field_and_every_kind_of_expression_of_the_page_is_there() -> None:
    text = page("generic")
    assert [name for name in FIELDS if f"`{name}`" not in text] == []
    table = text.partition("## Expressions")[2].partition("## Limits")[0]
    shown = [
        cell.replace("\\|", "|") for row in re.findall(r"^\| (`.*?) \|", table, re.M) for cell in row.split("`")[1::2]
    ]
    assert len(shown) >= 9
    for expression in shown:
        compiled(expression)
