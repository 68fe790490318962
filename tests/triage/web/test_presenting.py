"""Pure presentation: tables that fold, lines that are marked, prose that is never markup, searches filled in."""

from __future__ import annotations

from typing import Any

from triage.web.evidence_row import Origin, Row, pieces
from triage.web.evidence_table import Fold, table
from triage.web.prose import blocks
from triage.web.step_card import short

LOG = {3: Origin("Europe/Berlin", None), "events of alert 9": Origin("UTC", 9)}


def row(line: int, outcome: str = "failure") -> dict[str, Any]:
    event = {"@timestamp": f"2026-03-30T16:00:{line:02}Z", "user.name": "m", "source.ip": "203.0.113.7",
             "event.outcome": outcome, "event.code": "password"}  # fmt: skip
    return {"evidence": 3, "source": "auth.log", "line": line, "text": f"line {line}", "event": event}


def data(*rows: dict[str, Any], **figures: Any) -> dict[str, Any]:
    return {"evidence": rows, "figures": figures}


def test_a_long_run_of_the_same_is_folded_to_its_ends() -> None:
    rows = [*(row(n) for n in range(1, 21)), row(21, "success")]
    found = table(data(*rows, success_line=21), LOG)
    assert found is not None
    first, fold, last, hit = found.lines
    assert isinstance(fold, Fold)
    assert (fold.count, fold.outcome, fold.zone) == (18, "failed", "Europe/Berlin")
    assert [one.line for one in (first, last, hit) if isinstance(one, Row)] == [1, 20, 21]
    assert found.hit is hit
    assert hit.outcome == "accepted, password"  # type: ignore[union-attr]
    whole = table(data(*rows), LOG, whole=True)
    assert whole is not None
    assert len(whole.rows) == 21


def test_no_record_no_table() -> None:
    assert table(data(), LOG) is None


def test_each_row_knows_where_its_raw_record_is() -> None:
    inline = row(1) | {"evidence": None, "line": None, "source": "events of alert 9"}
    found = table(data(row(7), inline), LOG)
    assert found is not None
    file, alert = found.rows
    assert (file.lines, file.in_place) == ("/evidence/3/lines/?line=7&mark=m&mark=203.0.113.7", True)
    assert (alert.lines, alert.in_place, alert.zone) == ("/alerts/9/raw/", False, "UTC")


def test_a_line_is_marked_where_it_tells() -> None:
    text = "sshd[1]: Accepted password for m from 203.0.113.7 port 203"
    marked = [piece for piece, on in pieces(text, ["m", "203.0.113.7"]) if on]
    assert marked == ["Accepted password", "m", "203.0.113.7"]
    assert "".join(piece for piece, _ in pieces(text, ["m"])) == text
    assert pieces("", ["m"]) == []


def test_repeats_are_counted() -> None:
    found = table(data(row(1) | {"event": row(1)["event"] | {"event.count": 3}}), LOG)
    assert found is not None
    assert found.rows[0].outcome == "failed ×3"


def test_prose_keeps_every_word_and_makes_no_markup() -> None:
    text = "# CB-1 Title\nsevere\n\n## What\n- **two** words & <b>\n- `203.0.113.7`\n\nThe end"
    kinds = [block.kind for block in blocks(text)]
    assert kinds == ["heading", "paragraph", "heading", "list", "paragraph"]
    bold, plain = blocks(text)[3].lines[0]
    assert (bold.text, bold.kind, plain.text) == ("two", "bold", " words & <b>")
    assert blocks("") == []


def test_a_step_is_named_in_short() -> None:
    assert short("Mail gateway logs: is somebody collecting addresses?") == "Mail gateway logs"
    assert short("Is it so?") == "Is it so?"
    long = "Somebody reads far more out of the directory service than their daily work could ever explain to anyone."
    assert short(long).endswith("\u00a0…")
    assert len(short(long)) <= 72


def test_what_a_finding_did_not_keep_is_counted_in_one_gap() -> None:
    rows = [row(n) for n in range(1, 26)] + [row(n) for n in range(35, 59)] + [row(59, "success")]
    figures = {"success_line": 59, "records": 147}
    found = table({"figures": figures, "evidence": rows}, LOG)
    assert found is not None
    folds = [line for line in found.lines if isinstance(line, Fold)]
    assert [(fold.count, fold.kept, fold.outcome) for fold in folds] == [(144, 47, "in the log")]
    assert sum(1 for line in found.lines if isinstance(line, Row)) + folds[0].count == 147
    whole = table({"figures": figures, "evidence": rows}, LOG, whole=True)
    assert whole is not None
    assert len(whole.rows) == 50
    assert [(fold.count, fold.kept) for fold in whole.lines if isinstance(fold, Fold)] == [(97, 0)]


def test_a_command_stands_in_its_own_column_beside_who_ran_it() -> None:
    event = {"event.category": "process", "event.action": "sudo", "event.outcome": "success", "user.name": "ada",
             "user.effective.name": "root", "process.command_line": "/bin/cat /etc/shadow"}  # fmt: skip
    ran = row(3) | {"event": event}
    found = table({"figures": {}, "evidence": [row(1), ran]}, LOG)
    assert found is not None
    assert found.commands
    assert (found.rows[1].user, found.rows[1].outcome, found.rows[1].command) == (
        "ada", "sudo as root", "/bin/cat /etc/shadow",
    )  # fmt: skip
    refused = row(3) | {"event": event | {"event.reason": "user NOT in sudoers"}}
    shown = table({"figures": {}, "evidence": [refused]}, LOG)
    assert shown is not None
    assert shown.rows[0].outcome == "sudo as root, refused: user NOT in sudoers"
