"""Who sends, as intake sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from casebook.models import Source


@dataclass(frozen=True)
class Sender:
    """What intake needs of the source that sends: its policies, and how new the tables in memory must be."""

    source_id: int
    team_id: int
    name: str
    token_id: int | None
    config_epoch: int
    window: timedelta
    on_closed_repeat: str
    reopen_within: timedelta
    grouping_on: str = "rule_entity"
    contract_per_minute: int | None = None
    zone: str = ""
    field_map: Mapping[str, Any] = field(default_factory=dict)


def sender_of(source: Source, *, token_id: int | None = None, config_epoch: int) -> Sender:
    """The sender behind a source row."""
    return Sender(
        source.pk, source.team_id, source.slug, token_id, config_epoch,
        source.grouping_window, source.on_closed_repeat, source.reopen_within,
        source.grouping_on, source.contract_per_minute, source.zone, source.field_map,
    )  # fmt: skip
