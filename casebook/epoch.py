"""The configuration's epoch: what tells every process that its tables in memory are out of date."""

from __future__ import annotations

from django.db import connection

from casebook.models import Installation


def config_epoch() -> int:
    """The epoch now."""
    return Installation.objects.values_list("config_epoch", flat=True).get(pk=1)


def one_at_a_time() -> None:
    """Of everybody who changes what intake keeps in memory, the next waits for this transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from casebook_installation where id = 1 for no key update")


def raise_config_epoch() -> None:
    """Every process reads its tables again. Call it in the transaction that changed a playbook or a policy."""
    with connection.cursor() as cursor:
        cursor.execute("update casebook_installation set config_epoch = config_epoch + 1 where id = 1")
