"""Cards and archives that tests of the importer make up."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

CARDS = Path(__file__).resolve().parents[3] / "cards"

CELLS = {
    "Log Sources to Investigate": "1. Lock journal of the harbour gates<br>2. Camera index",
    "Key Indicators": "Refusals at odd hours. A badge seen at two gates within a minute.",
    "Questions for Analysis": "Did failed logins hit the same accounts again and again? Is the badge holder authorised "
    "to be in hall B?",
    "Decision for Escalation": "Escalate to Tier 2 if:<br>1. failed logins continue for an hour<br>2. a cloned badge "
    "opened a door",
    "Additional Analysis Steps for L1": "Call the porter. Check prior alerts about this gate.",
    "T2 Analyst Actions": "Pull the controller's memory. Match the reader against the vendor's notes.",
    "Containment and Further Analysis": "Lock the gate. Reissue the badge.",
}


def card(technique: str = "T1110", name: str = "Harbour gate guessing", **changes: str) -> str:
    """A card in the eleven-row table; ``changes`` are (old=new) words of its cells, spaces written as underscores."""
    sub = technique if "." in technique else "N/A"
    head = {"MITRE Tactic": "Credential Access", "MITRE TTP": technique.partition(".")[0], "MITRE Sub-TTP": sub}
    rows = {"Column Name": "Value", "---": "---"} | head | {"Name": name} | CELLS
    text = f"# {name}\n\n" + "".join(f"| {label} | {value} |\n" for label, value in rows.items())
    for old, new in changes.items():
        assert old.replace("_", " ") in text
        text = text.replace(old.replace("_", " "), new)
    return text


def zip_of(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return body.getvalue()


def tar_of(files: Mapping[str, str | bytes], kind: str = "", also: Iterable[tarfile.TarInfo] = ()) -> bytes:
    """``kind`` is "", ``gz``, ``bz2`` or ``xz``; ``also`` are members without content."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode=f"w:{kind}") as pack:  # type: ignore[call-overload]
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            pack.addfile(member, io.BytesIO(data))
        for member in also:
            pack.addfile(member)
    return body.getvalue()
