"""Systems that keep logs, their searches, and each fetch; case and system of a fetch are of its own team."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

OF_TEAM = """
alter table automation_logfetch
    add constraint log_fetch_case_of_team foreign key (case_id, team_id) references casebook_case (id, team_id),
    add constraint log_fetch_system_of_team foreign key (system_id, team_id)
        references automation_logsystem (id, team_id);
"""
NOT_OF_TEAM = """
alter table automation_logfetch drop constraint log_fetch_system_of_team, drop constraint log_fetch_case_of_team;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0005_polls"),
        ("casebook", "0015_fetched_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LogSystem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=30)),
                ("url", models.CharField(max_length=2000)),
                ("reach", models.CharField(default="public", max_length=10)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("sealed", models.BinaryField(default=b"")),
                ("most_rows", models.PositiveIntegerField(default=5000)),
                ("most_bytes", models.PositiveIntegerField(default=33554432)),
                ("most_s", models.PositiveIntegerField(default=120)),
                ("enabled", models.BooleanField(default=True)),
                ("worked_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True, default="")),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="log_systems", to="casebook.team"
                    ),
                ),
            ],
            options={
                "ordering": ["team", "name"],
            },
        ),
        migrations.CreateModel(
            name="LogFetch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system_name", models.CharField(max_length=120)),
                ("search_name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=10)),
                ("query", models.TextField()),
                ("left_out", models.JSONField(blank=True, default=list)),
                ("window_from", models.DateTimeField()),
                ("window_to", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("capped", models.CharField(blank=True, default="", max_length=80)),
                ("error", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log_fetches",
                        to="casebook.case",
                    ),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fetch",
                        to="casebook.evidence",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casebook.step",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casebook.team"
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="fetches",
                        to="automation.logsystem",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=120)),
                ("language", models.CharField(max_length=10)),
                ("template", models.TextField()),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="searches", to="automation.logsystem"
                    ),
                ),
            ],
            options={
                "ordering": ["system", "kind", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="logsystem",
            constraint=models.UniqueConstraint(fields=("team", "name"), name="one_log_system_per_name"),
        ),
        migrations.AddConstraint(
            model_name="logsystem",
            constraint=models.UniqueConstraint(fields=("id", "team"), name="log_system_id_and_team"),
        ),
        migrations.AddIndex(
            model_name="logfetch",
            index=models.Index(fields=["case", "-id"], name="log_fetches_of_case"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(fields=("system", "name"), name="one_saved_search_per_name"),
        ),
        migrations.RunSQL(OF_TEAM, NOT_OF_TEAM),
    ]
