"""An action's case and connector are of the action's own team: the database says so."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQL = """
alter table automation_action
    add constraint action_case_of_team foreign key (case_id, team_id) references casebook_case (id, team_id),
    add constraint action_connector_of_team foreign key (connector_id, team_id)
        references automation_connector (id, team_id);
"""
UNDO = """
alter table automation_action drop constraint action_connector_of_team, drop constraint action_case_of_team;
"""


class Migration(migrations.Migration):
    dependencies: list[Any] = [("automation", "0001_initial"), ("casebook", "0002_guards")]
    operations = [migrations.RunSQL(SQL, UNDO)]
