"""Is the journal what it promises to be? Order, grants, trigger; sealing comes with its own issue."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection


@dataclass
class Report:
    """What was checked. ``faults`` is empty when all is well."""

    entries: int = 0
    sealed: int = 0
    first: str | None = None
    last: str | None = None
    faults: list[str] = field(default_factory=list)


_COUNT = "select count(*), min(at)::text, max(at)::text from casebook_journal"
# Within one transaction ids rise with time of insertion; across epochs a transaction number may start again.
_DISORDER = """
select id from (
    select id, epoch, lag(epoch) over (order by id) as before from casebook_journal
) as entries where before > epoch limit 5
"""
_TWICE = "select id from casebook_journal group by id having count(*) > 1 limit 5"
_FUTURE = (
    "select id from casebook_journal where tx > pg_current_xact_id()::text::bigint and epoch = casebook_epoch() limit 5"
)
_ORPHANS = """
select j.id from casebook_journal j left join casebook_case c on c.id = j.case_id
 where j.case_id is not null and (c.id is null or c.team_id is distinct from j.team_id) limit 5
"""
_GRANTS = """
select distinct grantee, privilege_type from information_schema.role_table_grants g
  join pg_class c on c.relname = g.table_name and c.relnamespace = 'public'::regnamespace
 where g.table_name = 'casebook_journal' and g.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')
   and g.grantee <> pg_get_userbyid(c.relowner)
"""
_TRIGGERS = """
select count(*) from pg_trigger
 where tgrelid = 'casebook_journal'::regclass and tgenabled in ('O', 'A')
   and tgname in ('journal_is_append_only', 'journal_is_not_truncated')
"""
_OWNS = "select pg_get_userbyid(relowner) = current_user from pg_class where oid = 'casebook_journal'::regclass"


def verify(*, as_app: bool = True) -> Report:
    """Check the whole journal. ``as_app``: also that the role asking does not own the table."""
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        report.entries, report.first, report.last = cursor.fetchone()
        for query, fault in (
            (_TWICE, "id {} stands twice"),
            (_DISORDER, "entry {} is of an older epoch than the one before it"),
            (_FUTURE, "entry {} is of a transaction that has not happened yet"),
            (_ORPHANS, "entry {} is of a case that does not exist or belongs to another team"),
        ):
            cursor.execute(query)
            report.faults += [fault.format(row[0]) for row in cursor.fetchall()]
        cursor.execute(_GRANTS)
        report.faults += [f"role {grantee} may {privilege} the journal" for grantee, privilege in cursor.fetchall()]
        cursor.execute(_TRIGGERS)
        if cursor.fetchone()[0] != 2:
            report.faults.append("a trigger that keeps the journal append-only is missing or switched off")
        cursor.execute(_OWNS)
        if as_app and cursor.fetchone()[0]:
            report.faults.append("the application connects as the role that owns the journal")
    return report
