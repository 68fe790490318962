"""Many ranges and assets at once, from pasted lines. Each line stands for itself; each gets its answer."""

from __future__ import annotations

from dataclasses import dataclass

from casebook.actor import Actor
from casebook.context.access import require_team
from casebook.context.assets import add_asset
from casebook.context.ranges import add_range
from casebook.errors import Invalid
from casebook.models import Asset

MOST_LINES = 500
MARKS = frozenset({"critical", "protected"})


@dataclass(frozen=True)
class LineReport:
    """What became of one line. ``outcome``: added, changed, unchanged or refused. ``text`` says what, or why."""

    number: int
    line: str
    outcome: str
    text: str


def import_lines(*, actor: Actor, team_id: int, text: str) -> list[LineReport]:
    """Add what the lines name, one transaction a line; a refused line costs no other.

    A range: ``198.51.100.0/24, office Vienna``. An asset: ``host, dc1, domain controller, critical protected``, with
    kind ``host``, ``ip`` or ``user``; label and marks may be left out. Blank lines and ``# comments`` are passed over.
    Raises Invalid when there are too many lines, NotAllowed or NotFound for the team.
    """
    require_team(actor, team_id)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not lines:
        raise Invalid("There is nothing to import.", errors={"lines": ["paste one range or asset a line"]})
    if len(lines) > MOST_LINES:
        raise Invalid("That is too much at once.", errors={"lines": [f"{MOST_LINES} lines at most"]})
    return [_import_line(actor, team_id, number, line) for number, line in lines]


def _import_line(actor: Actor, team_id: int, number: int, line: str) -> LineReport:
    parts = [part.strip() for part in line.replace("\t", ",").split(",")]
    try:
        said = _asset(actor, team_id, parts) if parts[0].lower() in Asset.Kind.values else _range(actor, team_id, parts)
    except Invalid as refusal:
        reasons = "; ".join(reason for reasons in refusal.errors.values() for reason in reasons)
        return LineReport(number, line, "refused", reasons or refusal.detail)
    return LineReport(number, line, "added", said)


def _range(actor: Actor, team_id: int, parts: list[str]) -> str:
    label = ", ".join(part for part in parts[1:] if part)
    added = add_range(actor=actor, team_id=team_id, cidr=parts[0], label=label)
    overlaps = ", ".join(one.cidr for one in added.overlaps)
    return f"range {added.range.cidr}" + (f", overlaps {overlaps}" if overlaps else "")


def _asset(actor: Actor, team_id: int, parts: list[str]) -> str:
    kind, rest = parts[0].lower(), parts[1:] or [""]
    words = set(rest[-1].lower().split())
    marks = words if words and words <= MARKS and len(rest) > 1 else set()
    asset = add_asset(
        actor=actor,
        team_id=team_id,
        kind=kind,
        name=rest[0],
        label=", ".join(rest[1:-1] if marks else rest[1:]),
        critical="critical" in marks,
        protected="protected" in marks,
    )
    return f"{kind} {asset.name}" + (f" ({', '.join(sorted(marks))})" if marks else "")
