"""A published version and its steps cannot be changed by anybody; what lists show of older versions is filled in."""

from __future__ import annotations

from typing import Any

from django.db import migrations

FILL = """
update casebook_playbookversion set imported_sha256 = sha256, published_by = created_by,
    techniques = case when technique = '' then '{}'::varchar[] else array[technique] end;
update casebook_playbookversion v set digest = (
    select jsonb_build_object(
        'steps', count(*),
        'questions', coalesce(jsonb_agg(
            (select coalesce(jsonb_agg(b -> 'detector'), '[]') from jsonb_array_elements(s.bindings) b)
            order by s.position) filter (where s.section = 'question'), '[]'),
        'criteria', count(*) filter (where s.section = 'criterion'),
        'executable', count(*) filter (where s.section = 'criterion' and s.expression is not null and s.confirmed))
    from casebook_step s where s.version_id = v.id);
"""

# Not what it says, and not who made it; only how it stands, and who looked at it since.
GUARDS = """
create function casebook_published_is_final() returns trigger language plpgsql as
$$ begin
    if tg_op = 'DELETE' then
        if old.state = 'draft' then return old; end if;
        raise exception 'version % is %: it cannot be deleted', old.number, old.state using errcode = 'check_violation';
    end if;
    if old.state = 'draft' then return new; end if;
    if (to_jsonb(old) - '{state,retired_by,retired_at,reviewed_by,reviewed_at}'::text[])
       is distinct from (to_jsonb(new) - '{state,retired_by,retired_at,reviewed_by,reviewed_at}'::text[])
       or (old.state, new.state) not in (('published', 'published'), ('published', 'retired'), ('retired', 'retired'))
    then
        raise exception 'version % is %: a change is a new version', old.number, old.state
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger published_is_final before update or delete on casebook_playbookversion
    for each row execute function casebook_published_is_final();

create function casebook_steps_are_final() returns trigger language plpgsql as
$$ declare version_state text;
begin
    select state into version_state from casebook_playbookversion
     where id = case when tg_op = 'INSERT' then new.version_id else old.version_id end;
    if version_state <> 'draft' then
        raise exception 'the steps of a % version are final', version_state using errcode = 'check_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger steps_are_final before insert or update or delete on casebook_step
    for each row execute function casebook_steps_are_final();
"""
DROP_GUARDS = """
drop trigger steps_are_final on casebook_step;
drop function casebook_steps_are_final();
drop trigger published_is_final on casebook_playbookversion;
drop function casebook_published_is_final();
"""


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0005_playbook_library")]
    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
