"""Alerts counted by the day, and a count taken back wherever an alert of a counted day is written or changed after all.

A day is counted a full day after its end, so only what is dated back reaches into one. Who counts and who dates back
wait for each other: else a count could miss a row that is not committed yet and stand for good.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
create function casebook_alert_day_reopens() returns trigger language plpgsql as
$$ begin
    perform pg_advisory_xact_lock_shared(hashtext('casebook.alert_day'));
    if tg_op <> 'INSERT' then
        delete from casebook_alertday
         where team_id = old.team_id and day = (old.received_at at time zone 'UTC')::date;
    end if;
    if tg_op <> 'DELETE' then
        delete from casebook_alertday
         where team_id = new.team_id and day = (new.received_at at time zone 'UTC')::date;
    end if;
    return null;
end $$;
create trigger alert_dated_back after insert on casebook_alert for each row
    when (new.received_at < now() - interval '12 hours') execute function casebook_alert_day_reopens();
create trigger alert_counted_otherwise after update of team_id, received_at, techniques on casebook_alert for each row
    when ((old.team_id, old.received_at, old.techniques) is distinct from (new.team_id, new.received_at, new.techniques))
    execute function casebook_alert_day_reopens();
create trigger alert_counted_no_more after delete on casebook_alert for each row
    execute function casebook_alert_day_reopens();
"""
DROP = """
drop trigger alert_counted_no_more on casebook_alert;
drop trigger alert_counted_otherwise on casebook_alert;
drop trigger alert_dated_back on casebook_alert;
drop function casebook_alert_day_reopens();
"""


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0010_what_alerts_match")]
    operations = [
        migrations.CreateModel(
            name="AlertDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("lists", models.JSONField()),
                (
                    "team",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="casebook.team"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["team", "day"], name="one_count_per_day")],
            },
        ),
        migrations.RunSQL(TRIGGERS, DROP),
    ]
