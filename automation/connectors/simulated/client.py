"""Speaks to the simulated target (`target.py`), as any connector speaks to its system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from automation.connectors.protocol import KEY, READ_BACK, Declined, Done, NotNow, NoWord, Reached
from automation.connectors.simulated.target import KINDS
from automation.outbound import Answer, NoAnswer, NotSent, Reach, call

MODES = {"key": frozenset({KEY, READ_BACK}), "read-back": frozenset({READ_BACK}), "neither": frozenset()}


@dataclass(frozen=True)
class SimulatedTarget:
    """One running simulated target. ``base`` is its address without a closing slash."""

    base: str
    reach_of: Reach
    capabilities: frozenset[str]

    def preview(self, *, kind: str, target: str, deadline_s: float) -> Reached:
        found = self._read(f"{kind}/behind", {"target": target}, deadline_s)
        lines = found.get("lines")
        shown = tuple(str(line)[:200] for line in lines[:10]) if isinstance(lines, list) else ()
        return Reached(shown, {"others": _whole(found, "others")})

    def capture(self, *, kind: str, target: str, deadline_s: float) -> dict[str, Any]:
        if READ_BACK not in self.capabilities:
            return {}
        return self._read(kind, {"target": target}, deadline_s)

    def apply(self, *, kind: str, target: str, parameters: Mapping[str, Any], key: str, deadline_s: float) -> Done:
        return self._write(kind, {"target": target, "parameters": dict(parameters)}, key, deadline_s)

    def undo(self, *, kind: str, target: str, before: Mapping[str, Any], key: str, deadline_s: float) -> Done:
        if before.get("in_effect"):
            return Done("it was in effect before us and stays")
        return self._write(f"{kind}/undo", {"target": target, "before": dict(before)}, key, deadline_s)

    def find(self, *, key: str, deadline_s: float) -> Done | None:
        answer = self._call("GET", f"acts/{quote(key, safe='')}", deadline_s)
        if answer.status == 404:
            return None
        return Done(f"act {_whole(_document(answer, 200), 'n')}")

    def read_back(self, *, kind: str, target: str, before: Mapping[str, Any], deadline_s: float) -> bool:
        now = self._read(kind, {"target": target}, deadline_s)
        if kind == "reset_password":  # nothing lasts: only that it was done once more than before
            return _whole(now, "count") > _whole(before, "count")
        return now.get("in_effect") is True

    def _read(self, path: str, query: Mapping[str, str], deadline_s: float) -> dict[str, Any]:
        return _document(self._call("GET", f"{path}?{urlencode(query)}", deadline_s), 200)

    def _write(self, path: str, document: Mapping[str, Any], key: str, deadline_s: float) -> Done:
        answer = self._call("POST", path, deadline_s, json.dumps(document).encode(), key)
        if answer.status in (429, 503):
            raise NotNow("it is busy", after_s=answer.retry_after_s)
        if answer.status >= 500:
            raise NoWord(f"it answered {answer.status}")
        return Done(f"act {_whole(_document(answer, 200), 'act')}")

    def _call(self, method: str, path: str, deadline_s: float, body: bytes | None = None, key: str = "") -> Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key} if body is not None else {}
        try:
            return call(
                method, f"{self.base}/{path}", reach_of=self.reach_of, body=body, headers=headers, deadline_s=deadline_s
            )
        except NotSent as error:
            raise NotNow(error.reason) from error
        except NoAnswer as error:
            raise (NoWord if method == "POST" else NotNow)(error.reason) from error


def _document(answer: Answer, expected: int) -> dict[str, Any]:
    """The JSON object of an answer. A refusal is Declined; an answer that is no answer says nothing, so NoWord."""
    if 400 <= answer.status < 500:
        raise Declined(f"it answered {answer.status}: {_reason(answer)}")
    if answer.status != expected:
        raise NoWord(f"it answered {answer.status}")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise NoWord("its answer is not JSON") from error
    if not isinstance(document, dict):
        raise NoWord("its answer is not an object")
    return document


def _whole(document: Mapping[str, Any], name: str) -> int:
    """A count in an answer; anything else there says nothing."""
    value = document.get(name, 0)
    return value if isinstance(value, int) else 0


def _reason(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body)["error"])[:200]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "no reason given"


class SimulatedConnector:
    """Settings: ``url`` (http://127.0.0.1:port, or http+unix://<percent-encoded socket>), ``mode``."""

    name = "simulated"
    kinds = frozenset(KINDS)

    def open(self, settings: Mapping[str, Any]) -> SimulatedTarget:
        url, mode = str(settings.get("url", "")), str(settings.get("mode", "key"))
        if not url.startswith(("http://", "http+unix://")):
            raise ValueError("it has no url")
        if mode not in MODES:
            raise ValueError(f"mode {mode} is none of {', '.join(MODES)}")
        return SimulatedTarget(url.rstrip("/"), Reach.LOCAL, MODES[mode])


CONNECTOR = SimulatedConnector()
