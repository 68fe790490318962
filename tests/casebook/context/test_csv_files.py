"""CSV in and out: each line gets its answer, what is there is changed, and what goes out comes back the same."""

from __future__ import annotations

import csv

import pytest

from casebook.actor import Actor
from casebook.context import csv_files, entries
from casebook.context.importing import LineReport
from casebook.context.kinds import KINDS
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import AllowEntry, Journal, KnownPerson, Team

pytestmark = pytest.mark.django_db
PEOPLE, ALLOWED, CHANGES = KINDS["people"], KINDS["allowed"], KINDS["changes"]


@pytest.fixture(autouse=True)
def bare(blue: Team) -> None:
    for kind in KINDS.values():
        kind.model.objects.all().delete()


def bring(actor: Actor, team: Team, text: str, kind: str = "people") -> list[LineReport]:
    return csv_files.import_csv(KINDS[kind], actor=actor, team_id=team.pk, text=text)


FILE = """\ufeffName,Names,Role,away_from,away_to

Mira Brandt,"mbrandt, mira@corp.example",Finance,,
Jon Lind,jlind,Finance,2026-11-20,2026-11-27
,nobody,,,
Ana,jlind,,,
Ben Olsen,"bolsen, mbrandt, jlind",,,
Cleo,cleo,"Sales, north",,,surplus
"""


def test_each_line_gets_its_answer(lea: Actor, blue: Team) -> None:
    report = bring(lea, blue, FILE)
    assert [(line.number, line.outcome) for line in report] == [
        (3, "added"), (4, "added"), (5, "refused"), (6, "changed"), (7, "refused"), (8, "refused"),
    ]  # fmt: skip
    texts = {line.number: line.text for line in report}
    assert texts[5] == "name: write it, such as Mira Brandt"
    assert texts[6] == "jlind (Ana): name, role or department, away from, away to"
    assert texts[7] == "names: it speaks of 2 records at once: mbrandt (Mira Brandt) and jlind (Ana)"
    assert "more cells than columns" in texts[8]
    assert sorted(KnownPerson.objects.values_list("name", flat=True)) == ["Ana", "Mira Brandt"]


def test_the_whole_is_one_entry_of_the_journal_that_lists_it(lea: Actor, blue: Team) -> None:
    bring(lea, blue, FILE)
    entry = Journal.objects.get(verb="context.changed")
    assert entry.payload["what"].startswith("people imported, 2 added and 1 changed: mbrandt (Mira Brandt)")
    assert len(entry.payload["lines"]) == 3
    bring(lea, blue, "names,name\nmbrandt,Mira Brandt")
    assert Journal.objects.filter(verb="context.changed").count() == 2


def test_what_is_there_is_changed_by_the_columns_given_and_no_others(lea: Actor, blue: Team) -> None:
    bring(lea, blue, "names,name,role,manager\nmbrandt,Mira Brandt,Finance,Jon Lind")
    [report] = bring(lea, blue, "names,name,role\nmbrandt,Mira Brandt,Sales")
    assert (report.outcome, report.text) == ("changed", "mbrandt (Mira Brandt): role or department")
    row = KnownPerson.objects.get()
    assert (row.role, row.manager) == ("Sales", "Jon Lind")
    [again] = bring(lea, blue, "names,name,role\nmbrandt,Mira Brandt,Sales")
    assert again.outcome == "unchanged"


def test_refused_lines_come_back_as_they_are_sent_again(lea: Actor, blue: Team) -> None:
    refused = [line for line in bring(lea, blue, FILE) if line.number == 5]
    mended = refused[0].line.replace(",,", ",Nora West,", 1)
    [report] = bring(lea, blue, f"{csv_files.heading(PEOPLE)}\n{mended}")
    assert (report.outcome, report.text) == ("added", "nobody (Nora West)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "give the columns in the first line"),
        ("names,name", "give the columns in the first line"),
        ("names,name,colour\nx,y,z", "colour: no such field"),
        ("names\nx", "column name is missing"),
        ("names,name,name\nx,y,z", "column name is there twice"),
        ("names,name\n" + "x,y\n" * 2001, "2000 lines at most"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(lea: Actor, blue: Team, text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        bring(lea, blue, text)
    assert any(said in what for what in refusal.value.errors["csv"])
    assert not KnownPerson.objects.exists()


def test_a_cell_without_an_end_is_refused_by_its_line(lea: Actor, blue: Team) -> None:
    most = csv.field_size_limit(1000)
    try:
        with pytest.raises(Invalid) as refusal:
            bring(lea, blue, 'names,name\nx,"' + "y" * 2000)
    finally:
        csv.field_size_limit(most)
    assert "line 2 is no CSV" in refusal.value.errors["csv"][0]


def test_it_needs_the_right_too(lina: Actor, otto: Actor, blue: Team) -> None:
    with pytest.raises(NotAllowed):
        bring(lina, blue, FILE)
    with pytest.raises(NotFound):
        bring(otto, blue, FILE)


# ---------------------------------------------------------------- round trip
def test_what_goes_out_comes_back_unchanged(lea: Actor, blue: Team) -> None:
    bring(lea, blue, FILE)
    bring(
        lea, blue, 'kind,value,reason,owner,expires\ncommand,"-x * =1,2","a ""word"", said",@ours,2026-12-31', "allowed"
    )
    bring(
        lea, blue,
        "title,starts_at,ends_at,hosts,users,services,owner\n"
        "Patching,2026-11-24T22:00,2026-11-25T02:00+00:00,\"web-1; web-2\",deploy,,Platform team", "changes",
    )  # fmt: skip
    for kind in KINDS.values():
        rows = kind.model.objects.filter(team=blue)
        assert rows.exists()
        out = csv_files.export_csv(kind, rows)
        report = csv_files.import_csv(kind, actor=lea, team_id=blue.pk, text=out)
        assert {line.outcome for line in report} == {"unchanged"}, out


@pytest.mark.parametrize("mark", ["=", "+", "-", "@"])
def test_no_cell_goes_out_as_a_formula(lea: Actor, blue: Team, mark: str) -> None:
    values = {"kind": "command", "value": f"{mark}cmd|' /C calc'!A0", "reason": f"{mark}1", "owner": "o"}
    entries.add(ALLOWED, actor=lea, team_id=blue.pk, values=values)
    out = csv_files.export_csv(ALLOWED, AllowEntry.objects.all())
    cells = out.splitlines()[1].split(",")
    assert not [cell for cell in cells if cell.strip('"').startswith(csv_files.FORMULA)]


def test_many_people_are_taken_at_once(lea: Actor, blue: Team, django_assert_max_num_queries: object) -> None:
    lines = "\n".join(f"user{n},User {n}" for n in range(300))
    assert {line.outcome for line in bring(lea, blue, f"names,name\n{lines}")} == {"added"}
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert {line.outcome for line in bring(lea, blue, f"names,name\n{lines}")} == {"unchanged"}
