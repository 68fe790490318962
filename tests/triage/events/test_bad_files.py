"""Files as people attach them: marked, converted, cut off, mixed, binary, enormous. Read by a child, as in a case."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.events import records
from tests.triage.events.reading_formats import ndjson, read
from triage.detectors.d02_failure_burst import FailureBurst
from triage.detectors.protocol import Context, Scope
from triage.events import store
from triage.events.encodings import readable
from triage.events.reading import read_file
from triage.events.registry import PARSERS


def zip_bomb() -> bytes:
    """Two hundred megabytes in two hundred kilobytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("auth.log", bytes(200 << 20))
    return held.getvalue()


@pytest.fixture
def attach(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """What reading these bytes as a file comes to."""

    def attached(raw: bytes, **how: Any) -> dict[str, Any]:
        path = tmp_path / "log"
        path.write_bytes(raw)
        request = {"path": str(path), "sha256": f"{hash(raw):064x}"[-64:], "cache_dir": str(tmp_path / "cache"),
                   "format": None, "timezone": None, "year": None, "received_at": "2026-11-24T08:00:00+00:00",
                   "parsers": dict(PARSERS), **how}  # fmt: skip
        return read_file(request, lambda share: None)

    return attached


def test_a_byte_order_mark_and_line_ends_of_windows(attach: Any) -> None:
    raw = b"\xef\xbb\xbf" + ndjson([records.nxlog(), records.nxlog()]).replace("\n", "\r\n").encode()
    result = attach(raw)
    assert (result["state"], result["format"], result["events"]) == ("ready", "windows_json", 2)
    row = pl.read_parquet(result["events_path"]).row(0, named=True)
    assert json.loads(raw[row["evidence.offset"] :][: row["evidence.length"]]) == records.nxlog()


def test_an_authentication_log_with_a_mark_keeps_its_first_line(attach: Any) -> None:
    result = attach(b"\xef\xbb\xbfMar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.4 port 5 ssh2\r\n")
    assert (result["state"], result["events"], result["not_understood"]) == ("ready", 1, 0)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (gzip.compress(b"x" * 5000)[:40], "gzip archive: unpack it"),
        (ndjson([records.nxlog()]).encode("utf-32"), "save it as UTF-8"),
        (ndjson([records.nxlog()]).encode("utf-16-le"), "binary file"),
        (zip_bomb(), "zip archive"),
        (gzip.compress(b"0" * (50 << 20)), "gzip archive"),
        (b"ElfFile\x00" + bytes(4096), "export it as JSON lines or text"),
        (b"PK\x03\x04" + bytes(90), "zip archive"),
        (bytes(range(256)) * 40, "export the log as plain text"),
        (b"", "empty"),
    ],
)
def test_what_is_no_text_is_refused_with_what_to_send_instead(attach: Any, raw: bytes, says: str) -> None:
    for how in ({}, {"format": "windows_json"}):
        result = attach(raw, **how)
        assert result["state"] == "refused"
        assert says in result["error"]


def test_two_encodings_in_one_file(attach: Any) -> None:
    utf8, latin = (records.combined(f"/{name}").encode(code) for name, code in (("Zoë", "utf-8"), ("Zoë", "latin-1")))
    result = attach(utf8 + b"\n" + latin + b"\n")
    assert (result["state"], result["events"], result["not_understood"]) == ("ready", 2, 0)
    paths = pl.read_parquet(result["events_path"])["url.path"].to_list()
    assert paths == ["/Zoë", "/Zo�"]


FAILED = "Mar 30 16:01:36 h sshd[1]: Failed password for {user} from 192.0.2.4 port 5 ssh2"


@pytest.mark.parametrize(("mark", "code"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("sshd_syslog", "".join(f"{FAILED.format(user=f'Zoë😀{n}')}\r\n" for n in range(400))),
        ("web_combined", "".join(f"{records.combined(f'/Zoë/{n}')}\r\n" for n in range(400))),
        ("windows_csv", records.as_csv([records.security_event(Account="Zoë\n😀")] * 4)),
        ("cloudtrail", json.dumps({"Records": [records.cloudtrail(note="Zoë😀")] * 2}, ensure_ascii=False)),
    ],
)
def test_utf_16_is_read_and_every_event_opens_its_own_bytes(
    attach: Any, mark: bytes, code: str, format: str, text: str
) -> None:
    plain, wide = attach(text.encode()), attach(mark + text.encode(code))
    assert wide["format"] == format
    told = ("state", "events", "lines", "understood", "not_understood", "window", "assumptions")
    assert {name: wide[name] for name in told} == {name: plain[name] for name in told}
    places = ["evidence.offset", "evidence.length"]
    ours, theirs = pl.read_parquet(plain["events_path"]), pl.read_parquet(wide["events_path"])
    assert ours.drop(places).equals(theirs.drop(places))
    narrow, raw = text.encode(), mark + text.encode(code)
    for (at, length), (there, wide_length) in zip(
        ours.select(places).rows(), theirs.select(places).rows(), strict=True
    ):
        assert raw[there : there + wide_length].decode(code) == narrow[at : at + length].decode()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["utf-16-le", "utf-16-be"]), st.lists(st.integers(0, 400), max_size=6))
def test_places_in_any_utf_16(tmp_path_factory: Any, raw: bytes, code: str, at: list[int]) -> None:
    """Also of one that breaks off in a character or holds half a pair: each replaced character stands for two bytes."""
    path = tmp_path_factory.mktemp("wide") / "log"
    whole = raw[: len(raw) // 2 * 2]
    path.write_bytes({"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[code] + whole)
    text = whole.decode(code, "replace")
    with readable(path, path.parent) as file:
        narrow = file.path.read_bytes()
        assert narrow == text.encode()
        ends = [min(one, len(text)) for one in at]
        offsets = [len(text[:end].encode()) for end in ends]
        events = pl.DataFrame({"evidence.offset": offsets, "evidence.length": [0] * len(offsets)},
                              schema={"evidence.offset": pl.Int64, "evidence.length": pl.Int64})  # fmt: skip
        there = file.in_the_original(events)["evidence.offset"].to_list()
    assert there == [2 + len(text[:end].encode(code)) for end in ends]
    assert not list(path.parent.glob(".utf8-*"))


def test_a_log_that_breaks_off_in_the_middle_of_a_line(attach: Any) -> None:
    line = f"{FAILED.format(user='root')}\n".encode()
    result = attach(line * 3 + line[:50])
    assert (result["state"], result["events"], result["lines"], result["not_understood"]) == ("ready", 3, 4, 1)
    assert result["not_understood_samples"][0]["line"] == 4


def ssh(at: str, user: str = "root") -> str:
    return f"{FAILED.format(user=user)}\n".replace("Mar 30 16:01:36", at)


def test_times_out_of_order_and_a_clock_that_jumps_are_said(attach: Any) -> None:
    times = ["Mar 30 16:00:00", "Mar 30 16:05:00", "Mar 30 12:00:00", "Mar 30 16:06:00", "Mar 30 15:00:00"]
    result = attach("".join(map(ssh, times)).encode())
    assert (result["events"], result["window"]) == (5, ("2026-03-30T12:00:00Z", "2026-03-30T16:06:00Z"))
    assert "Time runs backwards by more than a minute at 2 places." in result["assumptions"]


@pytest.mark.parametrize("lines", [12, 600])  # read line by line, and in bulk
def test_a_minute_that_never_changes_is_said_and_no_rate_is_stated(attach: Any, lines: int) -> None:
    told = "".join(
        ssh(f"Mar {1 + number // 24 % 28:>2} {number % 24:02d}:05:{number % 60:02d}") for number in range(lines)
    )
    result = attach(told.encode())
    assert "Every line has the minute 05: rates by the minute cannot be stated." in result["assumptions"]
    events = store.read_events(Path(result["events_path"]), evidence_id=1, name="log")
    found = FailureBurst().detect(events, Context(), {}, Scope())
    assert [(one.answer, one.missing) for one in found] == [
        ("cannot_tell", ("trustworthy minutes in the time stamps",))
    ]


@pytest.mark.parametrize("lines", [1, 600])
def test_formulas_and_terminal_escapes_are_names_like_any_other(attach: Any, lines: int) -> None:
    users = ["=cmd|'/c calc'!A0", "\x1b[2J\x1b]0;owned\x07", "@SUM(1)", "<script>alert(1)</script>"]
    raw = "".join(ssh("Mar 30 16:01:36", user) * lines for user in users).encode()
    result = attach(raw)
    assert (result["state"], result["events"], result["not_understood"]) == ("ready", 4 * lines, 0)
    events = pl.read_parquet(result["events_path"])
    assert events["user.name"].unique(maintain_order=True).to_list() == users
    for at, length, user in events.select("evidence.offset", "evidence.length", "user.name").rows():
        assert user.encode() in raw[at : at + length]


def test_a_header_that_lies_is_not_understood_and_says_why(attach: Any) -> None:
    told = records.as_csv([records.security_event()] * 3)
    result = attach(told.replace("TimeGenerated,EventID", "EventID,TimeGenerated", 1).encode())
    assert (result["format"], result["events"], result["not_understood"]) == ("windows_csv", 0, 3)
    assert result["not_understood_samples"][0]["reason"].startswith("EventID is no number")


def test_a_log_that_is_one_line_of_ten_megabytes(attach: Any) -> None:
    number = 20_000
    whole = json.dumps({"Records": [records.cloudtrail(requestID=f"{n:06d}", note="é" * 50) for n in range(number)]})
    assert len(whole) > 10 << 20
    began = time.process_time()
    result = attach(whole.encode())
    assert (result["state"], result["events"], result["not_understood"]) == ("ready", number, 0)
    assert time.process_time() - began < 15
    last = pl.read_parquet(result["events_path"]).row(-1, named=True)
    assert last["evidence.pointer"] == f"/Records/{number - 1}"
    assert json.loads(whole.encode()[last["evidence.offset"] :][: last["evidence.length"]])["requestID"] == "019999"


def test_a_long_line_among_others_is_one_line_not_understood(attach: Any) -> None:
    result = attach(f"{records.combined()}\n{'x' * (10 << 20)}\n{records.combined()}\n".encode())
    assert (result["events"], result["lines"], result["not_understood"]) == (2, 3, 1)


def test_a_format_may_be_forced(attach: Any) -> None:
    result = attach(b"hello\n" * 9 + json.dumps(records.okta()).encode(), format="okta_system_log")
    assert (result["state"], result["events"], result["not_understood"]) == ("ready", 1, 9)


def test_a_text_of_no_format_names_those_we_read(attach: Any) -> None:
    result = attach(b"hello\nworld\n")
    assert (result["state"], result["lines"], result["not_understood"]) == ("not_understood", 2, 2)
    assert "CloudTrail" in result["error"]


HOSTILE = {
    "web_combined": ('"' * 200, "1.2.3.4 - " + "a [" * 400, records.combined("/" + "\\" * 900)),
    "windows_json": ('{"a":' * 50, "{" * 300, '{"id" 1},' * 60, '{"EventID": "' + "\\" * 501),
    "windows_text": (" " * 300 + "1", "11/17/2026 08:00:05 AM\n" + "\t" * 300 + "x:\n", "A" * 300 + ":"),
    "o365_audit_csv": ('a,"b', '""' * 200, 'a,b\n"'),
    "cloudtrail": ('{"Records":[{"a" 1},', '[{"x":1},{"y"' * 20, '"' * 301),
}


@pytest.mark.parametrize(("name", "piece"), [(name, piece) for name, pieces in HOSTILE.items() for piece in pieces])
@pytest.mark.parametrize("joint", ["", "\n"])
def test_hostile_text_costs_no_more_than_its_length(name: str, piece: str, joint: str) -> None:
    """Eight times the text may take at most some twenty times as long: quadratic would be sixty-four."""
    small, large = ((piece + joint) * (size // len(piece)) for size in (40_000, 320_000))
    read(name, small)
    taken = []
    for text in (small, large):
        began = time.process_time()
        read(name, text)
        taken.append(time.process_time() - began)
    assert taken[1] < max(0.3, 20 * taken[0])


def test_a_burst_of_one_account_in_one_second_costs_no_more_than_its_length() -> None:
    told = ndjson([records.nxlog(4776 if n % 2 else 4625, WorkstationName=f"W{n // 2 % 900}", Status="0xc000006a")
                   for n in range(12_000)])  # fmt: skip
    began = time.process_time()
    events, _ = read("windows_json", told)
    assert time.process_time() - began < 5
    assert sum(event["event.count"] for event in events) == 6_000
