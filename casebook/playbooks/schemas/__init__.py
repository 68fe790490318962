"""Formats by other hands, held to their schema: what is wrong first, in words, and where."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

Way = tuple[str | int, ...]
"""The way to a value from the top of a document, by names and numbers."""

_LOOKED_AT = 50
"""How many mistakes are compared for the one to tell. A hostile document has as many as it likes."""

_SHOWN = 60


def first_problem(document: Any, schema: str) -> tuple[Way, str] | None:
    """The mistake nearest the top of a document, as its path and a reason, or None where the schema holds."""
    found = list(islice(_validator(schema).iter_errors(document), _LOOKED_AT))
    if not found:
        return None
    error = min(found, key=lambda one: len(one.absolute_path))
    return tuple(error.absolute_path), _reason(error)


@cache
def _validator(schema: str) -> Draft202012Validator:
    text = (Path(__file__).parent / f"{schema}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _reason(error: ValidationError) -> str:
    wanted, value = error.validator_value, error.instance
    match error.validator:
        case "required":
            return f"lacks {_either([f'“{name}”' for name in wanted if name not in value])}"
        case "additionalProperties":
            return f"has an unknown entry {_quoted(_unknown(error)[0])}"
        case "const":
            return f"must be {_quoted(wanted)}, not {_quoted(value)}"
        case "enum":
            return f"{_quoted(value)} is none of {', '.join(map(str, wanted))}"
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            return f"must be {_either([_TYPES.get(one, one) for one in types])}"
        case "pattern":
            return f"{_quoted(value)} is not shaped as it must be"
        case "minItems" | "minProperties":
            return f"must hold at least {wanted}"
        case "anyOf":
            return "lacks one of " + ", ".join(f"“{name}”" for option in wanted for name in option.get("required", ()))
        case "not":
            return "does not belong here"
    return str(error.message)[:200]


def _unknown(error: ValidationError) -> list[str]:
    known, shapes = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
    return [name for name in error.instance if name not in known and not any(re.search(one, name) for one in shapes)]


_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"
