"""What came in, untouched. Apart from the rows that lists read, and referenced by nothing, so that it can be
partitioned by month."""

from __future__ import annotations

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class RawBody(models.Model):
    """The exact bytes of one alert, or of a request that was refused.

    ``outcome`` is ``understood`` for an alert's bytes, ``refused`` for what the native format could not take,
    ``not_understood`` for a vendor body its adapter did not understand, and ``reprocessed`` for one that became an
    alert after all, with a copy of its own there. ``place`` is where it went wrong. ``adapter`` is what read it, or
    tried to: events, facts and assumptions of an alert are read again from here.
    """

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField(db_default=Func(models.Value("raw_body_id_seq"), function="nextval"))
    at = models.DateTimeField(db_default=Now())
    team_id = models.BigIntegerField()
    source_id = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    body = models.BinaryField()
    outcome = models.CharField(max_length=16, default="understood")
    adapter = models.CharField(max_length=30, db_default="native")
    reason = models.TextField(default="", blank=True)
    place = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "casebook_raw_body"
        indexes = [
            models.Index(
                fields=["source_id", "-at"], name="raw_body_refusals", condition=~models.Q(outcome="understood")
            )
        ]
