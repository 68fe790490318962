"""One click says that a rule needs tuning, not what it lacks."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casebook", "0012_links_without_constraints")]

    operations = [
        migrations.AlterField(
            model_name="rulefeedback",
            name="kind",
            field=models.CharField(
                choices=[
                    ("unsaid", "not said what it lacks"),
                    ("noisy", "too noisy"),
                    ("wrong", "fires on the wrong thing"),
                    ("severity", "wrong severity"),
                    ("context", "lacks fields needed to judge"),
                    ("duplicate", "same as another rule"),
                ],
                default="unsaid",
                max_length=12,
            ),
        ),
    ]
