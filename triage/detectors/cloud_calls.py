"""Calls of a cloud's interfaces as detectors read them: whose credentials they were made with, and by which program.

An instance's role is used in a session named after the instance (``…:assumed-role/web/i-0abc…``, AWS). Such credentials
belong to the instance: only its address, its operating system and its programs fit them.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import Final

import polars as pl

from triage.detectors.attempts import COUNT
from triage.detectors.d07_non_corporate_source import PRIVATE
from triage.detectors.networks import network

INSTANCE: Final = r"(?::assumed-role/(?P<role>[^/]+)/|^AROA\w+:)(?P<instance>i-[0-9a-f]{8,17})$"
"""The end of an ARN, or a principal's id, which names no role."""

ANONYMOUS: Final = ("ANONYMOUS_PRINCIPAL", "Anonymous", "anonymous")
"""What CloudTrail names as the account of a request that nobody signed."""

SERVICES: Final = r"(?i)console|aws[- ]internal|\.amazonaws\.com$"
"""The web console and services that act for somebody: one page of the console makes dozens of listing calls."""

PROGRAM: Final = r"^\[?\s*([\w.+-]+(?:/[\w.+-]+)?)"
SYSTEM: Final = r"(?i)\b(linux|windows|darwin|macos|macintosh)\b"

CLOUD: Final = pl.col("service.name").str.ends_with(".amazonaws.com") | pl.col("user.id").str.starts_with("arn:aws")
"""Calls that tell whose credentials they were made with."""

CALL: Final = pl.coalesce("event.code", "event.action")
"""A call by its own name: an action may be the word that several systems share."""


def with_calls(events: pl.DataFrame) -> pl.DataFrame:
    """The calls among the events, with ``call``, ``principal`` (ARN, id or name), ``role`` and ``instance`` where the
    session is an instance's, ``program`` and ``system`` as the caller states them, and ``service`` (made by the console
    or a service, not by a program)."""
    session = pl.col("user.id").str.extract_groups(INSTANCE)
    agent = pl.col("user_agent.original")
    return events.filter(CLOUD.fill_null(False)).with_columns(
        COUNT,
        call=CALL,
        principal=pl.coalesce("user.id", "user.name"),
        role=pl.coalesce(session.struct.field("role"), "user.name"),
        instance=session.struct.field("instance"),
        program=agent.str.extract(PROGRAM),
        system=agent.str.extract(SYSTEM),
        service=agent.str.contains(SERVICES).fill_null(False),
    )


def with_network(calls: pl.DataFrame) -> pl.DataFrame:
    """The calls with ``network``, of a public address: an instance reaches some services by a private one as well."""
    addresses = calls["source.ip"].drop_nulls().unique().to_list()
    networks = {address: _public_network(address) for address in addresses}
    return calls.with_columns(
        pl.col("source.ip").replace_strict(networks, default=None, return_dtype=pl.String).alias("network")
    )


@lru_cache(maxsize=1 << 14)
def _public_network(address: str) -> str | None:
    if any(ip_address(address) in private for private in PRIVATE):
        return None
    return network(address, ipv4=24, ipv6=48)
