"""The head of a case's page: what it is, how it stands, and what this person may do with it now."""

from __future__ import annotations

from dataclasses import dataclass

from casebook.actor import Actor
from casebook.cases import states
from casebook.models import Case
from casebook.models.choices import State, Tier


@dataclass(frozen=True)
class Heading:
    """Which verbs the page offers. The services check again; a button that is not there is a courtesy."""

    take: bool
    take_over: bool
    release: bool
    wait: bool
    resume: bool
    escalate: bool
    accept: bool
    send_back: bool
    close: bool
    reopen: bool
    assign: bool
    edit: bool
    note: bool
    playbook: bool
    attach: bool
    silence: bool
    mine: bool
    tier2: bool


def heading(actor: Actor, case: Case) -> Heading:
    def may(verb: str) -> bool:
        move = states.move(case.state, verb)
        if move is None:
            return False
        needs = move.needs
        if case.state == State.WAITING and case.tier == Tier.T2:
            needs = "case.close_true" if verb == "close" else "case.accept"
        return actor.may(needs, case.team_id)

    works = actor.may("case.work", case.team_id)
    mine = case.owner_id is not None and case.owner_id == actor.person_id
    any_ones = actor.may("case.reassign", case.team_id)
    decides = case.tier != Tier.T2 or actor.may("case.accept", case.team_id)
    return Heading(
        take=case.owner_id is None and may("take"),
        take_over=case.owner_id is not None and not mine and may("assign"),
        release=may("release") and (mine or any_ones),
        wait=may("wait"),
        resume=may("resume"),
        escalate=may("escalate"),
        accept=may("accept"),
        send_back=may("return"),
        close=may("close"),
        reopen=may("reopen"),
        assign=may("assign"),
        edit=works and case.is_open,
        note=works,
        playbook=works and decides and case.state not in (State.CLOSED, State.ESCALATED),
        attach=works,
        silence=actor.may("suppression.write", case.team_id),
        mine=mine,
        tier2=case.tier == Tier.T2,
    )
