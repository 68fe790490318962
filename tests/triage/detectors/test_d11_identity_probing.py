"""D11: requests for the pages that let people in or tell who they are, and what came of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.triage.detectors.web_logs import STRANGER, VISITOR, Ask, web_log
from triage.detectors.protocol import Context, Scope
from triage.events.schema import empty

CASE = Scope(ips=(STRANGER,))
CRAWLER: dict[str, Any] = {STRANGER: ({"list": "some bot", "kind": "crawler", "date": "2026-08-22"},)}


def asked(path: str, status: int = 404, times: int = 1, **how: Any) -> list[Ask]:
    return [Ask(path, status, at=60 * number, **how) for number in range(times)]


@pytest.mark.parametrize(
    ("requests", "answer"),
    [
        (asked("/login", times=9), "partly"),
        (asked("/login", times=10), "yes"),
        ([*asked("/login"), *asked("/register")], "partly"),
        ([*asked("/login"), *asked("/register"), *asked("/users")], "yes"),
        ([*asked("/login"), *asked("/shop/login"), *asked("/LOGIN.php")], "partly"),  # one endpoint, three spellings
        (asked("/login", 200, times=9), "no"),
        (asked("/admin", 200), "yes"),
        (asked("/admin", 302), "no"),
        (asked("/wp/wp-admin/", 200), "yes"),
        (asked("/wp-admin/admin-ajax.php", 200), "no"),  # every visitor's page asks for it
        (asked("/wp-admin/css/login.min.css", 200), "no"),
        (asked("/admin/login", 200), "no"),  # the way in, not inside
        (asked("/api/users", 200), "yes"),
        (asked("/users.json", 200), "yes"),
        (asked("/users/17", 200), "no"),  # one profile is no list
        (asked("/index.html", 404, times=30), "no"),
    ],
)
def test_at_and_under_the_thresholds(detect: Any, requests: list[Ask], answer: str) -> None:
    assert detect("D11", web_log(*requests), scope=CASE)["case"].answer == answer


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/login", "login"),
        ("//wp-login.php", "wp-login"),
        ("/blog/xmlrpc.php", "xmlrpc"),
        ("/owa/auth/logon.aspx", "auth"),
        ("/owa/", "owa"),
        ("/adfs/ls/", "adfs"),
        ("/.well-known/openid-configuration", ".well-known"),
        ("/wp-json/wp/v2/users?per_page=100", "wp-json/wp/v2/users"),
        ("/user/register", "register"),
        ("/?author=1", "?author="),
        ("/graphql", "graphql"),
        ("/login;session=1", "login"),
        ("/articles/openldap-with-saslauthd/", None),
        ("/blog/tags/admin", None),
        ("/administrators-guide", None),
        ("/misc/ldap.conf", None),
        ("/en/products/login", None),
    ],
)
def test_which_paths_are_watched(detect: Any, path: str, endpoint: str | None) -> None:
    found = detect("D11", web_log(Ask(path, 404)), scope=CASE)["case"]
    assert found.figures["total_requests"] == (0 if endpoint is None else 1)
    if endpoint is not None:
        assert f"for {endpoint} at" in found.sentence


def test_the_paths_are_a_setting(detect: Any) -> None:
    log = web_log(*asked("/crew/list", times=10), *asked("/login", times=10, client=VISITOR))
    settings = {"paths": ("crew/list", "?badge="), "listings": ("crew/list",)}
    found = detect("D11", log, settings=settings)["case"]
    assert (found.answer, found.entities) == ("yes", {"ip": [STRANGER]})
    assert detect("D11", web_log(Ask("/x?badge=7", 404)), settings=settings)["case"].figures["total_requests"] == 1
    assert detect("D11", log, settings={"paths": ()})["case"].figures["total_requests"] == 0


def test_the_sentence_tells_nothing_succeeded(detect: Any) -> None:
    found = detect("D11", web_log(*asked("/login", times=12)), scope=CASE)["case"]
    assert found.sentence == (
        "203.0.113.7 asked 12 times for login between 08:00 and 08:11 UTC on 17 Nov: all answered 404, "
        "nothing succeeded."
    )
    assert (found.confidence, len(found.evidence), found.figures["given"]) == ("medium", 12, 0)
    assert found.figures["not_found"] == 12


def test_what_was_given_away_comes_first(detect: Any) -> None:
    log = web_log(*asked("/admin", times=5), Ask("/api/v1/users", 200, at=900, size=9_000), *asked("/xmlrpc.php"))
    found = detect("D11", log, scope=CASE)["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert "/api/v1/users answered with content" in found.sentence
    assert found.evidence[0].event["url.path"] == "/api/v1/users"
    assert set(found.evidence[0].event) >= {"http.response.status_code", "source.ip"}
    assert not {"client", "endpoint", "given"} & set(found.evidence[0].event)
    assert found.figures["given"] == 1


def test_one_page_for_everything_is_no_success(detect: Any) -> None:
    paths = ("/admin", "/users", "/phpmyadmin", "/employees")
    one_for_all = web_log(*(Ask(path, 200, size=700) for path in paths))
    assert detect("D11", one_for_all, scope=CASE)["case"].figures["given"] == 0
    each_its_own = web_log(*(Ask(path, 200, size=700 + number) for number, path in enumerate(paths)))
    assert detect("D11", each_its_own, scope=CASE)["case"].figures["given"] == 4


def test_the_case_and_elsewhere(detect: Any) -> None:
    log = web_log(*asked("/login"), *asked("/login", times=10, client=VISITOR), *asked("/xmlrpc", client="h.example"))
    found = detect("D11", log, scope=CASE)
    assert (found["case"].answer, found["elsewhere"].answer) == ("partly", "yes")
    assert found["elsewhere"].entities == {"ip": [VISITOR]}
    scattered = web_log(*asked("/login"), *asked("/login", times=9, client=VISITOR))
    assert list(detect("D11", scattered, scope=CASE)) == ["case"]


def test_own_people_and_verified_crawlers_are_apart(detect: Any) -> None:
    log = web_log(*asked("/admin", 200, times=20))
    ours = Context(ranges=(("203.0.113.0/24", "head office"),))
    for context, said in ((ours, "1 own address apart"), (Context(list_hits=CRAWLER), "1 verified crawler apart")):
        found = detect("D11", log, context=context)["case"]
        assert (found.answer, found.figures["apart"]) == ("no", 20)
        assert said in found.sentence
    assert detect("D11", log, scope=CASE, context=ours)["case"].answer == "yes"  # the case is about that address


def test_a_folded_request_counts_as_often_as_it_was_made(detect: Any) -> None:
    log = web_log(*asked("/login"))
    folded = log.with_columns(log["event.count"] * 10)
    assert detect("D11", folded, scope=CASE)["case"].answer == "yes"


def test_without_a_web_log_nothing_can_be_told(detect: Any) -> None:
    found = detect("D11", empty(), scope=CASE)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("web events",))
    assert "attach the access log of the web server" in found.sentence


def test_a_window_the_log_does_not_cover(detect: Any) -> None:
    scope = Scope(ips=(STRANGER,), window=("2026-11-17T06:00:00+00:00", "2026-11-17T08:00:00+00:00"))
    found = detect("D11", web_log(Ask("/")), scope=scope)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("web events for 17 Nov 06:00–08:00 UTC",))


def test_a_request_whose_status_nobody_told(detect: Any) -> None:
    untold = pl.lit(None, dtype=pl.Int64).alias("http.response.status_code")
    found = detect("D11", web_log(*asked("/login", times=10)).with_columns(untold), scope=CASE)["case"]
    assert (found.answer, found.confidence, found.figures["answered"]) == ("yes", "low", 0)
    assert "no status told" in found.sentence
