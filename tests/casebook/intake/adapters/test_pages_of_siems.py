"""The pages of Elastic, Splunk, Wazuh and Sentinel: what they tell an administrator to paste does what they say."""

from __future__ import annotations

import ast
import json
import re

import pytest

from casebook.intake.adapters import elastic, sentinel, splunk, splunk_es, wazuh
from casebook.intake.adapters.protocol import Adapter
from tests.casebook.intake.adapters.cases import CHECKOUT, PAYLOADS, understood

PAGES = CHECKOUT / "docs" / "siem"


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text()


@pytest.mark.parametrize(
    ("name", "adapter"),
    [
        ("elastic", elastic.ADAPTER),
        ("splunk", splunk.ADAPTER),
        ("splunk-es", splunk_es.ADAPTER),
        ("wazuh", wazuh.ADAPTER),
        ("sentinel", sentinel.ADAPTER),
    ],
)
def test_a_page_names_its_address_its_limits_and_its_sources(name: str, adapter: Adapter) -> None:
    text = page(name)
    assert f"https://casebook.example/api/v1/intake/{adapter.name}/" in text
    assert f"--adapter {adapter.name}" in text
    assert [part for part in ("## Set up", "## What becomes what", "## Try it", "## Limits") if part not in text] == []
    assert "\nSources: " in text
    assert f"({name}.md) | `{adapter.name}`" in page("README")


def test_elastics_template_is_read_as_kibana_renders_it() -> None:
    alerts = json.loads((PAYLOADS / "elastic" / "webhook_template.json").read_text())["alerts"]
    (template,) = re.findall(r"^   (\{\"alerts\": .*\})$", page("elastic"), re.MULTILINE)
    now = template.replace("{{{context.alerts.asJSON}}}", json.dumps(alerts))
    (older,) = re.findall(r"before it, write `(.*?)`", page("elastic"))
    before = older.replace("{{{context.alerts}}}", ",".join(map(json.dumps, alerts)))
    for body in (now, before):
        assert [one.alert.external_id for one in understood(elastic.ADAPTER, body.encode())] == ["aa01", "aa02"]


def test_splunks_body_to_try_is_understood() -> None:
    (body,) = re.findall(r"-d '(\{.*\})'", page("splunk"))
    (reading,) = understood(splunk.ADAPTER, body.encode())
    assert (reading.alert.title, reading.alert.severity) == ("Try", "low")


def test_the_allow_list_of_splunk_allows_the_address() -> None:
    (allowed,) = re.findall(r"allowlist\.\w+ = (\S+)", page("splunk"))
    assert re.match(allowed, "https://casebook.example/api/v1/intake/splunk/a-source-key/")
    assert not re.match(allowed, "https://casebook-example/api/v1/intake/splunk/a-source-key/")


def test_wazuhs_script_is_python() -> None:
    (script,) = re.findall(r"```python\n(.*?)```", page("wazuh"), re.DOTALL)
    lines = [line.removeprefix("   ") for line in script.splitlines()]
    assert lines[0].startswith("#!")
    ast.parse("\n".join(lines))
