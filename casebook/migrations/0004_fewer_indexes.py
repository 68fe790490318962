"""Indexes of foreign keys that another index begins with, or that nothing asks by: written for every alert, for nothing."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casebook", "0003_default_sla_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="casebook.case",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="source",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="casebook.source"
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="team",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"),
        ),
        migrations.AlterField(
            model_name="alertobservable",
            name="alert",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="observable_links",
                to="casebook.alert",
            ),
        ),
        migrations.AlterField(
            model_name="alertobservable",
            name="observable",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alert_links",
                to="casebook.observable",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="casebook.case",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="owned_cases",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="team",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"),
        ),
        migrations.AlterField(
            model_name="caseobservable",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="observable_links",
                to="casebook.case",
            ),
        ),
        migrations.AlterField(
            model_name="caseobservable",
            name="observable",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="case_links",
                to="casebook.observable",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="casebook.case"
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="team",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="casebook.case"
            ),
        ),
        migrations.AlterField(
            model_name="grouping",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="groupings",
                to="casebook.case",
            ),
        ),
        migrations.AlterField(
            model_name="grouping",
            name="source",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.source"),
        ),
        migrations.AlterField(
            model_name="grouping",
            name="team",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"),
        ),
        migrations.AlterField(
            model_name="observable",
            name="team",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"),
        ),
        migrations.AlterField(
            model_name="work",
            name="team",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="casebook.team"
            ),
        ),
    ]
