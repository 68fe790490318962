"""The query languages: what stands between quotes in each, and what cannot. Pure.

Sources: Elasticsearch reference, “ES|QL syntax reference” (string literals) and “Regular expression syntax”; RFC 8259;
Splunk Search Manual, “Quotes and escaping characters” and “Wildcards” (`search` takes an asterisk for a wildcard, also
between quotes, and has no way to escape it); Kusto query language, “The string data type”; Loki, “LogQL log queries”
and the Go specification, “String literals”.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from automation.fetch.about import Language

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends of other alphabets, halves of characters."""
NO_CONTROLS = "it holds a control character"
GO_META = frozenset(r"\.+*?()|[]{}^$")


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def epoch(at: datetime) -> str:
    return f"{at.timestamp():.0f}"


def escaped(value: str) -> str:
    """With a backslash before what would end a string, or a line."""
    return "".join(ESCAPES.get(mark, mark) for mark in value)


def quoted(value: str) -> str | None:
    """A string literal of the many languages that escape as C does; None with other control characters."""
    text = escaped(value)
    return None if CONTROLS.search(text) else f'"{text}"'


def splunk_quoted(value: str) -> str | None:
    """None also for an asterisk, a wildcard even between quotes, and for a backtick, which begins a macro anywhere."""
    if CONTROLS.search(value) or "*" in value or "`" in value:
        return None
    return f'"{escaped(value)}"'


def kusto_quoted(value: str) -> str | None:
    """Kusto knows ``\\uXXXX``, so that only half a character cannot be said."""
    text = "".join(f"\\u{ord(one):04x}" if CONTROLS.match(one) else ESCAPES.get(one, one) for one in value)
    return None if re.search(r"[\ud800-\udfff]", value) else f'"{text}"'


def json_quoted(value: str) -> str | None:
    """A JSON string, ASCII only: also a query that is copied through a terminal stays what it is."""
    return None if re.search(r"[\ud800-\udfff]", value) else json.dumps(value)


def go_pattern(value: str) -> str | None:
    """A pattern of Go's regexp that matches the value as a whole word; None with control characters."""
    if CONTROLS.search(value):
        return None
    body = "".join(f"\\{one}" if one in GO_META else one for one in value)
    before, after = (r"\b" if re.match(r"\w", edge, re.ASCII) else "" for edge in (value[:1], value[-1:]))
    return f"{before}{body}{after}"


def go_alternation(patterns: Sequence[str]) -> str:
    """One quoted pattern that matches any of them, whatever their case."""
    return f'"{escaped("(?i)(?:" + "|".join(patterns) + ")")}"'


def lucene_pattern(value: str) -> str | None:
    """A pattern of Lucene's regular expressions; everything that is no letter or digit is escaped."""
    if CONTROLS.search(value):
        return None
    return "".join(one if one.isalnum() else f"\\{one}" for one in value)


def lucene_alternation(patterns: Sequence[str]) -> str:
    """One quoted pattern for RLIKE, which matches the whole field: hence what may stand around it."""
    return f'"{escaped(".*(" + "|".join(patterns) + ").*")}"'


def phrase(value: str) -> str | None:
    """A phrase of `simple_query_string`: between its quotes nothing but quote and backslash means anything."""
    if CONTROLS.search(value):
        return None
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def phrases(found: Sequence[str]) -> str:
    """Any of the phrases, as the JSON string that `simple_query_string` takes for its query."""
    return json.dumps(" | ".join(found))


def _or(found: Sequence[str]) -> str:
    return " OR ".join(found)


ESQL = Language("esql", "ES|QL", quoted, iso, word=lucene_pattern, words=lucene_alternation, cannot=NO_CONTROLS)
DSL = Language("dsl", "Query DSL", json_quoted, iso, word=phrase, words=phrases, cannot=NO_CONTROLS)
SPL = Language(
    "spl", "SPL", splunk_quoted, epoch, words=_or,
    cannot="Splunk takes an asterisk for a wildcard, a backtick for a macro, and cannot say control characters",
)  # fmt: skip
KQL = Language("kql", "KQL", kusto_quoted, iso, cannot="it holds half a character")
LOGQL = Language(
    "logql", "LogQL", go_pattern, epoch, many=go_alternation, words=go_alternation, word=go_pattern,
    cannot=NO_CONTROLS, windowed=False,
)  # fmt: skip

LANGUAGES: Mapping[str, Language] = {one.name: one for one in (ESQL, DSL, SPL, KQL, LOGQL)}
