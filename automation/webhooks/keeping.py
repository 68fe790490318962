"""Make, change and drop webhooks; send something again. A secret is shown once, where we made it, and never again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from automation import vault
from automation.models import Delivery, Webhook
from automation.webhooks.access import to_change
from automation.webhooks.deliver import form_of
from automation.webhooks.forms.signed import new_secret
from automation.webhooks.message import TEST, test_message
from automation.webhooks.outbox import new_key, ring
from automation.webhooks.policy import form_named, misplaced, wrong
from casebook.actor import Actor
from casebook.clock import db_now
from casebook.errors import Invalid, NotFound, WrongState
from casebook.journal.record import record
from casebook.models import Source, Team
from casebook.sources.access import READ, require_team


@dataclass(frozen=True)
class Made:
    """A webhook, and the secret we made for it: "" where it was given by whoever made it."""

    webhook: Webhook
    secret: str = ""


def create(*, actor: Actor, team: str, values: Mapping[str, Any]) -> Made:
    """``values``: name, url, and of form (signed), reach (public), verbs, settings, source (slug), enabled, secret.

    Raises Invalid naming every wrong field, NotFound or NotAllowed.
    """
    form = form_named(str(values.get("form", "signed")))
    given = {"settings": {}, **values}
    errors = wrong(given, form) | {name: ["required"] for name in ("name", "url") if not values.get(name)}
    if form.credential and not values.get("secret"):
        errors["secret"] = [f"required: {form.credential}"]
    errors = errors or misplaced(values["url"], values.get("reach", "public"))
    if errors:
        raise Invalid.of(errors)
    with transaction.atomic():
        where = require_team(actor, team, things="webhooks")
        if Webhook.objects.filter(team=where, name=values["name"].strip()).exists():
            raise Invalid.of({"name": ["there is one of that name already"]})
        hook = Webhook.objects.create(
            team=where,
            source=_source(where, values.get("source")),
            name=values["name"].strip(),
            form=form.name,
            url=values["url"],
            reach=values.get("reach", "public"),
            verbs=values.get("verbs") or list(form.default_verbs),
            settings=given["settings"],
            enabled=values.get("enabled", True),
        )
        made = "" if form.credential else new_secret()
        _seal(hook, values.get("secret") if form.credential else made)
        record(actor, "webhook.created", hook, {"name": hook.name, "url": hook.url}, team_id=where.pk)
    return Made(hook, made)


def change(*, actor: Actor, hook_id: int, values: Mapping[str, Any]) -> Webhook:
    """Set what is given. Switching on sends what waits. Raises Invalid, NotFound or NotAllowed."""
    with transaction.atomic():
        hook = to_change(actor, hook_id)
        if "form" in values:
            raise Invalid.of({"form": ["cannot be changed: make another webhook"]})
        errors = wrong(values, form_of(hook))
        if "url" in values or "reach" in values:
            errors = errors or misplaced(values.get("url", hook.url), values.get("reach", hook.reach))
        if errors:
            raise Invalid.of(errors)
        plain = {
            name: values[name] for name in ("name", "url", "reach", "verbs", "settings", "enabled") if name in values
        }
        if "source" in values:
            plain["source"] = _source(hook.team, values["source"])
        changed = [name for name, value in plain.items() if getattr(hook, name) != value]
        for name in changed:
            setattr(hook, name, plain[name])
        if "enabled" in changed and hook.enabled:
            hook.stopped_why = ""
        hook.save()
        if values.get("secret"):
            _seal(hook, values["secret"])
            changed.append("secret")
        if changed:
            record(
                actor, "webhook.changed", hook, {"name": hook.name, "what": ", ".join(changed)}, team_id=hook.team_id
            )
        if hook.enabled:
            ring_all(hook)
    return hook


def new_signing_secret(*, actor: Actor, hook_id: int) -> Made:
    """Another secret in place of the one it has, effective with the next try. Raises Invalid where it is not ours."""
    with transaction.atomic():
        hook = to_change(actor, hook_id)
        if form_of(hook).credential:
            raise Invalid.of({"secret": [f"is given by whoever runs the other side: {form_of(hook).credential}"]})
        made = new_secret()
        _seal(hook, made)
        record(actor, "webhook.changed", hook, {"name": hook.name, "what": "secret"}, team_id=hook.team_id)
    return Made(hook, made)


def drop(*, actor: Actor, hook_id: int) -> None:
    """Forget a webhook with its log; the journal keeps that it was there."""
    with transaction.atomic():
        hook = to_change(actor, hook_id)
        record(actor, "webhook.dropped", hook, {"name": hook.name, "url": hook.url}, team_id=hook.team_id)
        hook.delete()


def send_again(*, actor: Actor, delivery_id: int) -> Delivery:
    """The same message again: a given-up one is tried anew, a delivered one goes out once more as a copy marked
    ``resent``, under its old key."""
    with transaction.atomic():
        row = (
            Delivery.objects.filter(pk=delivery_id, webhook__team__in=actor.teams(READ))
            .select_related("webhook")
            .first()
        )
        if row is None:
            raise NotFound
        hook = to_change(actor, row.webhook_id)
        if row.state == Delivery.State.DELIVERED:
            row = Delivery.objects.create(
                webhook=hook, case_id=row.case_id, entry_id=row.entry_id, verb=row.verb, key=row.key, body=row.body,
                resent=True,
            )  # fmt: skip
        else:
            row.state, row.attempts, row.error = Delivery.State.WAITING, 0, ""
            row.next_at = row.planned_at
            row.save(update_fields=["state", "attempts", "error", "next_at"])
        ring([(hook, row.case_id)])
    return row


def send_test(*, actor: Actor, hook_id: int) -> Delivery:
    """A message about no case, on its way at once. Raises WrongState for a webhook that is off, or whose form writes to
    a case's alerts and so has nothing to say about none; NotFound or NotAllowed."""
    with transaction.atomic():
        hook = to_change(actor, hook_id)
        if not hook.enabled:
            raise WrongState("This webhook is off: switch it on first.")
        if not form_of(hook).takes_tests:
            raise WrongState("This form writes to the alerts of a case: it is tried by a case that moves.")
        body = test_message(at=db_now(), by=actor.name)
        row = Delivery.objects.create(
            webhook=hook, case_id=0, entry_id=0, verb=TEST, key=new_key(), body=body, resent=True
        )
        ring([(hook, row.case_id)])
    return row


def ring_all(hook: Webhook) -> None:
    """Ask for everything that waits for a webhook."""
    waiting = Delivery.objects.filter(webhook=hook, state=Delivery.State.WAITING).order_by()
    ring([(hook, case_id) for case_id in waiting.values_list("case_id", flat=True).distinct()])


def _seal(hook: Webhook, secret: str | None) -> None:
    hook.sealed = vault.seal(secret or "", hook.place)
    hook.save(update_fields=["sealed"])


def _source(team: Team, slug: str | None) -> Source | None:
    if not slug:
        return None
    found = Source.objects.filter(team=team, slug=slug).first()
    if found is None:
        raise Invalid.of({"source": [f"there is no source {slug!r} in {team.name}"]})
    return found
