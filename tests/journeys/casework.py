"""What the journeys do again and again: send an alert, attach a log, wait for what is computed, look something up."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

from config.services.throwaway import RunningStack
from triage.demo.script import Answer, Script

Json = dict[str, Any]


def open_case(script: Script, *observables: tuple[str, str, str], **changes: Any) -> str:
    """A SIEM's alert about some (type, value, role), of a rule of its own so that it joins no other case. Its ref."""
    name = f"journey-{uuid4().hex[:8]}"
    alert = {
        "external_id": name,
        "title": "Many failed logins",
        "severity": "high",
        "techniques": ["T1589"],
        "rule": {"id": name, "name": "ssh brute force"},
        "observables": [{"type": kind, "value": value, "role": role} for kind, value, role in observables],
    }
    return str(script.post("demo-siem", "alerts/", alert | changes, expect=201)["case"])


def attach(script: Script, ref: str, log: bytes, *, who: str = "lina", **how: Any) -> int:
    """The number of the evidence, which is durable but not yet read."""
    answer = script.call(who, "POST", f"cases/{ref}/evidence/", upload={"file": log, "name": "auth.log", **how})
    script.same("the upload's answer", (answer.status, answer.body["state"]), (202, "queued"))
    script.same("its address", answer.headers["Location"], f"/api/v1/evidence/{answer.body['evidence']}/")
    return int(answer.body["evidence"])


def evidence_read(script: Script, number: int, *, within_s: float = 30) -> Json:
    """The evidence once it is no longer queued or being read."""

    def ended() -> Json | None:
        found: Json = script.get("lina", f"evidence/{number}/")
        return None if found["state"] in ("queued", "reading") else found

    return dict(script.until(f"evidence {number} is read", ended, within_s=within_s))


def run_computed(script: Script, ref: str, *, within_s: float = 30) -> Json:
    """The run once nothing of it is being computed."""

    def computed() -> Json | None:
        run: Json = script.get("lina", f"cases/{ref}/run/")
        return None if any(step["proposal"]["state"] == "computing" for step in run["steps"]) else run

    return dict(script.until(f"the answers of {ref} are there", computed, within_s=within_s))


def with_log(script: Script, ref: str, log: bytes, **how: Any) -> tuple[Json, Json]:
    """Attach a log and wait for all it changes: the evidence as it was read, and the run."""
    evidence = evidence_read(script, attach(script, ref, log, **how))
    script.same("the log", evidence["state"], "ready")
    return evidence, run_computed(script, ref)


def findings(run: Json, scope: str = "case") -> dict[str, Json]:
    """By detector; one detector says the same wherever it is bound."""
    found = (finding for step in run["steps"] for finding in step["findings"])
    return {finding["detector"]: finding for finding in found if finding["scope"] == scope}


def found_once(script: Script, ref: str, detector: str, holds: Callable[[Json], bool], *, within_s: float = 20) -> Json:
    """What a detector says of a case, once that is as it must be: a *yes* stands while it is computed again."""

    def found() -> Json | None:
        said = findings(script.get("lina", f"cases/{ref}/run/")).get(detector)
        return said if said and holds(said) else None

    return dict(script.until(f"{detector} on {ref}", found, within_s=within_s))


def question(run: Json, position: int) -> Json:
    return next(step for step in run["steps"] if (step["section"], step["position"]) == ("question", position))


def answer(script: Script, ref: str, step: Json, value: str, note: str = "", **more: Any) -> None:
    given = {"value": value, "note": note, **more}
    script.post("lina", f"cases/{ref}/run/steps/{step['id']}/answer/", given)


def all_pages(script: Script, who: str, path: str) -> list[Json]:
    """A list, to its end."""
    rows: list[Json] = []
    while True:
        page = script.get(who, path)
        rows += page["results"]
        if not page["next"]:
            return rows
        path = page["next"].split("/api/v1/", 1)[1]


def raw_line(script: Script, evidence: int, line: int) -> str:
    """One line of an original, as it was uploaded."""
    found = script.get("lina", f"evidence/{evidence}/lines/?from={line}&to={line}")["lines"]
    return str(found[0]["text"])


class Session:
    """A person signed in by the form, with the cookies a browser would hold."""

    def __init__(self, stack: RunningStack, who: str) -> None:
        self.url, self.jar = stack.url, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        password = json.loads((stack.state_dir / "demo.json").read_text())["password"]
        self.get("/signin/")
        answer = self.post("/signin/", {"username": who, "password": password})
        assert answer.status == 200, f"{who} cannot sign in: {answer.status}"

    def get(self, path: str) -> Answer:
        return self._send(Request(self.url + path, headers={"Accept": "text/html"}))

    def post(self, path: str, form: dict[str, Any] | None = None) -> Answer:
        """Post a form with the token that its page would carry."""
        fields = {**(form or {}), "csrfmiddlewaretoken": self.token}
        return self._send(Request(self.url + path, data=urlencode(fields).encode(), headers=self._headers))

    def call(self, method: str, path: str, data: Any = None) -> Answer:
        """An API call with the session in place of a bearer token."""
        body = json.dumps(data).encode() if data is not None else None
        headers = self._headers | {"Content-Type": "application/json", "X-CSRFToken": self.token}
        return self._send(Request(f"{self.url}/api/v1/{path}", data=body, method=method, headers=headers))

    @property
    def token(self) -> str:
        return next((str(cookie.value) for cookie in self.jar if "csrf" in cookie.name), "")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Referer": self.url + "/", "Origin": self.url}

    def _send(self, request: Request) -> Answer:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return Answer(answer.status, _read(answer.read()), dict(answer.headers))
        except HTTPError as refused:
            return Answer(refused.code, _read(refused.read()), dict(refused.headers))


def _read(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
