"""D12: who read far more pages than the other clients of the day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.detectors.web_logs import STRANGER, Ask, visitors, web_log
from triage.detectors.protocol import Context, Scope
from triage.events.schema import empty

CASE = Scope(ips=(STRANGER,))
DAY = 86_400
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
VERIFIED: dict[str, Any] = {STRANGER: ({"list": "googlebot", "kind": "crawler", "date": "2026-08-22"},)}


def reads(pages: int, *, start: int = 0, first: int = 0, every: int = 30, **how: Any) -> list[Ask]:
    return [Ask(f"/item?id={first + page}", at=start + every * page, **how) for page in range(pages)]


@pytest.mark.parametrize(
    ("log", "answer"),
    [
        (web_log(*visitors(12), *reads(50)), "yes"),
        (web_log(*visitors(12), *reads(49)), "no"),
        (web_log(*visitors(12), *reads(1), *[Ask("/item?id=0", at=n) for n in range(300)]), "no"),  # one page
        (web_log(*visitors(12, pages=60), *reads(60)), "no"),  # everybody reads as much here
        (web_log(*visitors(10), *reads(50)), "yes"),
        (web_log(*visitors(9), *reads(50)), "partly"),  # too few others to say what is usual
        (web_log(*reads(50)), "partly"),
        (web_log(*visitors(12, days=2), *reads(25), *reads(25, start=DAY, first=25)), "yes"),  # slow and steady
        (web_log(*visitors(12, days=2), *reads(45), *reads(5, start=DAY, first=45)), "yes"),
        (web_log(*visitors(12, days=2), *reads(48), *reads(2, start=DAY, first=48)), "partly"),
    ],
)
def test_at_and_under_the_thresholds(detect: Any, log: Any, answer: str) -> None:
    assert detect("D12", log, scope=CASE)["case"].answer == answer


def test_what_is_usual_is_what_the_others_do(detect: Any) -> None:
    """Twelve clients with 3 pages and one with 63: mean 7.6, deviation 16.0, so that 55.6 is usual at most."""
    busy = [Ask(f"/page/{page}", at=page, client="198.51.100.99") for page in range(63)]
    others = visitors(12)
    assert detect("D12", web_log(*others, *busy, *reads(55)), scope=CASE)["case"].answer == "no"
    found = detect("D12", web_log(*others, *busy, *reads(57)), scope=CASE)["case"]
    assert (found.answer, found.figures["usual"], found.figures["others"]) == ("yes", 55.6, 13)


def test_the_sentence_and_the_figures(detect: Any) -> None:
    found = detect("D12", web_log(*visitors(12), *reads(120, every=1, agent="curl/8.0")), scope=CASE)["case"]
    assert (found.answer, found.confidence) == ("yes", "high")
    assert found.sentence == (
        "203.0.113.7 read 120 different pages in 120 requests (the day's other clients: 3.0 on average, above 3 is "
        "unusual); it calls itself a tool."
    )
    figures = {"pages": 120, "in_a_day": 120, "requests": 120, "bytes": 120 * 512, "answered": 120, "a_minute": 60}
    assert {name: found.figures[name] for name in figures} == figures
    assert (len(found.evidence), found.figures["records"]) == (50, 120)
    assert not {"client", "page", "day"} & set(found.evidence[0].event)


def test_a_verified_crawler_is_reported_apart(detect: Any) -> None:
    log = web_log(*visitors(12), *reads(80, agent=GOOGLEBOT))
    found = detect("D12", log, scope=CASE, context=Context(list_hits=VERIFIED))["case"]
    assert (found.answer, found.figures["verified_crawlers"], found.figures["clients_over"]) == ("no", [STRANGER], 0)
    assert "Verified crawler, not counted: 203.0.113.7 (80 pages, googlebot)." in found.sentence


def test_calling_itself_a_crawler_is_no_proof(detect: Any) -> None:
    found = detect("D12", web_log(*visitors(12), *reads(120, agent=GOOGLEBOT)), scope=CASE)["case"]
    assert (found.answer, found.confidence) == ("yes", "medium")
    assert "calls itself a crawler, which no list confirms" in found.sentence


def test_another_list_is_named_and_clears_nobody(detect: Any) -> None:
    cloud: Any = {STRANGER: ({"list": "a cloud", "kind": "cloud", "date": "2026-08-22"},)}
    log = web_log(*visitors(12), *reads(60))
    found = detect("D12", log, scope=CASE, context=Context(list_hits=cloud))["case"]
    assert found.answer == "yes"
    assert "is on a cloud of 2026-08-22" in found.sentence


def test_elsewhere_and_own_addresses(detect: Any) -> None:
    log = web_log(*visitors(12), *reads(60))
    other = Scope(ips=("198.51.100.1",))
    found = detect("D12", log, scope=other)
    assert (found["case"].answer, found["elsewhere"].entities) == ("no", {"ip": [STRANGER]})
    ours = Context(ranges=(("203.0.113.0/24", "head office"),))
    assert list(detect("D12", log, scope=other, context=ours)) == ["case"]
    assert "From own ranges, not counted" in detect("D12", log, context=ours)["case"].sentence
    assert detect("D12", log, scope=CASE, context=ours)["case"].answer == "yes"


def test_rewritten_minutes_allow_no_rate(detect: Any) -> None:
    """Pages a day are counted all the same: the days are right."""
    log = web_log(*visitors(12), *[Ask(f"/item/{n}", at=3600 * (n % 6) + n % 60) for n in range(60)])
    rewritten = log.with_columns(log["@timestamp"].dt.replace(minute=5))
    told = detect("D12", log, scope=CASE)["case"]
    found = detect("D12", rewritten, scope=CASE)["case"]
    assert (told.answer, found.answer, found.figures["pages"]) == ("yes", "yes", 60)
    assert "a_minute" in told.figures
    assert "a_minute" not in found.figures
    assert "Every time has the same minute, so no rate is stated." in found.sentence


def test_without_a_web_log_nothing_can_be_told(detect: Any) -> None:
    found = detect("D12", empty(), scope=CASE)["case"]
    assert (found.answer, found.missing) == ("cannot_tell", ("web events",))
    partly = detect("D12", web_log(*reads(50)), scope=CASE)["case"]
    assert partly.missing == ("requests of other clients to compare with",)
