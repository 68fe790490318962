"""Bad input: each kind with what is said of it, word for word, and nothing half-written."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.actor import Automation
from casebook.models import Playbook, PlaybookVersion, Step
from casebook.playbooks.importer import import_files
from casebook.playbooks.parse.read import parse_bytes
from casebook.playbooks.types import CardError, ParsedCard, Skipped
from tests.casebook.playbooks.importing import CARDS, card, tar_of, zip_of

YAML = (Path(__file__).resolve().parents[2] / "data" / "playbooks" / "good" / "own.yaml").read_text()


def said(body: str | bytes, name: str = "gate.md") -> str:
    """What a reader of the report reads."""
    try:
        found = parse_bytes(body.encode() if isinstance(body, str) else body, name=name)
    except CardError as error:
        return str(error)
    return f"skipped: {found.reason}" if isinstance(found, Skipped) else "taken"


def row(label: str) -> str:
    return next(line for line in card().splitlines(keepends=True) if line.startswith(f"| {label} |"))


BAD_CARDS: list[tuple[str, Callable[[str], str | bytes], str]] = [
    ("a row name misspelt", lambda text: text.replace("Key Indicators", "Key Indicator"),
     "gate.md:10: unknown row “Key Indicator”; did you mean “Key Indicators”?"),
    ("a row name nobody knows", lambda text: text.replace("Key Indicators", "Zebra"),
     "gate.md:10: unknown row “Zebra”"),
    ("a row missing", lambda text: text.replace(row("T2 Analyst Actions"), ""),
     "gate.md:14: the row “T2 Analyst Actions” is missing"),
    ("two rows missing", lambda text: text.replace(row("T2 Analyst Actions"), "").replace(row("Name"), ""),
     "gate.md:13: the rows “Name”, “T2 Analyst Actions” are missing"),
    ("a row twice", lambda text: text + row("Name"),
     "gate.md:16: row “Name” again (first in line 8)"),
    ("two tables", lambda text: text + "\n" + text,
     "gate.md:21: a second card begins here, the first in line 5: one file, one card"),
    ("an empty cell", lambda text: text.replace("Call the porter. Check prior alerts about this gate.", " "),
     "gate.md:13: the row “Additional Analysis Steps for L1” is empty"),
    ("a cell with no step", lambda text: text.replace("Call the porter. Check prior alerts about this gate.", "- - -"),
     "gate.md:13: there is no step in “Additional Analysis Steps for L1”"),
    ("no technique", lambda text: text.replace("| T1110 |", "| brute force |"),
     "gate.md:6: “brute force” is no technique id such as T1589 or T1589.003"),
    ("an endless technique", lambda text: text.replace("| T1110 |", f"| {'x' * 500} |"),
     f"gate.md:6: “{'x' * 60}…” is no technique id such as T1589 or T1589.003"),
    ("a name too long", lambda text: text.replace("| Harbour gate guessing |", f"| {'x' * 201} |"),
     "gate.md:8: the name has 201 characters; at most 200 can be kept"),
    ("a tactic too long", lambda text: text.replace("Credential Access", "y" * 61),
     f"gate.md:5: “{'y' * 60}…” is too long for a tactic (at most 60 characters)"),
    ("a NUL", lambda text: text.replace("porter", "por\0ter"),
     "gate.md:13: the control character U+0000 is not taken in a card"),
    ("a bell", lambda text: text.replace("porter", "por\x07ter"),
     "gate.md:13: the control character U+0007 is not taken in a card"),
    ("a direction turned", lambda text: text.replace("porter", "por\u202eter"),
     "gate.md:13: U+202E, which turns the direction of reading, is not taken in a card"),
    ("Latin-1", lambda text: text.replace("Harbour", "H\u00e4fen").encode("latin-1"),
     "gate.md:1: not UTF-8: byte 0xe4. Save it as UTF-8, or convert it: iconv -f LATIN1 -t UTF-8"),
    ("UTF-16", lambda text: text.encode("utf-16"),
     "gate.md:1: not UTF-8 but UTF-16: convert it with iconv -f UTF-16 -t UTF-8"),
    ("50 MB", lambda text: text.replace("porter", "porter " * (8 << 20)),
     "gate.md:1: larger than a card can be (256 KiB)"),
    ("CRLF and a mistake", lambda text: text.replace("| T1110 |", "| x |").replace("\n", "\r\n"),
     "gate.md:6: “x” is no technique id such as T1589 or T1589.003"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "reason"), [case[1:] for case in BAD_CARDS], ids=[case[0] for case in BAD_CARDS])
def test_a_spoilt_card_is_refused_at_its_place(spoil: Callable[[str], str | bytes], reason: str) -> None:
    assert said(spoil(card())) == reason


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("Harbour", "H\u00e4fen \u200f"),
        lambda text: text + "\n\n\n",
        lambda text: text.replace("| ", "|\t"),
        lambda text: text.replace(" |\n", "\n"),
    ],
    ids=["CRLF", "CR", "BOM", "right-to-left mark", "blank lines", "tabs", "rows not closed"],
)
def test_what_only_looks_odd_is_taken(change: Callable[[str], str]) -> None:
    found = parse_bytes(change(card()).encode(), name="gate.md")
    assert isinstance(found, ParsedCard)
    assert found.counts() == parse_counts()


def parse_counts() -> dict[str, int]:
    found = parse_bytes(card().encode(), name="gate.md")
    assert isinstance(found, ParsedCard)
    return found.counts()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x7fELF\x00\x00\xff" * 1000, "no playbook table in it"),
        ("Gr\u00fc\u00dfe".encode("latin-1"), "no playbook table in it"),
        ("x".encode("utf-16"), "no playbook table in it"),
        (b"", "nothing in it"),
        (b" \r\n ", "nothing in it"),
        (b"| a | b |\n|---|---|\n| Name | x |\n", "no playbook table in it"),
    ],
)
def test_what_does_not_look_like_a_card_is_skipped_whatever_else_is_wrong_with_it(body: bytes, reason: str) -> None:
    assert said(body, "notes") == f"skipped: {reason}"


NAME = next(line for line in YAML.splitlines() if line.startswith("name:"))
BAD_YAML: list[tuple[str, str, str, str]] = [
    ("a Python object", NAME, "name: !!python/object/apply:os.system [ls]",
     "tags (!!python/object/apply:os.system) are not used in cards"),
    ("a tag of its own", NAME, "name: !secret Lighthouse", "tags (!secret) are not used in cards"),
    ("a NUL escaped", NAME, 'name: "Light\\0house"',
     "the control character U+0000 is not taken in a card"),
    ("a direction escaped", NAME, 'name: "Light\\u202Ehouse"',
     "U+202E, which turns the direction of reading, is not taken in a card"),
    ("a slug that leads away", "slug: lighthouse", "slug: ../../etc/passwd",
     "“../../etc/passwd” is no slug: letters, digits, dots, dashes and underscores, at most 60"),
    ("a slug of ours", "slug: lighthouse", "slug: import", "“import” is an address of ours: choose another slug"),
    ("an endless name", NAME, f"name: {'x' * 201}", "name has 201 characters; at most 200 can be kept"),
    ("a key too long", "key: question:0123456789ab", f"key: {'q' * 30}:0123456789ab",
     f"“{'q' * 30}:0123456789ab” is not shaped like one of this format's keys"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "reason"), [case[1:] for case in BAD_YAML], ids=[case[0] for case in BAD_YAML])
def test_a_spoilt_yaml_card_is_refused_at_its_place(old: str, new: str, reason: str) -> None:
    assert old in YAML
    line = YAML[: YAML.index(old)].count("\n") + 1
    assert said(YAML.replace(old, new), "own.yaml") == f"own.yaml:{line}: {reason}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("casebook: 1\nname: " + "[" * 100_000, r"own\.yaml:2: nested too deep"),
        ("casebook: 1\n" + "".join("  " * n + "a:\n" for n in range(60)), r"own\.yaml:\d+: nested too deep"),
        ("casebook: 1\nname: &a [x, x]\nsteps: *a", r"own\.yaml:3: aliases \(\*name\) are not used in cards"),
        ("casebook: 1\n---\ncasebook: 1\n", r"own\.yaml:\d+: not YAML: but found another document"),
        ('casebook: 1\nname: "\\U00110000"', r"own\.yaml:\d+: not YAML: "),
        ("casebook: 1\nname: [", r"own\.yaml:\d+: not YAML: "),
        ("casebook: 1\n\tname: x", r"own\.yaml:2: not YAML: "),
        ('casebook: 1\nname: "\\uD800"', r"own\.yaml:\d+: (not YAML: .*escape code|half a surrogate pair)"),
        ("casebook: 1\nname: x\n" + "y: 1\n" * 3, r"own\.yaml:\d+: the card gives “y” twice|.* unknown entry “y”.*"),
    ],
)
def test_yaml_that_means_harm_or_nothing(body: str, reason: str) -> None:
    assert re.fullmatch(reason + ".*", said(body, "own.yaml"), re.DOTALL)


@pytest.mark.parametrize(
    ("number", "reason"),
    [(".inf", "“.inf” is no number to calculate with"), ("9" * 5000, "a number with too many digits")],
)
def test_numbers_nobody_can_calculate_with(number: str, reason: str) -> None:
    text = (CARDS / "T1589.yaml").read_text()
    old = re.search(r", n: \d+", text)
    assert old
    assert said(text.replace(old[0], f", n: {number}", 1), "own.yaml").endswith(f": {reason}")


# --- time -------------------------------------------------------------------------------------------------------

HOSTILE = {
    "an unclosed row over many lines": "| Name | x\n" + "y\n" * 120_000,
    "spaces between nothing": card().replace("Credential Access", "a" + " " * 200_000 + "b"),
    "a label of dashes": card() + "|" + "-" * 200_000 + "x|y|\n",
    "open tags": card().replace("Credential Access", "<br" * 60_000),
    "bars": card() + "|" * 200_000,
    "colons": "casebook:" * 25_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_no_text_of_a_cards_size_takes_long(body: str) -> None:
    began = time.process_time()
    said(body)
    assert time.process_time() - began < 2.0


# --- nothing half-written ---------------------------------------------------------------------------------------


def test_of_a_mixed_archive_the_good_go_in_whole_and_of_the_bad_nothing(db: None, tmp_path: Path) -> None:
    before = Playbook.objects.count(), PlaybookVersion.objects.count(), Step.objects.count()
    files = {f"bad/{number}.md": spoil(card()) for number, (_, spoil, _) in enumerate(BAD_CARDS)}
    files["nested.zip"] = zip_of({"x.md": card("T9400")})
    files["../out.md"] = card("T9401")
    files["good.md"] = card("T9402")
    for name, body in (("pack.zip", zip_of(files)), ("pack.tar.gz", tar_of(files, "gz"))):
        (tmp_path / name).write_bytes(body)
        report = import_files(Automation(name="tests"), [tmp_path / name], library="test")
        assert report.count("refused") == len(BAD_CARDS) + 1
        assert [one.path.rpartition("/")[2] for one in report.files if one.outcome in ("imported", "unchanged")] == [
            "good.md"
        ]
        [nested] = [one for one in report.files if one.skipped]
        assert nested.skipped == "an archive inside an archive or folder is not opened"
    steps = Step.objects.filter(version__playbook__slug="T9402").count()
    after = Playbook.objects.count(), PlaybookVersion.objects.count(), Step.objects.count()
    assert after == (before[0] + 1, before[1] + 1, before[2] + steps)
    assert steps == sum(parse_counts().values())


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([card().encode(), YAML.encode()]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5),
    st.sampled_from(["x.md", "x.yaml"]),
)
def test_no_bytes_do_anything_but_be_taken_skipped_or_refused(
    body: bytes, cuts: list[tuple[float, int, bytes]], name: str
) -> None:
    for place, length, put in cuts:
        at = int(place * len(body))
        body = body[:at] + put + body[at + length :]
    assert said(body, name)
