"""Cards into the library, as rows: new, unchanged, a next version, a clash, a refusal, a dry run."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connections

from casebook.actor import Automation
from casebook.intake.receive import Sender
from casebook.models import Installation, Journal, Playbook, PlaybookVersion, Step
from casebook.playbooks.importer import ImportReport, import_files
from casebook.playbooks.table import MEMORY, config_epoch

CARDS = Path(__file__).resolve().parents[3] / "cards"
ME = Automation(name="tests")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """Our own T1589 card, in a folder of its own."""
    own = next(path for path in sorted(CARDS.rglob("*")) if "T1589" in path.name)
    copy = tmp_path / own.name
    copy.write_bytes(own.read_bytes())
    return copy


def bring(path: Path, library: str = "test") -> ImportReport:
    return import_files(ME, [path], library=library)


def test_a_new_card_the_same_again_and_a_changed_one(db: None, card: Path) -> None:
    before = config_epoch()
    [first] = bring(card).files
    assert (first.outcome, first.version) == ("imported", 1)
    assert config_epoch() == before + 1

    [again] = bring(card).files
    assert (again.outcome, again.version) == ("unchanged", 1)
    assert config_epoch() == before + 1

    keys = set(Step.objects.filter(version__playbook__library="test").values_list("key", flat=True))
    card.write_text(card.read_text().replace("name:", "# another comment\nname:", 1))
    [changed] = bring(card).files
    assert (changed.outcome, changed.version) == ("imported", 2)
    versions = PlaybookVersion.objects.filter(playbook__library="test")
    assert sorted(versions.values_list("number", "state")) == [(1, "retired"), (2, "published")]
    assert set(Step.objects.filter(version__in=versions, version__number=2).values_list("key", flat=True)) == keys


def test_a_clash_with_another_library_is_said_and_both_stay(db: None, card: Path) -> None:
    [line] = bring(card).files
    assert line.note is not None
    assert "casebook" in line.note
    assert Playbook.objects.get(library="test").slug == "T1589-test"
    assert Playbook.objects.get(library="casebook", base_slug="T1589").slug == "T1589"


def test_one_broken_card_costs_no_other(db: None, card: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_bytes(b"technique: T1589\nsteps: [\xff\x00")
    (tmp_path / "notes.txt").write_text("nothing of a card")
    (tmp_path / ".hidden").write_text("never looked at")
    report = import_files(ME, [tmp_path], library="test")

    outcomes = {Path(line.path).name: line.outcome for line in report.files}
    assert outcomes[card.name] == "imported"
    assert outcomes["notes.txt"] == "skipped"
    assert outcomes["broken.yaml"] in ("refused", "skipped")
    assert ".hidden" not in outcomes


def test_a_path_that_is_not_there_is_refused_by_name(db: None, tmp_path: Path) -> None:
    [line] = bring(tmp_path / "missing.yaml").files
    assert line.outcome == "refused"
    assert "missing.yaml" in (line.refused or "")


def test_a_dry_run_writes_nothing_and_tells_every_step(db: None, card: Path) -> None:
    before = (Playbook.objects.count(), Journal.objects.count(), config_epoch())
    [line] = import_files(ME, [card], library="test", dry_run=True).files

    assert {"section", "position", "text", "span", "polarity", "bindings", "expression"} == set(line.steps[0])
    assert (Playbook.objects.count(), Journal.objects.count(), config_epoch()) == before


def test_matching_reads_again_after_an_import_and_after_it_was_undone(sender: Sender, card: Path) -> None:
    found = MEMORY.match(["T1589"], sender.team_id, config_epoch())
    assert found is not None
    epoch = config_epoch()
    own = Playbook.objects.get(library="casebook", base_slug="T1589")
    PlaybookVersion.objects.filter(playbook=own, state="published").update(state="retired")
    Installation.objects.update(config_epoch=epoch + 1)
    without = MEMORY.match(["T1589"], sender.team_id, epoch + 1)
    assert without is None or without.playbook_version_id != found.playbook_version_id
    assert MEMORY.named(found.playbook_version_id).slug == "T1589"

    PlaybookVersion.objects.filter(playbook=own).update(state="published")
    Installation.objects.update(config_epoch=epoch)
    again = MEMORY.match(["T1589"], sender.team_id, epoch)
    assert again is not None
    assert again.playbook_version_id == found.playbook_version_id


def test_two_imports_at_once_make_one_version(committed: str, card: Path) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            outcomes.extend(line.outcome for line in bring(card).files)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["imported", "unchanged", "unchanged", "unchanged"]
    assert PlaybookVersion.objects.filter(playbook__library="test").count() == 1
