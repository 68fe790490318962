"""A dry run's report, which lists every step of every card, lies in a file; the row says where."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

FORGET_LOOKS = """
update casebook_job set result = result - 'files'
 where kind = 'playbooks.import' and (asked ->> 'dry_run')::boolean;
"""
"""Of looks from before: they made nothing, and the same look is had by another upload."""


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0008_import_beside_draft")]
    operations = [
        migrations.AddField(
            model_name="job", name="report", field=models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.RunSQL(FORGET_LOOKS, migrations.RunSQL.noop),
    ]
