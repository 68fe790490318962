"""D04: were a few passwords tried on many accounts?

A spray stays under every limit that is counted by account: each is tried once or twice. So here the accounts are
counted that one origin touches, and only accounts that may exist: names that do not exist are enumeration (D03).
Machines, sign-in services and workstations each have a threshold of their own: behind one address of a sign-in service
sits a whole office.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from triage.detectors import origins, wording
from triage.detectors.attempts import FAILED, TO_SERVICE, Guesses, exists, failures, successes
from triage.detectors.compose import compose
from triage.detectors.coverage import minutes_rewritten
from triage.detectors.evidence import chart
from triage.detectors.origins import ORIGIN
from triage.detectors.protocol import Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, both, widened
from triage.detectors.sprays import Rule, Spray, sprays

REPORTED = 10
NAMES_KEPT = 50
HOUR_S = 3600
"""Windows of an hour and more stand where all minutes of a log were rewritten to be equal."""


class PasswordSpray:
    """By origin: many accounts that may exist within a window, few attempts each."""

    id = "D04"
    version = 1
    title = "Few attempts on many accounts"
    needs: tuple[str, ...] = ("authentication",)
    settings: Mapping[str, Any] = {
        "accounts": 5,  # Sentinel, SigninPasswordSpray
        "seconds": 1200,  # Sentinel
        "attempts_each": 3,  # our default
        "service_accounts": 16,  # Sentinel, Okta password spray: more than 15
        "service_seconds": 300,  # Sentinel
        "workstation_accounts": 11,  # Sigma, NTLM (4776): more than 10
        "workstation_seconds": 86400,  # Sigma
    }

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        return both(events, scope, lambda side: self._judge(side, chosen))

    def _judge(self, side: Side, settings: Mapping[str, Any]) -> Finding:
        guesses = failures(_tried(side))
        tried = _on_accounts(guesses.events)
        rules = _rules(settings)
        usable = [one for one in rules if one.seconds >= HOUR_S] if minutes_rewritten(side, self.needs) else rules
        found = sorted((one for rule in usable for one in sprays(tried, rule)), key=lambda s: (-s.strength, s.origin))
        top = found[0] if found else None
        unclear = top is None and any(one.candidates(tried).height for one in rules if one not in usable)
        won = _won(side, top) if top else []
        return compose(
            self,
            side,
            settings,
            answer="yes" if top else "cannot_tell" if unclear else "no",
            confidence=_confidence(top, unclear),
            sentence=_sentence(found, won, guesses, unclear),
            threshold=_threshold(settings),
            would_change="Accounts that prove to be one person's, or a gateway behind which many people sign in.",
            evidence=(top.inside(tried) if top else tried).select(side.everything.columns),
            figures=_figures(found, won, guesses, tried),
            entities=origins.entities(
                ({"origin": one.origin, "kind": one.kind} for one in found), REPORTED, users=top.names if top else ()
            ),
            missing=("trustworthy minutes in the time stamps",) if unclear else (),
        )


def _rules(settings: Mapping[str, Any]) -> list[Rule]:
    each, day = settings["attempts_each"], settings["workstation_seconds"]
    return [
        Rule("machine", ~TO_SERVICE, ORIGIN, settings["accounts"], settings["seconds"], each),
        Rule("service", TO_SERVICE, ORIGIN, settings["service_accounts"], settings["service_seconds"]),
        Rule("workstation", ~TO_SERVICE, pl.col("source.host"), settings["workstation_accounts"], day),
    ]


def _tried(side: Side) -> pl.DataFrame:
    """A case about an account alone holds one name by construction: there, all that its origins tried."""
    about_sources = side.is_case and (side.scope.ips or side.scope.domains)
    return side.events if about_sources else widened(side, ORIGIN, FAILED)


def _on_accounts(failed: pl.DataFrame) -> pl.DataFrame:
    """Attempts on accounts that exist or of which nobody says that they do not; ``exists`` as known of the account."""
    accounts = failed.group_by("user.name").agg(exists())
    return failed.join(accounts, on="user.name", maintain_order="left").filter(pl.col("exists").ne_missing(False))


def _won(side: Side, spray: Spray) -> list[str]:
    """The sprayed accounts that this origin then logged in to, within as long again: a guess that was right."""
    until = spray.last + timedelta(seconds=spray.rule.seconds)
    then = pl.col("@timestamp").is_between(spray.first, until)
    won = successes(side.everything).filter(then & spray.rule.by.eq(spray.origin))
    return won.filter(pl.col("user.name").is_in(spray.names))["user.name"].unique().sort().to_list()


def _confidence(top: Spray | None, unclear: bool) -> Confidence:
    """High at twice the accounts, or for a plain no; medium just over the threshold."""
    if unclear:
        return "low"
    return "high" if top is None or top.strength >= 2 else "medium"


def _sentence(found: list[Spray], won: list[str], guesses: Guesses, unclear: bool) -> str:
    failed = wording.plural(guesses.attempts, "failed login")
    if unclear:
        return f"{failed} over many accounts, but every time has the same minute, so no rate can be stated."
    if not guesses.attempts:
        return "No failed logins."
    if not found:
        return f"{failed}, and no origin that tried many accounts a few times each."
    top = found[0]
    each = "once each" if top.most_each == 1 else f"at most {top.most_each} times each"
    whether = "existing accounts" if top.known == top.accounts else "accounts"
    said = f"{top.origin} tried {top.accounts} {whether} {each}{wording.between(top.first, top.last)}"
    said += f": {wording.listed([wording.user(name) for name in top.names])}"
    said += f", and then logged in as {wording.listed(won)}" if won else ""
    more = {one.origin: f"{one.origin} ({one.accounts})" for one in reversed(found) if one.origin != top.origin}
    also = f"; also {wording.listed(list(reversed(more.values())))}" if more else ""
    return f"{said}{also}."


def _threshold(settings: Mapping[str, Any]) -> str:
    return (
        f"≥ {settings['accounts']} accounts in {wording.duration(settings['seconds'])} from one origin (Sentinel) with "
        f"≤ {settings['attempts_each']} attempts each (our default); sign-in services ≥ {settings['service_accounts']} "
        f"in {wording.duration(settings['service_seconds'])} (Sentinel); one workstation ≥ "
        f"{settings['workstation_accounts']} in {wording.duration(settings['workstation_seconds'])} (Sigma)"
    )


def _figures(found: list[Spray], won: list[str], guesses: Guesses, tried: pl.DataFrame) -> dict[str, Any]:
    top = found[0] if found else None
    rows = tried.filter(top.rule.by.eq(top.origin)) if top else tried
    return {
        "accounts": top.accounts if top else 0,
        "attempts": top.attempts if top else 0,
        "attempts_each": top.most_each if top else 0,
        "known_accounts": top.known if top else 0,
        "origin": top.origin if top else None,
        "rule": top.rule.name if top else None,
        "window_seconds": top.rule.seconds if top else 0,
        "names": list(top.names[:NAMES_KEPT]) if top else [],
        "logins": len(won),
        "logged_in": won,
        "origins_over": len({one.origin for one in found}),
        "origins": [_shown(one) for one in found[:REPORTED]],
        "total_attempts": guesses.total,
        "dropped": guesses.dropped,
        "chart": chart(rows, (top.first, top.last) if top else (None, None)),
    }


def _shown(spray: Spray) -> dict[str, Any]:
    return {
        "origin": spray.origin,
        "rule": spray.rule.name,
        "accounts": spray.accounts,
        "attempts": spray.attempts,
        "first": wording.rfc3339(spray.first),
        "last": wording.rfc3339(spray.last),
    }


DETECTOR = PasswordSpray()
