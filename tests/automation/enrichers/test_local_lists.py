"""Lists in a folder: every kind, their dates, both things said at once, and never the word for harmless."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from automation.enrichers.local_lists import client, shelf
from automation.enrichers.local_lists.client import ENRICHER
from automation.enrichers.local_lists.read_list import Unusable, read_list, versioned
from automation.enrichers.protocol import Found, Question

Ask = Callable[[str, str], Found]


@pytest.fixture
def ask(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    settings.INTEL_DIR = tmp_path
    monkeypatch.setattr(shelf, "LOOK_EVERY_S", 0.0)
    client._shelf.cache_clear()
    return lambda type_, value: ENRICHER.ask(Question(1, 1, type_, value), deadline_s=1)


def warning_list(name: str, *entries: str, **fields: Any) -> str:
    document = {"name": name, "type": "cidr", "version": 20261102, "list": list(entries)}
    return json.dumps(document | {"matching_attributes": ["ip-src", "ip-dst", "domain|ip"]} | fields)


def fill(folder: Path) -> None:
    (folder / "attackers").mkdir()
    for level in (3, 4, 5):
        rows = [
            "# date: 2026-11-01",
            "198.51.100.7\t9",
            "203.0.113.0/28",
            "bad.example",
            *(["198.51.100.8"] if level < 4 else []),
        ]
        (folder / "attackers" / f"level{level}.txt").write_text("\n".join(rows) + "\n")
    (folder / "research.json").write_text(
        warning_list("Scanners of a university", "198.51.100.0/29", "2001:db8:5::/48")
    )
    (folder / "warn").mkdir()
    (folder / "warn" / "crawler").mkdir()
    (folder / "warn" / "crawler" / "list.json").write_text(warning_list("A crawler", "192.0.2.0/24", "192.0.2.128/25"))
    (folder / "shorteners.json").write_text(
        warning_list("Shorteners", "sho.rt", type="hostname", matching_attributes=["domain", "url"])
    )
    (folder / "throwaway.json").write_text(
        warning_list("Throw-away mail", "mailsink.example", type="substring", matching_attributes=["email-src"])
    )


def test_both_are_said_with_their_dates(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path)
    found = ask("ip", "198.51.100.7")
    assert found.result == "listed"
    assert found.summary == ("listed on level5 (1 Nov 2026); also known infrastructure: research (2 Nov 2026)")
    assert [(hit["list"], hit["says"]) for hit in found.hits] == [
        ("level5", "listed"),
        ("research", "known_infrastructure"),
    ]
    assert (found.score, found.list_date) == (5, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("type_", "value", "result", "named"),
    [
        ("ip", "198.51.100.8", "listed", "level3"),
        ("ip", "203.0.113.15", "listed", "level5"),
        ("ip", "::ffff:203.0.113.15", "listed", "level5"),
        ("ip", "203.0.113.16", "not_listed", ""),
        ("ip", "198.51.100.5", "known_infrastructure", "research"),
        ("ip", "2001:db8:5:1::9", "known_infrastructure", "research"),
        ("ip", "192.0.2.200", "known_infrastructure", "crawler"),
        ("domain", "bad.example", "listed", "level5"),
        ("domain", "BAD.example.", "listed", "level5"),
        ("domain", "not-bad.example", "not_listed", ""),
        ("domain", "www.sho.rt", "known_infrastructure", "shorteners"),
        ("url", "https://sho.rt/abc?x=1", "known_infrastructure", "shorteners"),
        ("url", "http://203.0.113.9/a", "listed", "level5"),
        ("url", "http://[::1", "not_listed", ""),
        ("email", "x@mailsink.example", "known_infrastructure", "throwaway"),
        ("email", "x@bad.example", "listed", "level5"),
    ],
)
def test_what_a_list_covers(tmp_path: Path, ask: Ask, type_: str, value: str, result: str, named: str) -> None:
    fill(tmp_path)
    found = ask(type_, value)
    assert (found.result, [hit["list"] for hit in found.hits][:1]) == (result, [named] if named else [])
    assert "clean" not in found.summary


def test_not_listed_says_on_how_many_and_of_when(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path)
    assert ask("ip", "8.8.8.8").summary == "not on 5 lists, newest of 2 Nov 2026"


def test_no_lists_is_limited_and_says_where_to_put_them(tmp_path: Path, ask: Ask) -> None:
    found = ask("ip", "8.8.8.8")
    assert (found.result, found.summary) == ("limited", f"no lists configured; put lists into {tmp_path}")


def test_a_missing_folder_is_limited_too(tmp_path: Path, ask: Ask, settings: Any) -> None:
    settings.INTEL_DIR = tmp_path / "nowhere"
    assert ask("ip", "8.8.8.8").result == "limited"


def test_lists_about_something_else_are_limited(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "shorteners.json").write_text(
        warning_list("Shorteners", "sho.rt", type="hostname", matching_attributes=["domain"])
    )
    assert ask("ip", "8.8.8.8").summary == "no list names values of type ip"


def test_a_broken_list_takes_the_no_away_and_is_named(tmp_path: Path, ask: Ask) -> None:
    fill(tmp_path)
    (tmp_path / "broken.json").write_text("{")
    assert ask("ip", "198.51.100.7").result == "listed"
    found = ask("ip", "8.8.8.8")
    assert (found.result, found.summary) == ("limited", "not on 5 lists that could be read; not used: broken.json")


def test_a_list_that_changes_is_read_again(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "own.txt"
    path.write_text("198.51.100.1\n")
    assert ask("ip", "198.51.100.2").result == "not_listed"
    path.write_text("198.51.100.1\n198.51.100.2\n")
    assert ask("ip", "198.51.100.2").result == "listed"
    path.unlink()
    assert ask("ip", "198.51.100.2").result == "limited"


def test_a_sidecar_dates_and_names_a_list(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "office.txt").write_text("198.51.100.1\n")
    meta = {"date": "2026-10-05", "says": "known_infrastructure", "link": "https://lists.example/office"}
    (tmp_path / "office.txt.meta").write_text(json.dumps(meta))
    found = ask("ip", "198.51.100.1")
    assert (found.result, found.list_date, found.link) == (
        "known_infrastructure", date(2026, 10, 5), "https://lists.example/office",
    )  # fmt: skip


def test_without_any_date_the_file_own_counts(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "old.txt"
    path.write_text("198.51.100.1\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert ask("ip", "198.51.100.1").list_date == date(2023, 11, 14)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.json", "[1]", "not a warning list"),
        ("a.json", '{"list": ["x"], "type": "regex"}', "type regex"),
        ("a.json", "[" * 100_000, "not a warning list"),
        ("a.txt", "# nothing\n\n", "no value"),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, name: str, content: str, why: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(Unusable, match=why):
        read_list(tmp_path / name, tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"198.51.100.1\n\xff\xfe")
    with pytest.raises(Unusable, match="byte 13"):
        read_list(tmp_path / "a.txt", tmp_path)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (20260811, date(2026, 8, 11)),
        (26081402, date(2026, 8, 14)),
        (5, None),
        ("x", None),
        (None, None),
        (99999999, None),
    ],
)
def test_dates_in_versions(version: object, expected: date | None) -> None:
    assert versioned(version) == expected


def test_a_hundred_thousand_ranges_are_asked_fast(tmp_path: Path, ask: Ask) -> None:
    rows = (f"{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}.0/25" for n in range(0x010000, 0x010000 + 100_000))
    (tmp_path / "big.txt").write_text("\n".join(rows))
    assert ask("ip", "1.0.3.1").result == "listed"
    started = time.perf_counter()
    for n in range(200):
        ask("ip", f"1.0.{n}.200")
    assert time.perf_counter() - started < 1.0


# ------------------------------------------------------------------ real lists
@pytest.fixture
def real(samples: Path, ask: Ask, settings: Any) -> Ask:
    settings.INTEL_DIR = samples / "intel"
    return ask


def test_a_scanner_on_a_real_block_list_is_both(real: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    found = real("ip", "89.248.167.131")
    assert found.result == "listed"
    assert [(hit["list"], hit["says"]) for hit in found.hits] == [
        ("level5", "listed"),
        ("shodan-scanning", "known_infrastructure"),
    ]
    assert "also known infrastructure: shodan-scanning" in found.summary


@pytest.mark.parametrize(
    ("value", "result", "named"),
    [
        ("66.249.73.135", "known_infrastructure", "googlebot"),
        ("34.204.227.175", "known_infrastructure", "amazon-aws"),
        ("71.6.135.131", "listed", "shodan-scanning"),
        ("71.6.146.185", "known_infrastructure", "shodan-scanning"),
        ("80.82.77.139", "listed", "level"),
        ("66.240.236.119", "listed", "level"),
        ("24.151.103.17", "not_listed", ""),
    ],
)
def test_real_lists(real: Ask, value: str, result: str, named: str) -> None:
    found = real("ip", value)
    assert found.result == result
    assert any(named in hit["list"] for hit in found.hits) or not named


def test_a_real_list_of_a_type_we_do_not_use_limits_only_what_it_is_about(real: Ask) -> None:
    assert real("email", "a@nowhere.example").result == "limited"
    assert real("domain", "nowhere.example").result == "not_listed"
