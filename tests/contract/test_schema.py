"""The OpenAPI schema is the contract: valid, without a warning, with every route that is due, under names that stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from tests.contract.due import BODIES, ROUTES

SNAPSHOT = Path(__file__).with_name("operations.txt")
VERBS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """As `make lint` makes it: one warning fails it."""
    file = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return yaml.safe_load(file.read_text())


def operations(schema: dict) -> list[str]:
    """``GET /api/v1/cases/{ref}/ cases_retrieve``, sorted by address."""
    return [
        f"{verb.upper()} {path} {schema['paths'][path][verb]['operationId']}"
        for path in sorted(schema["paths"])
        for verb in VERBS
        if verb in schema["paths"][path]
    ]


def test_paths_methods_and_names_are_the_ones_of_the_snapshot(schema: dict) -> None:
    """A difference is a change of the contract: say so in a decision record, then write the file anew."""
    assert "\n".join(operations(schema)) + "\n" == SNAPSHOT.read_text()


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_due_is_there(schema: dict, route: str) -> None:
    verb, path = route.split(maxsplit=1)
    there = {key.replace("{id}", "{}").replace("{pk}", "{}") for key in schema["paths"]}
    assert {_bare(one) for one in there} >= {_bare(f"/api/v1/{path}")}
    found = next(value for key, value in schema["paths"].items() if _bare(key) == _bare(f"/api/v1/{path}"))
    assert verb.lower() in found


@pytest.mark.parametrize(("route", "names"), BODIES.items(), ids=str)
def test_answers_name_what_the_contract_names(schema: dict, route: str, names: str) -> None:
    verb, path, status = route.split()
    operation = next(value for key, value in schema["paths"].items() if _bare(key) == _bare(f"/api/v1/{path}"))
    content = operation[verb.lower()]["responses"][status]["content"]["application/json"]["schema"]
    assert set(names.split()) <= set(_properties(schema, content))


def test_every_list_has_the_three_names(schema: dict) -> None:
    lists = [o for path in schema["paths"].values() for o in path.values() if "_list" in str(o.get("operationId"))]
    pages = {o["operationId"]: o["responses"]["200"] for o in lists if o["operationId"] not in NO_PAGES}
    assert len(pages) > 8
    wrong = {
        name
        for name, answer in pages.items()
        if not {"next", "previous", "results"}
        <= set(_properties(schema, answer["content"]["application/json"]["schema"]))
    }
    assert not wrong


NO_PAGES = {"changes_list"}


def _bare(path: str) -> str:
    return "/".join("{}" if part.startswith(("{", "<")) else part for part in path.split("/"))


def _properties(schema: dict, found: dict) -> dict:
    """What an answer may hold; of an answer of two kinds (one alert, or a list's results), of both."""
    if "$ref" in found:
        return _properties(schema, schema["components"]["schemas"][found["$ref"].rsplit("/", 1)[-1]])
    whole = dict(found.get("properties", {}))
    for part in (*found.get("allOf", ()), *found.get("oneOf", ()), *found.get("anyOf", ())):
        whole |= _properties(schema, part)
    return whole
