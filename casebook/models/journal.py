"""The append-only record: audit trail, timeline, outbox and change feed in one."""

from __future__ import annotations

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class Journal(models.Model):
    """What happened. Written by `casebook.journal.record`, in the transaction of what it records.

    Readers that must miss nothing take settled entries only, in (epoch, tx, id) order: an id alone can be taken
    early and committed late. Names instead of foreign keys, because nothing may ever need to change an entry.
    """

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField(db_default=Func(models.Value("journal_id_seq"), function="nextval"))
    at = models.DateTimeField(db_default=Now())
    epoch = models.IntegerField(db_default=Func(function="casebook_epoch", output_field=models.IntegerField()))
    tx = models.BigIntegerField(db_default=Func(function="casebook_tx", output_field=models.BigIntegerField()))
    team_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=150)
    person_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "casebook_journal"
        ordering = ["epoch", "tx", "id"]
        indexes = [
            models.Index(fields=["epoch", "tx", "id"], name="journal_settled_order"),
            models.Index(fields=["case_id", "id"], name="journal_of_case"),
        ]
