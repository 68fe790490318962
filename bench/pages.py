"""The queue and the workbench as a signed-in analyst's browser asks for them."""

from __future__ import annotations

import json
import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from bench.client import ask, load
from config.services.throwaway import RunningStack

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def measure(stack: RunningStack, *, seconds: float = 5.0) -> dict[str, Any]:
    """p50 and p95 at one client, answers per second at eight."""
    token = stack.manage("issue_token", "--user", "lina").strip()
    cases = ask(f"{stack.url}/api/v1/cases/?state=open&order=severity", token=token)["results"]
    cookie = signed_in(stack, "lina")
    pages = {"queue": "/", "workbench": f"/cases/{cases[0]['ref']}/", "SLA report": "/reports/sla/"}
    found = {}
    for name, path in pages.items():
        headers = {"Cookie": cookie}
        one = load(stack.url + path, make=None, headers=headers, clients=1, seconds=seconds, expect={200})
        many = load(stack.url + path, make=None, headers=headers, clients=8, seconds=seconds, expect={200})
        if one.wrong or many.wrong:
            raise RuntimeError(f"{path} answered {one.wrong or many.wrong}")
        found[name] = {
            "p50_ms": round(one.p50_ms, 1),
            "p95_ms": round(one.p95_ms, 1),
            "at_8_per_s": round(many.rate, 1),
        }
    return found


def signed_in(stack: RunningStack, who: str) -> str:
    """The cookie header of a session."""
    demo = json.loads((stack.state_dir / "demo.json").read_text())
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    form = browser.open(f"{stack.url}/signin/").read().decode()
    found = _CSRF.search(form)
    if found is None:
        raise RuntimeError("the sign-in page has no form")
    fields = {"username": who, "password": demo["password"], "csrfmiddlewaretoken": found.group(1)}
    browser.open(Request(f"{stack.url}/signin/", data=urlencode(fields).encode(), headers={"Referer": stack.url}))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
