"""What a log system answered is evidence of a kind of its own."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casebook", "0014_people_allowed_changes")]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[("file", "File"), ("paste", "Paste"), ("inline", "Inline"), ("fetched", "Fetched")],
                default="file",
                max_length=10,
            ),
        ),
    ]
