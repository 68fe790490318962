"""Reading through a warm child: results, cache, corrections, and what a child's death looks like."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bench import auth_log
from tests.logs import RECEIVED, demo, sample
from triage.events import children, store
from triage.events.chunks import CHUNK_BYTES
from triage.events.read import read_evidence
from triage.events.result import ReadResult
from triage.events.schema import LOCATED


def read(path: Path, cache: Path, **how: Any) -> ReadResult:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return read_evidence(
        path, evidence_id=1, name=path.name, sha256=sha256, cache_dir=cache, received_at=RECEIVED, **how
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "auth.log"
    path.write_text(demo().text)
    return path


def test_a_log_is_read_counted_and_its_assumptions_said(log: Path, tmp_path: Path) -> None:
    result = read(log, tmp_path / "cache")
    truth = demo().truth
    assert (result.state, result.format) == ("ready", "sshd_syslog")
    assert result.lines == result.understood + result.not_understood == truth["lines"]
    assert result.not_understood == 0
    assert (result.year, result.timezone) == (2026, "UTC")
    assert len(result.assumptions) == 2
    assert "authentication" in result.kinds
    assert result.events_path is not None
    failed = pl.read_parquet(result.events_path).filter(pl.col("event.outcome") == "failure")
    assert failed["event.count"].sum() == truth["failed_attempts"]


def test_a_correction_moves_every_time_and_keeps_the_counts(log: Path, tmp_path: Path) -> None:
    first = read(log, tmp_path / "cache")
    second = read(log, tmp_path / "cache", timezone="Asia/Tokyo", year=2017)
    assert first.window is not None
    assert second.window is not None
    assert second.window[0].startswith("2017-11-16T15:")
    assert (second.lines, second.events) == (first.lines, first.events)
    assert all("as stated" in said for said in second.assumptions)
    assert second.events_path != first.events_path


def test_the_cache_answers_a_second_reading_and_may_be_deleted(log: Path, tmp_path: Path) -> None:
    first = read(log, tmp_path / "cache")
    assert first.events_path is not None
    written = Path(first.events_path).stat().st_mtime_ns
    assert read(log, tmp_path / "cache") == first
    assert Path(first.events_path).stat().st_mtime_ns == written
    Path(first.events_path).unlink()
    assert read(log, tmp_path / "cache") == first
    assert not list((tmp_path / "cache").rglob(".new-*"))


def test_a_log_of_several_chunks_is_one_cache_without_the_fields_it_never_fills(tmp_path: Path) -> None:
    path = tmp_path / "auth.log"
    auth_log.write(path, 60_000)
    assert path.stat().st_size > CHUNK_BYTES
    told: list[float] = []
    result = read(path, tmp_path / "cache", progress=told.append)
    assert (result.state, result.lines, result.not_understood) == ("ready", 60_000, 0)
    assert result.events_path is not None
    assert "url.path" not in pl.read_parquet_schema(result.events_path)
    events = store.read_events(Path(result.events_path), evidence_id=1, name="auth.log")
    assert (events.height, events.columns) == (result.events, list(LOCATED))
    assert events["evidence.line"].is_sorted()
    with path.open("rb") as file:
        for at, length, line in (
            events.select("evidence.offset", "evidence.length", "evidence.line").sample(20, seed=1).rows()
        ):
            file.seek(0)
            assert file.read(at).count(b"\n") == line - 1
            assert not file.read(length + 1)[:-1].count(b"\n")
    assert read(path, tmp_path / "cache") == result


def test_unknown_text_is_kept_and_counted_as_not_understood(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one\ntwo\nthree")
    result = read(path, tmp_path / "cache")
    assert (result.state, result.lines, result.not_understood) == ("not_understood", 3, 3)
    assert "OpenSSH" in result.error


def test_a_forced_format_is_tried_on_any_text(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one\nMar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.4 port 5 ssh2\n")
    result = read(path, tmp_path / "cache", format="sshd_syslog")
    assert (result.state, result.understood, result.not_understood) == ("ready", 1, 1)


@pytest.mark.parametrize(
    ("content", "how", "state", "says"),
    [
        (b"\x00\x01\x02" * 50, {}, "refused", "binary file"),
        (b"\x00\x01\x02" * 50, {"format": "sshd_syslog"}, "refused", "binary file"),
        (b"text", {"format": "nonsense"}, "refused", "unknown format"),
        (b"Mar 30 16:01:36 h sshd[1]: x\n", {"timezone": "Mars/Base"}, "failed", "time zone"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, content: bytes, how: dict[str, Any], state: str, says: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    result = read(path, tmp_path / "cache", **how)
    assert result.state == state
    assert says in result.error


def test_a_missing_original_is_a_failure_and_no_exception(tmp_path: Path) -> None:
    result = read_evidence(tmp_path / "gone", evidence_id=1, name="gone", sha256="0" * 64, cache_dir=tmp_path)
    assert result.state == "failed"


def test_a_long_line_and_a_missing_line_end_count_once(tmp_path: Path) -> None:
    path = tmp_path / "auth.log"
    failed = b"Mar 30 16:01:36 h sshd[1]: Failed password for root from 192.0.2.4 port 5 ssh2"
    path.write_bytes(failed + b"\r\n" + b"x" * (3 << 20) + b"\n" + failed)
    result = read(path, tmp_path / "cache", format="sshd_syslog")
    assert (result.lines, result.understood, result.events) == (3, 2, 2)
    assert result.events_path is not None
    last = pl.read_parquet(result.events_path).row(-1, named=True)
    with path.open("rb") as file:
        file.seek(last["evidence.offset"])
        assert file.read(last["evidence.length"]) == failed


def test_7121_lines_take_at_most_a_third_of_a_second_when_warm(tmp_path: Path) -> None:
    path = sample("logs/linux_auth/elastic_examples_auth.log")
    children.warm()
    taken = []
    for attempt in range(3):
        began = time.perf_counter()
        assert read(path, tmp_path / str(attempt), year=2017).understood == 7121
        taken.append(time.perf_counter() - began)
    assert min(taken) <= 0.3
