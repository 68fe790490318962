"""Files as people attach them: marked, converted, cut off, mixed, binary, enormous. Read by a child, as in a case."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.triage.events import records
from tests.triage.events.reading_formats import ndjson, read
from triage.events.reading import read_file
from triage.events.registry import PARSERS


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
        (ndjson([records.nxlog()]).encode("utf-16"), "save it as UTF-8"),
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
