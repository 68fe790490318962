"""An imported version may be published while an author's draft stands open; a revoked technique knows its successor.

Going back is safe on full data: only authors' drafts outlive a transaction, and of those there is one for a playbook.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: list[Any] = [("casebook", "0007_intake_policies")]
    operations = [
        migrations.RemoveConstraint(model_name="playbookversion", name="one_draft"),
        migrations.AddConstraint(
            model_name="playbookversion",
            constraint=models.UniqueConstraint(
                fields=["playbook"], condition=models.Q(state="draft", imported_sha256=""), name="one_draft"
            ),
        ),
        migrations.AddField(
            model_name="attacktechnique",
            name="replaced_by",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
    ]
