"""What an alert is about, and what a case's alerts have in common: so that grouping can be tried out over past alerts,
and what comes after closing finds the case it follows."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

KEYED_AND_CLOSED = models.Q(("state", "closed"), models.Q(("grouping_key", ""), _negated=True))


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0009_job_report")]
    operations = [
        migrations.AddField(
            model_name="alert",
            name="entity",
            field=models.CharField(blank=True, db_default="", default="", max_length=210),
        ),
        migrations.AddField(
            model_name="case",
            name="grouping_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["source", "grouping_key", "-closed_at"],
                name="closed_cases_of_key",
                condition=KEYED_AND_CLOSED,
            ),
        ),
    ]
