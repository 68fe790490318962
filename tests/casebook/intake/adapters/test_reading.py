"""What a body is taken apart into, whatever adapter reads it: exact bytes, order, and nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from casebook.errors import TooLarge, Unparsable
from casebook.intake.adapters.protocol import Adapter, NotUnderstood, Options, Reading, one
from casebook.intake.adapters.reading import MOST_MESSAGES, Taken, again, take
from casebook.intake.envelope import AlertIn
from tests.casebook.intake.adapters.cases import NOW, SAMPLES


def messages(body: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(body, dict) and "wrapped" in body:
        return [(f"/wrapped/{number}", message) for number, message in enumerate(body["wrapped"])]
    if isinstance(body, dict) and "rows" in body:
        return [
            (f"/rows/{number}", dict(zip(("id", "t"), row, strict=True))) for number, row in enumerate(body["rows"])
        ]
    if isinstance(body, dict) and "a/b" in body:
        return [("/a~1b/~0", body["a/b"]["~"])]
    return one(body)


def read(message: Any, options: Options) -> Reading:
    if "fail" in message:
        raise KeyError("not there")
    if "strange" in message:
        raise NotUnderstood("It is strange.", "/strange")
    return Reading(AlertIn(external_id=message.get("id", ""), title=message.get("t", "a title")))


PROBE = Adapter("probe", "Probe", messages, read)


def taken(body: bytes) -> Taken:
    return take(PROBE, body, Options(), now=NOW)


def ids(of: Taken) -> list[str]:
    return [part.reading.alert.external_id for part in of.items]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"id":"1"}', [b'{"id":"1"}']),
        (b'\xef\xbb\xbf\r\n {"id":"1"}\n', [b'{"id":"1"}']),
        (b'[ {"id" : "1"} ,\n{"id":"2","x":[1 , 2]}]', [b'{"id" : "1"}', b'{"id":"2","x":[1 , 2]}']),
        (b'{"id":"1"}\n\n{"id":"2"}\r\n', [b'{"id":"1"}', b'{"id":"2"}']),
        (b'{"id":"1"}{"id":"2"} , {"id":"3"}', [b'{"id":"1"}', b'{"id":"2"}', b'{"id":"3"}']),
        (b'{\n"id":"1"}\n{\n"id":"\xc3\xa4"}', [b'{\n"id":"1"}', b'{\n"id":"\xc3\xa4"}']),
        (b'{"wrapped" : [ {"id":"1" } , {"id": "2"}], "z":0}', [b'{"id":"1" }', b'{"id": "2"}']),
        (b'{"a/b":{"~":{"id":"1",  "n":1e3}}}', [b'{"id":"1",  "n":1e3}']),
        (b'{"rows":[["1","x"],["2","y"]]}', [b'{"id":"1","t":"x"}', b'{"id":"2","t":"y"}']),
        (b'{"id":"1","id":"2"}', [b'{"id":"1","id":"2"}']),
    ],
)
def test_each_message_is_kept_as_its_exact_bytes(body: bytes, expected: list[bytes]) -> None:
    found = taken(body)
    assert [part.body for part in found.items] == expected
    assert [part.position for part in found.items] == list(range(len(expected)))
    assert [again(PROBE, part.body, Options(), now=NOW) for part in found.items] == [p.reading for p in found.items]


def test_one_bad_message_costs_the_others_nothing() -> None:
    found = taken(b'[{"id":"1"}, {"fail":1}, 7, {"strange":0}, {"id":"5"}]')
    assert ids(found) == ["1", "5"]
    assert [(one.body, one.place, one.position) for one in found.not_understood] == [
        (b'{"fail":1}', "", 1),
        (b"7", "", 2),
        (b'{"strange":0}', "/strange", 3),
    ]
    assert "KeyError: 'not there'" in found.not_understood[0].reason
    assert found.not_understood[1].reason == "An alert is a JSON object; this is a number."


def test_a_bad_line_is_named_by_its_number() -> None:
    found = taken(b'{"id":"1"}\n{"id":\n{"id":"3"}\n')
    assert ids(found) == ["1", "3"]
    (missed,) = found.not_understood
    assert (missed.body, missed.place, missed.position) == (b'{"id":', "line 2", 1)
    assert missed.reason.startswith("Line 2 of the body is not JSON")


@pytest.mark.parametrize("body", [b"[]", b'{"wrapped":[]}', b'{"rows":[]}'])
def test_a_body_without_alerts_is_kept_and_said_to_be_so(body: bytes) -> None:
    (missed,) = taken(body).not_understood
    assert (missed.body, missed.reason) == (body, "The body holds no alerts.")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "truncated"),
        (b'{"id":"1",}', "trailing comma in object at line 1, column 10"),
        (b'{\n "id": "1",\n "n": 000\n}', "at line 3, column 8"),
        (b'{"id":NaN}', "line 1, column 7"),
        (b'{"id":"\\ud800"}', "half a surrogate pair"),
        (b'{"id":"\xff"}', "UTF-8"),
        (b'{"id":"1"} and more', "trailing characters at line 1"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
        (b'{"id":1}' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "trailing characters"),
        (b'{"id":' + b"9" * 5_000 + b"}", "out of range"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(body: bytes, said: str) -> None:
    with pytest.raises(Unparsable) as refused:
        taken(body)
    assert said in refused.value.detail


@pytest.mark.parametrize("name", ["entra_signin_docs_sample.txt", "ocsf_authentication_cloudtrail.ocsf.txt"])
def test_vendors_own_broken_samples_are_refused_with_their_place(name: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"no third-party samples at {SAMPLES}; set CASEBOOK_SAMPLES to try them")
    with pytest.raises(Unparsable, match=r"at line \d+, column \d+ \(byte \d+\)"):
        taken((SAMPLES / "malformed" / name).read_bytes())


def test_a_body_of_too_many_messages_is_too_large() -> None:
    assert taken(b"[" + b",".join([b"{}"] * MOST_MESSAGES) + b"]").messages == MOST_MESSAGES
    with pytest.raises(TooLarge, match="5,000"):
        taken(b"[" + b",".join([b"{}"] * (MOST_MESSAGES + 1)) + b"]")


def test_a_message_without_an_id_is_the_same_alert_when_it_comes_again() -> None:
    first, second, other = (taken(json.dumps({"t": title}).encode()).items[0] for title in ("a", "a", "b"))
    assert first.reading.alert.external_id == second.reading.alert.external_id != other.reading.alert.external_id
    assert first.reading.assumed == ("The message has no id: one was made of its rule, title, time and observables.",)


def test_the_moment_of_receipt_is_the_same_when_it_is_read_again() -> None:
    def ahead(message: Any, options: Options) -> Reading:
        return Reading(AlertIn(external_id="1", title="t", detected_at=NOW + timedelta(days=2)))

    adapter = Adapter("ahead", "Ahead", one, ahead)
    (part,) = take(adapter, b"{}", Options(), now=NOW).items
    assert part.reading.alert.detected_at == NOW + timedelta(days=2)
    assert "in the future" in part.reading.assumed[0]
    assert again(adapter, part.body, Options(), now=NOW) == part.reading
    assert not again(adapter, part.body, Options(), now=NOW + timedelta(days=3)).assumed
