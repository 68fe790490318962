"""A web log read in bulk says what it says read line by line: the same events, places, counts and assumptions."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.logs import sample
from tests.triage.events.records import combined
from triage.events.lines import lines
from triage.events.parsers import combined as rules
from triage.events.parsers import combined_frames
from triage.events.parsers.protocol import BulkParser, Tally
from triage.events.schema import complete, sparse
from triage.events.timestamps import Clock

PARSER = rules.PARSER
RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)
STAMP = "[17/Nov/2026:08:00:05 +0000]"

SHAPES = (
    combined("/a?b=c"),
    combined("/" + "x" * 300, 404),
    combined("/p?", user="ada"),
    f'192.0.2.7 - - {STAMP} "GET / HTTP/1.1" 200 -',
    f'192.0.2.7. - - {STAMP} "GET /dot HTTP/1.1" 200 1',
    f'192.0.2.07 - - {STAMP} "GET /zero HTTP/1.1" 200 1',
    f'shop.EXAMPLE:443 2001:db8::7 - ada {STAMP} "POST /login HTTP/2.0" 302 512 "https://a.example/" "Mozilla/5.0"',
    f'a:80 - - - {STAMP} "GET /x HTTP/1.1" 200 1',
    f'a:80 b c d {STAMP} "GET /x HTTP/1.1" 200 1 "-" "x"',
    f'H.example - ada lovelace {STAMP} "PUT /x HTTP/1.1" 401 1 "-" "a"',
    f'192.0.2.7 - [x {STAMP} "GET /x HTTP/1.1" 200 1 "-" "a"',
    f'::ffff:192.0.2.7 - - {STAMP} "GET /a b c HTTP/1.0" 200 007 "-" ""',
    f'192.0.2.7 - - {STAMP} "GET http://other.example/p?q HTTP/1.1" 200 1',
    f'192.0.2.7 - - {STAMP} "GET /a"b HTTP/1.1" 200 1 "-" "x"',
    rf'192.0.2.7 - - {STAMP} "GET /a\"b HTTP/1.1" 200 1 "-" "x \"y\" z"',
    rf'192.0.2.7 - - {STAMP} "\x16\x03\x01" 400 226 "-" "-"',
    f'- - - {STAMP} "-" 408 0 "-" "-"',
    f'192.0.2.7 - - {STAMP} "GET / HTTP/1.1" 200 1 "-" "cut off',
    '192.0.2.7 - - [17/Nov/2026:10:00:05] "GET /é HTTP/1.1" 200 1 "-" "ü"',
    '192.0.2.7 - - [17/Nov/2037:10:00:05 -0730] "GET /late HTTP/1.1" 200 1',
    '192.0.2.7 - - [7/nov/2026:10:00:05 +0200] "BREW /pot HTCPCP/1.0" 418 1',
    '192.0.2.7 - - [31/Feb/2026:10:00:05 +0000] "GET / HTTP/1.1" 200 1',
    '192.0.2.7 - - [17/Nov/2026:10:61:05 +0000] "GET / HTTP/1.1" 200 1',
    "hello",
    " ",
    "",
)
STRANGE = (
    '"', '\\"', " ", "  ", "\t", "\r", "\x00", "\x0b", "\x85", "\xa0", "\u2028", "[", "]", "-", "+5", ":80 ", "?", "\\",
    "é", "١", "İ", "GET ", " HTTP/1.1", "http://", "99999999999999999999", "200", "y" * 260, "/",
)  # fmt: skip
ENDS = (b"\n", b"\n", b"\r\n")


def line_by_line(path: Path) -> tuple[pl.DataFrame, Tally, Clock]:
    tally, clock = Tally(), Clock(received_at=RECEIVED)
    return complete(sparse(list(PARSER.parse(lines(path), clock, tally)))), tally, clock


def in_bulk(path: Path) -> tuple[pl.DataFrame, Tally, Clock]:
    """Read in the smallest chunks there are: those of the longest line."""
    tally, clock = Tally(), Clock(received_at=RECEIVED)
    read = combined_frames.frames(
        path, clock, tally, lambda share: None, parse=PARSER.parse, read_stamp=rules._instant, size=1
    )
    frames = list(read)
    assert all(set(frame.columns) <= set(PARSER.columns) for frame in frames)
    return complete(pl.concat(frames, how="diagonal")) if frames else complete(pl.DataFrame()), tally, clock


def check(path: Path, raw: bytes) -> pl.DataFrame:
    path.write_bytes(raw)
    (events, tally, clock), (bulk, bulk_tally, bulk_clock) = line_by_line(path), in_bulk(path)
    assert_frame_equal(bulk, events)
    assert bulk_tally == tally
    assert bulk_clock.sentences() == clock.sentences()
    assert bulk_clock.named_zone == clock.named_zone
    return bulk


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A line of a known shape with pieces cut out and strange ones put in, in one of two encodings."""
    text = draw(st.sampled_from(SHAPES))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(STRANGE) | st.just("")) + text[at + draw(st.integers(0, 4)) :]
    raw = text.encode(draw(st.sampled_from(("utf-8", "latin-1"))), "replace")
    return raw.replace(b"\n", b"") + draw(st.sampled_from(ENDS))


def test_the_format_is_read_in_bulk() -> None:
    assert isinstance(PARSER, BulkParser)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(spoiled() | st.binary(max_size=80), max_size=12), mark=st.booleans(), ended=st.booleans())
def test_any_lines(tmp_path: Path, told: list[bytes], mark: bool, ended: bool) -> None:
    raw = b"".join(told)
    check(tmp_path / "log", (b"\xef\xbb\xbf" if mark else b"") + (raw if ended else raw.rstrip(b"\r\n")))


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_alone(tmp_path: Path, shape: str) -> None:
    check(tmp_path / "log", f"{combined()}\n{shape}\r\n{combined()}".encode())


def test_a_log_of_several_chunks(tmp_path: Path) -> None:
    """Numbers, offsets and what is wrong with the clock carry over from one chunk to the next."""
    draw = random.Random(7)
    told = [draw.choice(SHAPES[:11]) if draw.random() < 0.3 else stamped(draw, number) for number in range(25_000)]
    raw = "\n".join(told).encode()
    assert len(raw) > 2 << 20
    events = check(tmp_path / "log", raw)
    places = events.select("evidence.line", "evidence.offset", "evidence.length")
    for line, offset, length in places.sample(200, seed=1).iter_rows():
        assert raw[offset : offset + length] == told[line - 1].encode()


def test_rewritten_minutes_and_a_clock_that_jumps_are_noticed(tmp_path: Path) -> None:
    same = [combined(stamp=f"17/Nov/2026:{hour:02d}:05:00 +0000") for hour in (8, 9, 10, 11, 12, 7)]
    later = combined(stamp="17/Nov/2030:08:05:00 +0000")
    path = tmp_path / "log"
    check(path, "\n".join([*same, later]).encode())
    _, _, clock = in_bulk(path)
    assert (clock.defects.same_minute, clock.defects.backwards, clock.defects.future) == (5, 1, 1)


def test_a_line_longer_than_any_parser_takes(tmp_path: Path) -> None:
    long = combined("/" + "x" * (3 << 20))
    check(tmp_path / "log", "\n".join([combined("/a"), long, combined("/b")]).encode())


def test_the_real_log(tmp_path: Path) -> None:
    raw = sample("logs/web/elastic_examples_apache_access.log").read_bytes()
    assert check(tmp_path / "log", raw).height == 10_000


def test_most_lines_are_read_as_columns(tmp_path: Path) -> None:
    """Else it would be slow and nobody would see why: of an ordinary log not one line is handed over."""
    handed: list[Any] = []

    def parse(told: Iterable[Any], clock: Clock, tally: Tally) -> Any:
        handed.extend(told)
        return iter(())

    path = tmp_path / "log"
    draw = random.Random(3)
    vhost = f"shop.example:443 {combined('/v', user='ada')}"
    path.write_text("\n".join([*(stamped(draw, number) for number in range(500)), vhost]))
    read = combined_frames.frames(path, Clock(), Tally(), lambda share: None, parse=parse, read_stamp=rules._instant)
    assert sum(frame.height for frame in read) == 501
    assert handed == []


def stamped(draw: random.Random, number: int) -> str:
    """An ordinary line; time goes forward, and now and then a little back."""
    seconds = number * 2 + draw.choice((0, 0, 0, -200))
    hour, rest = divmod(max(0, seconds), 3600)
    stamp = f"{1 + hour // 24:02d}/Nov/2026:{hour % 24:02d}:{rest // 60:02d}:{rest % 60:02d} +0100"
    agent = f"Mozilla/5.0 ({draw.choice(('X11', 'iPhone', 'é'))}; like Gecko)"
    client = f"192.0.2.{draw.randrange(250)}"
    return combined(
        f"/item/{draw.randrange(900)}?q={number}", draw.choice((200, 304, 404)), agent, client=client, stamp=stamp
    )
