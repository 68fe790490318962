"""What `make demo` needs to speak to an instance: calls, checks, waiting, and a line for each step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

EDGE = "casebook-demo-edge"


class Instance(Protocol):
    """A running instance: where it answers, where it keeps its state, and its `manage.py`."""

    @property
    def url(self) -> str: ...
    @property
    def state_dir(self) -> Path: ...
    def manage(self, *arguments: str) -> str: ...


class Difference(Exception):
    """Something was not as it must be."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, JSON body, headers."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Script:
    """One play on one instance. ``say`` prints a step; a check that fails ends the play."""

    stack: Instance
    tokens: dict[str, str] = field(default_factory=dict)
    steps: int = 0

    def token(self, who: str) -> str:
        """The bearer token of a person, or of the source ``demo-siem``; issued at first use."""
        if who not in self.tokens:
            whose = ("--source", who, "--team", "blue") if who == "demo-siem" else ("--user", who)
            self.tokens[who] = self.stack.manage("issue_token", *whose, "--days", "1").strip()
        return self.tokens[who]

    def call(
        self, who: str, method: str, path: str, data: Any = None, *, upload: dict[str, Any] | None = None
    ) -> Answer:
        """One API call as somebody; refusals come back as answers."""
        headers = {"Authorization": f"Bearer {self.token(who)}", "Content-Type": "application/json"}
        body = json.dumps(data).encode() if data is not None else None
        if upload is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={EDGE}"
            body = _multipart(upload)
        url = f"{self.stack.url}/api/v1/{path}"
        request = Request(url, data=body, method=method, headers=headers)  # noqa: S310 - our own instance
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                return _read(answer.status, answer.read(), dict(answer.headers))
        except HTTPError as error:
            return _read(error.code, error.read(), dict(error.headers))

    def get(self, who: str, path: str) -> Any:
        """The body of a GET that must succeed."""
        answer = self.call(who, "GET", path)
        self.check(answer.status == 200, f"GET {path} as {who} answers {answer.status}: {answer.body}")
        return answer.body

    def post(self, who: str, path: str, data: Any = None, *, expect: int | tuple[int, ...] = (200, 201, 202)) -> Any:
        """The body of a POST that must answer as expected."""
        answer = self.call(who, "POST", path, data if data is not None else {})
        wanted = (expect,) if isinstance(expect, int) else expect
        self.check(
            answer.status in wanted, f"POST {path} as {who} answers {answer.status}, not {wanted}: {answer.body}"
        )
        return answer.body

    def until(self, what: str, ask: Callable[[], Any], *, within_s: float) -> Any:
        """The first true answer of ``ask``; a Difference after ``within_s``."""
        end = time.monotonic() + within_s
        while True:
            found = ask()
            if found:
                return found
            if time.monotonic() > end:
                raise Difference(f"{what}: not within {within_s:g} s")
            time.sleep(0.1)

    def check(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Difference(otherwise)

    def same(self, what: str, found: Any, wanted: Any) -> None:
        self.check(found == wanted, f"{what}: {found!r}, not {wanted!r}")

    def say(self, what: str, *figures: str) -> None:
        """One step done, with its figures."""
        self.steps += 1
        print(f"{self.steps:>2}  {what}", flush=True)
        for figure in figures:
            print(f"      {figure}", flush=True)


def _read(status: int, body: bytes, headers: dict[str, str]) -> Answer:
    try:
        return Answer(status, json.loads(body) if body else None, headers)
    except ValueError:
        return Answer(status, body.decode("utf-8", "replace"), headers)


def _multipart(fields: dict[str, Any]) -> bytes:
    parts = []
    for name, value in fields.items():
        about = f'form-data; name="{name}"'
        if isinstance(value, bytes):
            about += f'; filename="{name}.log"'
        content = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f"--{EDGE}\r\nContent-Disposition: {about}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()
