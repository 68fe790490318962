"""The playbook report over ten thousand runs of one playbook: the page a manager opens and the API behind it."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg
from psycopg import sql

from bench.client import load
from bench.instance import owner_url
from bench.pages import signed_in
from config.services.throwaway import RunningStack

RUNS = 10_000
SLUG = "T1110.001"
PATHS = {
    "all playbooks": "/reports/playbooks/",
    "one playbook": f"/reports/playbooks/?playbook={SLUG}",
    "all playbooks, API": "/api/v1/reports/playbooks/",
    "one playbook, API": f"/api/v1/reports/playbooks/?playbook={SLUG}",
}

# The demo's past runs of the playbook, in turns, until there are enough: under numbers and cases of their own.
_COPIES = """
create temporary table copied as
with past as (
    select run.id, run.case_id, row_number() over (order by run.id) - 1 place, count(*) over () of
    from triage_run run
    join casebook_case one on one.id = run.case_id and one.state = 'closed'
    join casebook_playbookversion version on version.id = run.version_id
    join casebook_playbook book on book.id = version.playbook_id
    where book.slug = %(slug)s
)
select past.id run, past.case_id, nextval(pg_get_serial_sequence('triage_run', 'id')) new_run,
       nextval(pg_get_serial_sequence('casebook_case', 'id')) new_case
from generate_series(1, %(runs)s) number join past on number %% past.of = past.place
"""
_DECISIONS = """
create temporary table decided as
select copied.*, decision.id decision, nextval(pg_get_serial_sequence('triage_decision', 'id')) new_decision
from copied join triage_decision decision on decision.run_id = copied.run
order by copied.new_run, decision.id
"""
_WRITTEN = "select column_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'"
_RUN, _DECISION = "copied on row.run_id = copied.run", "decided on row.id = decided.decision"
_ROWS: tuple[tuple[LiteralString, LiteralString, dict[LiteralString, LiteralString]], ...] = (
    ("casebook_case", "copied on row.id = copied.case_id", {"id": "new_case"}),
    ("triage_run", "copied on row.id = copied.run", {"id": "new_run", "case_id": "new_case"}),
    ("triage_answer", _RUN, {"run_id": "new_run"}),
    ("triage_focus", _RUN, {"run_id": "new_run"}),
    ("triage_decision", _DECISION, {"id": "new_decision", "run_id": "new_run", "case_id": "new_case"}),
    (
        "triage_escalation",
        "decided on row.decision_id = decided.decision",
        {"decision_id": "new_decision", "case_id": "new_case"},
    ),
)


def measure(stack: RunningStack, *, seconds: float = 5.0) -> dict[str, dict[str, Any]]:
    """p50 and p95 in milliseconds at one client, as the manager."""
    grow(owner_url(stack))
    headers = {"Cookie": signed_in(stack, "mara")}
    found = {}
    for name, path in PATHS.items():
        one = load(stack.url + path, make=None, headers=headers, clients=1, seconds=seconds, expect={200})
        if one.wrong:
            raise RuntimeError(f"{path} answered {one.wrong}")
        found[name] = {"p50_ms": round(one.p50_ms, 1), "p95_ms": round(one.p95_ms, 1)}
    return found


def grow(database: str, runs: int = RUNS) -> None:
    """Multiply what the demo's month left behind for one playbook: same answers, decisions and inputs, more of them."""
    with psycopg.connect(database) as connection:
        copied = connection.execute(_COPIES, {"slug": SLUG, "runs": runs}).rowcount
        if copied != runs:
            raise RuntimeError(f"the demo has no past runs of {SLUG} to multiply")
        connection.execute(_DECISIONS)
        for table, origin, changed in _ROWS:
            connection.execute(_copy(connection, table, origin, changed))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("analyze")


def _copy(
    connection: psycopg.Connection[Any],
    table: LiteralString,
    origin: LiteralString,
    changed: dict[LiteralString, LiteralString],
) -> sql.Composed:
    """An insert of the rows again, with other values in the changed columns; an ``id`` nobody names is a new one."""
    written = connection.execute(_WRITTEN, [table]).fetchall()
    kept = [name for (name,) in written if name not in changed and name != "id"]
    return sql.SQL("insert into {table} ({kept}, {changed}) select {old}, {new} from {table} row join {origin}").format(
        table=sql.Identifier(table),
        kept=sql.SQL(", ").join(map(sql.Identifier, kept)),
        changed=sql.SQL(", ").join(map(sql.Identifier, changed)),
        old=sql.SQL(", ").join(sql.Identifier("row", name) for name in kept),
        new=sql.SQL(", ").join(map(sql.Identifier, changed.values())),
        origin=sql.SQL(origin),
    )
