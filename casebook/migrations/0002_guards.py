"""The journal can only grow; a case can be referenced together with its team; one installation row."""

from __future__ import annotations

from typing import Any

from django.db import migrations

GUARDS = """
insert into casebook_installation (id, epoch, config_epoch) values (1, 1, 1);

create function casebook_journal_is_append_only() returns trigger language plpgsql as
$$ begin
    raise exception 'the journal is append-only: % is not allowed', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger journal_is_append_only before update or delete on casebook_journal
    for each row execute function casebook_journal_is_append_only();
create trigger journal_is_not_truncated before truncate on casebook_journal
    for each statement execute function casebook_journal_is_append_only();

alter table casebook_case add constraint case_id_and_team unique (id, team_id);
"""
DROP_GUARDS = """
alter table casebook_case drop constraint case_id_and_team;
drop trigger journal_is_not_truncated on casebook_journal;
drop trigger journal_is_append_only on casebook_journal;
drop function casebook_journal_is_append_only();
delete from casebook_installation;
"""

# Default privileges give the app role all four verbs on a new table; here it keeps two. Whoever else was granted
# more than reading by them loses it too, so the migration needs no role's name.
REVOKE = """
do $$ declare grantee text; begin
    for grantee in select distinct g.grantee from information_schema.role_table_grants g
                    join pg_class c on c.relname = g.table_name and c.relnamespace = 'public'::regnamespace
                   where g.table_name = 'casebook_journal' and g.grantee <> pg_get_userbyid(c.relowner)
                     and g.grantee <> 'PUBLIC'
    loop
        execute format('revoke update, delete, truncate on casebook_journal from %I', grantee);
    end loop;
    revoke update, delete, truncate on casebook_journal from public;
end $$;
"""


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARDS, DROP_GUARDS),
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
