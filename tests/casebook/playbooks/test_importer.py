"""Cards into the library, as rows: new, unchanged, a next version, a clash, a refusal, a dry run."""

from __future__ import annotations

import json
import re
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import PersonActor
from casebook.actor import Automation
from casebook.epoch import config_epoch
from casebook.errors import Conflict
from casebook.intake.sender import Sender
from casebook.models import Installation, Journal, Playbook, PlaybookVersion, Step, Team
from casebook.playbooks import creating, drafts, importer, versions
from casebook.playbooks.import_report import FileReport, ImportReport
from casebook.playbooks.importer import import_files
from casebook.playbooks.table import MEMORY
from tests.casebook.playbooks.importing import CARDS, card, zip_of

ME = Automation(name="tests")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Our own T1589 card, in a folder of its own."""
    copy = tmp_path / "T1589.yaml"
    copy.write_bytes((CARDS / "T1589.yaml").read_bytes())
    return copy


def bring(path: Path, library: str = "test") -> ImportReport:
    return import_files(ME, [path], library=library)


def one(path: Path, library: str = "test") -> FileReport:
    [line] = bring(path, library).files
    return line


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def edited_here(playbook: Playbook, number: int) -> PlaybookVersion:
    """A version an author has published in the browser."""
    playbook.versions.filter(state="published").update(state="retired")
    return PlaybookVersion.objects.create(
        playbook=playbook, number=number, state="published", name="Edited", source_format="yaml", card="", sha256="0",
        published_by="pia",
    )  # fmt: skip


def test_a_new_card_the_same_again_and_a_changed_one(db: None, own: Path) -> None:
    before = config_epoch()
    first = one(own)
    assert (first.outcome, first.version, first.playbook) == ("imported", 1, "T1589-test")
    assert config_epoch() == before + 1

    again = one(own)
    assert (again.outcome, again.version) == ("unchanged", 1)
    assert config_epoch() == before + 1

    keys = set(Step.objects.filter(version__playbook__library="test").values_list("key", flat=True))
    own.write_text(own.read_text().replace("name:", "# another comment\nname:", 1))
    changed = one(own)
    assert (changed.outcome, changed.version) == ("imported", 2)
    versions = PlaybookVersion.objects.filter(playbook__library="test")
    assert sorted(versions.values_list("number", "state")) == [(1, "retired"), (2, "published")]
    assert set(Step.objects.filter(version__in=versions, version__number=2).values_list("key", flat=True)) == keys


def test_line_ends_and_a_byte_order_mark_make_no_other_card(db: None, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card())
    assert one(path).outcome == "imported"
    path.write_bytes(b"\xef\xbb\xbf" + card().replace("\n", "\r\n").encode())
    assert one(path).outcome == "unchanged"


def test_an_edited_step_keeps_its_key(db: None, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card())
    bring(path)
    path.write_text(card(Call_the_porter=": Ring up the porter of the gate"))
    bring(path)
    keys = [
        list(Step.objects.filter(version__number=number, version__playbook__library="test", section="question"))
        for number in (1, 2)
    ]
    assert [step.key for step in keys[0]] == [step.key for step in keys[1]]
    path.write_text(card(again_and_again="time after time"))
    bring(path)
    third = Step.objects.filter(version__number=3, version__playbook__library="test", section="question")
    assert [step.key for step in third.order_by("position")] == [step.key for step in keys[0]]
    assert "time after time" in third.order_by("position")[0].text


def test_a_clash_with_another_library_is_said_and_both_stay(db: None, own: Path) -> None:
    line = one(own)
    assert line.note == "T1589 is a playbook of library casebook already; this one is kept as T1589-test"
    assert Playbook.objects.get(library="test").slug == "T1589-test"
    assert Playbook.objects.get(library="casebook", base_slug="T1589").slug == "T1589"


def test_a_file_that_an_author_has_edited_here_since_is_unchanged_and_says_so(db: None, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card("T9110"))
    bring(path)
    edited_here(Playbook.objects.get(slug="T9110"), 2)
    line = one(path)
    assert (line.outcome, line.version, line.note) == ("unchanged", 1, "edited here since: version 2")

    path.write_text(card("T9110", Reissue="Renew"))
    line = one(path)
    assert (line.outcome, line.version) == ("imported", 3)
    assert line.note == "takes the place of version 2, which pia edited here"


def test_an_import_passes_an_open_draft_which_then_knows_it_is_behind(pia: PersonActor, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card("T9110"))
    bring(path)
    book = Playbook.objects.get(slug="T9110")
    draft = drafts.begin(actor=pia, slug="T9110")
    assert one(path).outcome == "unchanged"
    path.write_text(card("T9110", Reissue="Renew"))
    line = one(path)
    assert (line.outcome, line.version) == ("imported", 3)
    assert line.note == "pia has a draft open, which was begun before this version"
    assert list(book.versions.values_list("number", "state")) == [(3, "published"), (2, "draft"), (1, "retired")]
    with pytest.raises(Conflict, match="tests published version 3 since this draft was begun: 1 reworded"):
        versions.publish(actor=pia, slug="T9110", revision=draft.revision)
    now = versions.publish(actor=pia, slug="T9110", revision=draft.revision, over=3)
    assert (now.pk, now.number) == (draft.pk, 4)


def test_a_draft_that_was_never_published_is_passed_too(pia: PersonActor, tmp_path: Path) -> None:
    creating.create(actor=pia, slug="T9110", name="Badges", technique="T9110")
    [line] = bring(write(tmp_path, "gate.md", card("T9110")), "local").files
    assert (line.outcome, line.version) == ("imported", 2)
    with pytest.raises(Conflict, match="tests published version 2"):
        versions.publish(actor=pia, slug="T9110", revision=1)
    drafts.discard(actor=pia, slug="T9110")
    assert list(PlaybookVersion.objects.filter(playbook__slug="T9110").values_list("number", "state")) == [
        (2, "published")
    ]


def test_there_is_one_draft_of_an_authors(pia: PersonActor) -> None:
    draft = drafts.begin(actor=pia, slug="T1589")
    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        PlaybookVersion.objects.create(playbook=draft.playbook, number=9, name="x", source_format="yaml", card="")


def test_what_was_retired_is_published_by_a_new_file_only_and_says_so(db: None, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card("T9110"))
    bring(path)
    PlaybookVersion.objects.filter(playbook__slug="T9110").update(state="retired")
    assert one(path).outcome == "unchanged"
    assert not PlaybookVersion.objects.filter(playbook__slug="T9110", state="published").exists()
    path.write_text(card("T9110", Reissue="Renew"))
    assert one(path).note == "version 1 was retired; this one is published"


def test_two_cards_of_one_import_that_claim_one_playbook(db: None, tmp_path: Path) -> None:
    write(tmp_path, "a.md", card("T9110"))
    write(tmp_path, "b.md", card("T9110", name="Another"))
    write(tmp_path, "c.md", card("T9110"))
    first, second, third = bring(tmp_path).files
    assert first.outcome == "imported"
    assert second.refused == (
        f"{tmp_path}/b.md:1: T9110 is the card of {tmp_path}/a.md already: give one of them a slug of its own, "
        "in YAML, or bring it into another library"
    )
    assert third.skipped == f"the same card as {tmp_path}/a.md"
    assert PlaybookVersion.objects.filter(playbook__slug="T9110").count() == 1


def test_one_broken_card_costs_no_other(db: None, own: Path, tmp_path: Path) -> None:
    write(tmp_path, "broken.yaml", b"casebook: 1\nsteps: [\xff\x00")
    write(tmp_path, "notes.txt", "nothing of a card")
    write(tmp_path, "README.md", "# The library\n\n| File | What |\n|---|---|\n| a | b |\n")
    write(tmp_path, ".hidden", "never looked at")
    write(tmp_path, ".git/config", "never looked at")
    report = bring(tmp_path)
    assert [(Path(line.path).name, line.outcome) for line in report.files] == [
        ("README.md", "skipped"),
        ("T1589.yaml", "imported"),
        ("broken.yaml", "refused"),
        ("notes.txt", "skipped"),
    ]
    assert report.files[0].skipped == "no playbook table in it"
    assert report.totals() == {"imported": 1, "unchanged": 0, "skipped": 2, "refused": 1}


def test_what_only_the_database_refuses_costs_no_other_card(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value too long for its column, past every check of ours."""
    monkeypatch.setattr("casebook.playbooks.parse.card.MAX_NAME", 1000)
    write(tmp_path, "a.md", card("T9110", name="Gate " * 80))
    write(tmp_path, "b.md", card("T9111"))
    first, second = bring(tmp_path).files
    assert first.refused == f"{tmp_path}/a.md:1: it cannot be stored: value too long for type character varying(200)"
    assert second.outcome == "imported"
    assert not Playbook.objects.filter(slug="T9110").exists()


def test_a_path_that_is_not_there_is_refused_by_name(db: None, tmp_path: Path) -> None:
    line = one(tmp_path / "missing.yaml")
    assert line.refused == f"{tmp_path}/missing.yaml:1: No such file or directory"


def test_a_dry_run_writes_nothing_and_tells_every_step(db: None, own: Path) -> None:
    before = (Playbook.objects.count(), Journal.objects.count(), config_epoch())
    [line] = import_files(ME, [own], library="test", dry_run=True).files
    assert {"section", "position", "text", "span", "polarity", "bindings", "expression"} < set(line.steps[0])
    assert (line.outcome, line.version, line.playbook) == ("imported", 1, "T1589-test")
    assert (Playbook.objects.count(), Journal.objects.count(), config_epoch()) == before


def test_a_dry_run_says_of_each_file_what_the_import_then_does(db: None, tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path, f"{number}.md", card(f"T911{number}"))
    bring(tmp_path / "0.md")
    bring(tmp_path / "1.md")
    write(tmp_path, "1.md", card("T9111", Reissue="Renew"))
    write(tmp_path, "2.md", card("T9110", name="Another"))
    write(tmp_path, "3.md", card("T9113").replace("| Name |", "| Title |"))

    def told(*, dry_run: bool) -> list[tuple[object, ...]]:
        report = import_files(ME, [tmp_path], library="test", dry_run=dry_run)
        return [(one.path, one.outcome, one.version, one.playbook, one.refused, one.note) for one in report.files]

    foreseen = told(dry_run=True)
    assert foreseen == told(dry_run=False)
    assert [outcome for _, outcome, *_ in foreseen] == ["unchanged", "imported", "refused", "refused"]


def test_a_teams_own_library(db: None, tmp_path: Path) -> None:
    path = write(tmp_path, "gate.md", card("T9110"))
    blue, green = Team.objects.get(slug="blue"), Team.objects.get(slug="green")
    [line] = import_files(ME, [path], library="ours", team_id=blue.pk).files
    assert Playbook.objects.get(slug=line.playbook).team == blue
    entry = Journal.objects.filter(verb="playbook.imported").latest("id")
    assert (entry.team_id, entry.payload["playbook"]) == (blue.pk, "T9110")
    for team_id, whose in ((green.pk, "another team"), (None, "another team")):
        [line] = import_files(ME, [path], library="ours", team_id=team_id).files
        want = f"{path}:1: T9110 of library “ours” is a playbook of {whose}: choose another library"
        assert line.refused == want
    assert PlaybookVersion.objects.filter(playbook__slug="T9110").count() == 1


def test_an_import_asks_ten_queries_a_card_at_most(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "LOCKED_S", 5.0)  # a busy machine stores fewer in one go, which costs a few more
    for number in range(60):
        write(tmp_path, f"{number}.md", card(f"T92{number:02}", name=f"Gate {number}"))
    for change in ({}, {"Reissue": "Renew"}, {}):
        for path in sorted(tmp_path.iterdir()):
            path.write_text(card(f"T92{int(path.stem):02}", name=f"Gate {path.stem}", **change))
        with CaptureQueriesContext(connection) as asked:
            report = bring(tmp_path)
        assert report.count("imported") == 60
        assert len(asked) <= 10 * 60
    with CaptureQueriesContext(connection) as asked:
        assert bring(tmp_path).count("unchanged") == 60
    assert len(asked) <= 60


def test_a_large_import_raises_the_epoch_seldom(db: None, tmp_path: Path) -> None:
    """Each raise makes every process read its tables again; each card is there when it happens."""
    for number in range(60):
        write(tmp_path, f"{number}.md", card(f"T92{number:02}"))
    before = config_epoch()
    bring(tmp_path)
    assert 1 <= config_epoch() - before <= 15


def test_matching_reads_again_after_an_import_and_after_it_was_undone(sender: Sender) -> None:
    found = MEMORY.match(["T1589"], sender.team_id, config_epoch())
    assert found is not None
    epoch = config_epoch()
    own = Playbook.objects.get(library="casebook", base_slug="T1589")
    PlaybookVersion.objects.filter(playbook=own, state="published").update(state="retired")
    Installation.objects.update(config_epoch=epoch + 1)
    without = MEMORY.match(["T1589"], sender.team_id, epoch + 1)
    assert without is None or without.playbook_version_id != found.playbook_version_id
    assert MEMORY.named(found.playbook_version_id).slug == "T1589"


def test_the_command_tells_few_files_one_by_one_and_fails_where_one_is_refused(db: None, tmp_path: Path) -> None:
    write(tmp_path, "a.md", card("T9110"))
    write(tmp_path, "b.md", card("T9111").replace("| Name |", "| Title |"))
    said = StringIO()
    with pytest.raises(CommandError, match=re.escape("1 file(s) refused; the others went in.")):
        call_command("import_playbooks", tmp_path, library="test", stdout=said)
    assert said.getvalue().splitlines() == [
        f"imported   {tmp_path}/a.md T9110 version 1",
        f"refused    {tmp_path}/b.md: {tmp_path}/b.md:8: unknown row “Title”",
        "1 imported, 0 unchanged, 0 skipped, 1 refused",
    ]


def test_of_many_files_the_command_tells_those_that_want_a_look(db: None, tmp_path: Path) -> None:
    for number in range(50):
        write(tmp_path, f"{number}.md", card(f"T92{number:02}"))
    write(tmp_path, "z.md", card("T1589"))
    for verbosity, lines in ((1, 3), (2, 52)):
        said = StringIO()
        call_command("import_playbooks", tmp_path, library=f"test{verbosity}", stdout=said, verbosity=verbosity)
        told = said.getvalue().splitlines()
        if verbosity == 1:
            assert len(told) == lines
            assert "T1589 is a playbook of library casebook already" in told[0]
        assert told[-1] == "51 imported, 0 unchanged, 0 skipped, 0 refused"


def test_the_command_shows_a_dry_run_and_speaks_json(db: None, tmp_path: Path) -> None:
    archive = write(tmp_path, "pack.zip", zip_of({"cards/a.md": card("T9110"), "README.md": "hello"}))
    said = StringIO()
    call_command("import_playbooks", archive, library="test", dry_run=True, stdout=said)
    assert (
        "    question      1  Did failed logins hit the same accounts again and again? [suspicious; " in said.getvalue()
    )
    said = StringIO()
    call_command("import_playbooks", archive, library="test", team="blue", shape="json", stdout=said)
    report = json.loads(said.getvalue())
    assert {name: report[name] for name in ("imported", "unchanged", "skipped", "refused")} == {
        "imported": 1, "unchanged": 0, "skipped": 1, "refused": 0,
    }  # fmt: skip
    readme, found = report["files"]
    assert (readme["path"], readme["skipped"]) == (f"{archive}/README.md", "no playbook table in it")
    assert found["path"] == f"{archive}/cards/a.md"
    assert found["steps"]["question"] == 2
    assert Playbook.objects.get(slug="T9110").team.slug == "blue"
    with pytest.raises(CommandError, match="There is no team red"):
        call_command("import_playbooks", archive, team="red")


def test_two_imports_at_once_make_one_version(committed: str, own: Path) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            outcomes.extend(line.outcome for line in bring(own).files)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["imported", "unchanged", "unchanged", "unchanged"]
    assert PlaybookVersion.objects.filter(playbook__library="test").count() == 1
