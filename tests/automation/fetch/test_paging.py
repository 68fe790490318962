"""Page by page in time: nothing is missed and nothing comes twice, also where many records bear one instant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from automation.fetch.paging import Found, in_time

SIZE, LARGEST = 3, 9


def brought(instants: list[int], *, rows: int = 1000) -> list[str]:
    kept = [Found(at, str(number), str(number).encode()) for number, at in enumerate(sorted(instants))]
    got: list[str] = []

    def page(start: int, size: int) -> list[Found]:
        return [one for one in kept if one.at >= start][:size]

    in_time(page, lambda record: got.append(record.decode()), start=0, rows=rows, size=SIZE, largest=LARGEST)
    return got


@given(st.lists(st.integers(0, 12), max_size=40))
def test_all_of_them_once_in_order(instants: list[int]) -> None:
    if max((instants.count(at) for at in instants), default=0) < LARGEST:
        assert brought(instants) == [str(number) for number in range(len(instants))]


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 20))
def test_never_twice_and_never_more_than_asked(instants: list[int], rows: int) -> None:
    got = brought(instants, rows=rows)
    assert len(got) == len(set(got)) <= rows


def test_an_instant_that_no_page_holds_is_passed_by() -> None:
    got = brought([5] * 30 + [7])
    assert got[:LARGEST] == [str(number) for number in range(LARGEST)]
    assert got[-1] == "30"
