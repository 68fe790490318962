"""The default policy, around the clock: what a case may take until somebody decides otherwise.

Reckoned so that the parts fit the whole: acknowledge, then qualify, leaves acceptance and containment their time.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

MINUTE, HOUR = 60, 3600
INFO, LOW, MEDIUM, HIGH, CRITICAL = range(5)

TARGETS: dict[str, dict[int, int]] = {
    "time_to_acknowledge": {
        CRITICAL: 15 * MINUTE,
        HIGH: 30 * MINUTE,
        MEDIUM: 1 * HOUR,
        LOW: 4 * HOUR,
        INFO: 8 * HOUR,
    },
    "time_to_qualify": {CRITICAL: 30 * MINUTE, HIGH: 1 * HOUR, MEDIUM: 4 * HOUR, LOW: 12 * HOUR, INFO: 24 * HOUR},
    "time_to_accept": {CRITICAL: 15 * MINUTE, HIGH: 30 * MINUTE, MEDIUM: 2 * HOUR, LOW: 8 * HOUR, INFO: 24 * HOUR},
    "time_to_contain": {CRITICAL: 1 * HOUR, HIGH: 4 * HOUR, MEDIUM: 12 * HOUR, LOW: 48 * HOUR, INFO: 96 * HOUR},
    "time_to_resolve": {CRITICAL: 4 * HOUR, HIGH: 8 * HOUR, MEDIUM: 24 * HOUR, LOW: 72 * HOUR, INFO: 120 * HOUR},
}


def write(apps: Any, schema_editor: Any) -> None:
    policies = apps.get_model("casebook", "SlaPolicy").objects
    if policies.filter(name="Default", number=1).exists():  # it stayed when the migration was taken back
        return
    policy = policies.create(name="Default", number=1, default=True)
    target = apps.get_model("casebook", "SlaTarget")
    target.objects.bulk_create(
        target(policy=policy, measure=measure, severity=severity, target_s=seconds)
        for measure, by_severity in TARGETS.items()
        for severity, seconds in by_severity.items()
    )


def take_back(apps: Any, schema_editor: Any) -> None:
    """A policy that clocks ran under stays: they would mean nothing without it."""
    if not apps.get_model("casebook", "Clock").objects.exists():
        apps.get_model("casebook", "SlaPolicy").objects.filter(name="Default", number=1).delete()


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0002_guards")]
    operations = [migrations.RunPython(write, take_back)]
