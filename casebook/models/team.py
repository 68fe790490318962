"""Teams, and the one row that describes this installation."""

from __future__ import annotations

from django.db import models


class Team(models.Model):
    """Who may see what: a team of ours, or a customer of an MSSP. Every record that people read carries one."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Installation(models.Model):
    """One row, id 1.

    ``epoch`` is raised by a restore, so that no reader's cursor outlives the data it pointed into. ``config_epoch``
    is raised by every change of what intake keeps in memory (playbooks, policies, grouping); a process whose copy
    is older reads it again.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.IntegerField(default=1)
    config_epoch = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_row")]
