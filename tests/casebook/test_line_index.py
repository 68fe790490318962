"""Lines of a file by number: as if read from the start, wherever blocks, long lines and encodings cut it."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook import line_index
from casebook.line_index import LONGEST_LINE, LineIndex


def numbered(raw: bytes, first: int, last: int, **how: int) -> list[tuple[int, str]]:
    file = io.BytesIO(raw)
    return [(one.number, one.text) for one in LineIndex.of(file).read(file, first, last, **how)]


def naive(text: str) -> list[str]:
    """Lines end at LF only; a last one without LF counts."""
    found = text.split("\n")
    return [line.rstrip("\r") for line in (found[:-1] if text.endswith("\n") or not text else found)]


TEXTS = st.text(alphabet="ab\n\r \u010a\u0a0a\u0a00é", max_size=60)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(text=TEXTS, first=st.integers(1, 12), many=st.integers(0, 12))
def test_any_lines_of_any_text(encoding: str, text: str, first: int, many: int) -> None:
    raw = text.encode(encoding)
    wanted = [(n, line.rstrip("\r\n")) for n, line in enumerate(naive(text), start=1)][first - 1 : first + many]
    before, line_index.BLOCK = line_index.BLOCK, 8
    try:
        assert numbered(raw, first, first + many) == wanted
    finally:
        line_index.BLOCK = before


def test_a_long_line_is_cut_and_the_next_one_found() -> None:
    raw = b"a\n" + b"x" * (10 << 20) + b"\nlast"
    file = io.BytesIO(raw)
    first, long, last = LineIndex.of(file).read(file, 1, 9)
    assert (first.text, first.cut) == ("a", False)
    assert (len(long.text), long.bytes, long.cut) == (LONGEST_LINE, 10 << 20, True)
    assert (last.number, last.text, last.cut) == (3, "last", False)


def test_one_long_line_without_an_end() -> None:
    file = io.BytesIO(b"x" * (3 * LONGEST_LINE))
    [only] = LineIndex.of(file).read(file, 1, 500)
    assert (only.bytes, only.cut) == (3 * LONGEST_LINE, True)


def test_the_index_is_kept_for_its_own_file_only() -> None:
    file, other = io.BytesIO(b"a\nb\n" * 9000), io.BytesIO(b"a\n")
    kept = LineIndex.of(file).to_bytes()
    again = LineIndex.from_bytes(kept, file)
    assert again is not None
    assert [one.text for one in again.read(file, 18_000, 18_001)] == ["b"]
    assert LineIndex.from_bytes(kept, other) is None
    assert LineIndex.from_bytes(kept[:-8], file) is None
    assert LineIndex.from_bytes(b"something else", file) is None


def test_starts_rise_and_end_with_the_file() -> None:
    raw = "".join(f"line {n}\n" for n in range(60_000)).encode()
    file = io.BytesIO(raw)
    index = LineIndex.of(file)
    starts = [index.start_of(file, n) for n in (1, 2, 30_000, 59_999, 60_000)]
    assert all(a < b for a, b in pairwise(starts))  # type: ignore[operator]
    assert index.start_of(file, 60_001) is None
