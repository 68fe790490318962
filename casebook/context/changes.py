"""Announced changes: when, and which hosts, accounts and services they touch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q

from casebook.context.fields import Field
from casebook.context.kind import Key, Kind, Values
from casebook.errors import Invalid
from casebook.models import ChangeWindow

LONGEST = timedelta(days=90)
"""As long as a suppression may last: what goes on longer is no change but how things are."""


def _settled(values: dict[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    if values["ends_at"] <= values["starts_at"]:
        errors["ends_at"] = ["it lies before the beginning"]
    elif values["ends_at"] - values["starts_at"] > LONGEST:
        errors["ends_at"] = [f"{LONGEST.days} days at most: what lasts longer belongs on the allow list"]
    if not (values["hosts"] or values["users"] or values["services"]):
        errors["hosts"] = ["name a host, an account or a service that it touches"]
    if errors:
        raise Invalid.of(errors)
    return values


def _keys(values: Values) -> list[Key]:
    """A reference may cover several windows, and a title come back every week: with its beginning it is one."""
    return [((values["reference"] or values["title"]).lower(), values["starts_at"].isoformat())]


def _near(many: Iterable[Values]) -> Q:
    return Q(starts_at__in=[values["starts_at"] for values in many])


def _found_by(text: str) -> Q:
    touched = Q(hosts__contains=[text.lower()]) | Q(users__contains=[text.lower()])
    return touched | Q(title__icontains=text) | Q(reference__icontains=text) | Q(owner__icontains=text)


def _said(values: Values) -> str:
    return f"{values['reference']} {values['title']}".strip()


CHANGES = Kind(
    slug="changes",
    one="change window",
    many="change windows",
    model=ChangeWindow,
    telling="title",
    fields=(
        Field("title", "What is changed", most=200, required=True, placeholder="Patching of the web servers"),
        Field("reference", "Reference", most=60, placeholder="CHG-1042", code=True),
        Field("starts_at", "From", "instant", required=True, placeholder="2026-11-24T22:00Z"),
        Field("ends_at", "To", "instant", required=True, placeholder="2026-11-25T02:00Z"),
        Field("hosts", "Hosts", "words", placeholder="web-1, web-2", code=True, hint="* stands for anything: web-*"),
        Field("users", "Accounts", "words", placeholder="deploy", code=True),
        Field("services", "Services", "words", placeholder="sshd", code=True, hint="as logs name them"),
        Field("owner", "Owner", required=True, placeholder="Platform team"),
    ),
    settled=_settled,
    keys=_keys,
    near=_near,
    found_by=_found_by,
    said=_said,
)  # fmt: skip
