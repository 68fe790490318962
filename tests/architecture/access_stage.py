"""What the access matrix walks over: for each of two teams the same people and the same objects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.actors import PersonActor
from accounts.models import Membership, Person, Token
from accounts.roles import Role
from accounts.tokens import issue
from automation.models import Action, Connector, Delivery, LogFetch, LogSystem, Poll, SavedSearch, Webhook
from casebook.cases import evidence, ownership, waiting
from casebook.context import entries
from casebook.context.assets import add_asset
from casebook.context.kinds import KINDS
from casebook.context.ranges import add_range
from casebook.epoch import config_epoch
from casebook.intake import silence
from casebook.intake.envelope import read
from casebook.intake.prepare import prepare
from casebook.intake.receive import Refused, receive, refuse
from casebook.intake.sender import sender_of
from casebook.models import Case, Evidence, Job, Playbook, PlaybookVersion, RawBody, Source, Step, Team, Work
from casebook.playbooks import creating, import_kept
from casebook.playbooks.import_report import FileReport, ImportReport
from tests.conftest import alert_body
from tests.triage.conftest import said, tell
from triage import answers, decisions, escalation, pins
from triage.models import Task

OF_A_SOURCE = ("source", "token", "body")
COLLEAGUES = {"blue": ("lina", "tomas", "tessa", "lea"), "green": ("otto", "gwen", "gil", "gesa")}
"""Of each team: an L1, two of T2, a lead. Green's last three exist for these tests only."""
OF_CONTEXT = (
    ("person", "people", {"names": "mvale", "name": "Max Vale"}),
    ("allowed", "allowed", {"kind": "host", "value": "scan-1", "reason": "weekly scan", "owner": "Network team"}),
    ("change", "changes", {"title": "Moving", "starts_at": "2026-11-24T22:00Z", "ends_at": "2026-11-25T02:00Z",
                           "hosts": "db-1", "owner": "Platform team"}),
)  # fmt: skip
"""What of the context each team has one of: its name here, its kind, its values."""
NEVER = 999_999_999
CALLERS = {
    "l1": "lina", "t2": "tomas", "lead": "lea", "manager": "mara", "author": "pia", "admin": "adam",
    "auditor": "aude", "l1 of green": "otto",
}  # fmt: skip
DETECTOR = "D07"
"""A finding of each team's case in triage; a page that cannot be found repeats its address."""

WHY = "written down for the record"


@dataclass
class Objects:
    """One team's, by the names the rows use. ``asked by me`` differs by who calls: see `of`."""

    team: Team
    cases: dict[str, Case] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    slug: str = ""
    draft: str = ""
    source: str = ""
    source_key: str = ""

    def path(self, route: str, on: str, caller: str, verb: str = "") -> str:
        """The route with its placeholders filled by the object ``on``, as ``caller`` should meet it."""
        kind, _, name = on.partition(":")
        name = name if kind == "case" and name else "triage"
        case = self.cases.get(f"{name} ({caller})", self.cases[name])
        pk = self.ids.get(f"{on} ({caller})", self.ids.get(on, NEVER))
        return fill(
            route,
            ref=case.ref,
            pk=pk,
            step=pk,
            slug=self.draft if on == "draft" else self.source if on in OF_A_SOURCE else self.slug,
            technique="T1589",
            verb=verb,
            job=pk,
            number=0,
            raw=pk,
            adapter="thehive",
            detector=DETECTOR,
            form="csv",
            source_key=self.source_key,
        )


def fill(route: str, **values: object) -> str:
    """``/api/v1/cases/CB-1/`` of the resolver's ``api/v1/cases/<str:ref>/``."""
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(values[found.group(1)]), route)


def missing(route: str, verb: str = "") -> str:
    """The same address of an object that does not exist."""
    return fill(
        route,
        ref=f"CB-{NEVER}",
        pk=NEVER,
        step=NEVER,
        slug="no-such-playbook",
        technique="T0000",
        verb=verb,
        job=NEVER,
        number=0,
        raw=NEVER,
        adapter="no-such-adapter",
        detector=DETECTOR,
        form="csv",
        source_key="no-such-key",
    )


def set_stage() -> dict[str, Objects]:
    """The objects of both teams. Runs as the app role, through the product's own verbs wherever there is one."""
    green = Team.objects.get(slug="green")
    for name, role in (("gwen", Role.T2), ("gil", Role.T2), ("gesa", Role.LEAD)):
        Membership.objects.create(person=Person.objects.create_user(name), team=green, role=role)
    objects = {slug: _objects(Team.objects.get(slug=slug)) for slug in COLLEAGUES}
    Work.objects.filter(kind__in=["evidence.read", "findings.compute"]).update(state="done")
    Evidence.objects.update(state="ready")
    return objects


def bearer(caller: str) -> str:
    """A token for a caller of the matrix; the revoked and the expired one are of somebody who may do a lot."""
    if caller == "source":
        return issue(source=Source.objects.get(slug="siem"), scopes=["alerts"], days=1)
    secret = issue(person=Person.objects.get(username=CALLERS.get(caller, "lea")), scopes=["api"], days=1)
    past = timezone.now() - timedelta(seconds=1)
    spoilt = {"revoked": {"revoked_at": past}, "expired": {"expires_at": past}}
    if caller in spoilt:
        Token.objects.filter(pk=Token.objects.latest("pk").pk).update(**spoilt[caller])
    return secret


def _objects(team: Team) -> Objects:
    l1, t2, other, lead = (PersonActor(Person.objects.get(username=name)) for name in COLLEAGUES[team.slug])
    found = Objects(team)
    _cases(found, l1, t2, other)
    _evidence_and_answers(found, l1, t2, lead)
    _actions(found, t2, other, lead)
    found.ids["task"] = Task.objects.filter(case=found.cases["investigating"]).values_list("pk", flat=True)[0]
    found.ids["range"] = add_range(actor=lead, team_id=team.pk, cidr="10.20.0.0/16", label="Office").range.pk
    found.ids["asset"] = add_asset(actor=lead, team_id=team.pk, kind="host", name="dc-1").pk
    for name, kind, values in OF_CONTEXT:
        found.ids[name] = entries.add(KINDS[kind], actor=lead, team_id=team.pk, values=values).pk
    book = Playbook.objects.create(team=team, library="local", base_slug=f"own-{team.slug}", slug=f"own-{team.slug}")
    version = PlaybookVersion.objects.create(
        playbook=book, number=1, name="Ours", source_format="yaml", card="", sha256="0" * 64
    )
    step = Step.objects.create(
        version=version, section="question", position=1, key="question:ours", text="Ours?", span_from=0, span_to=1
    )
    found.ids["own step"] = step.pk
    version.state = "published"
    version.save()
    found.slug = book.slug
    draft = creating.create(actor=lead, slug=f"own-draft_{team.slug}", name="Ours", technique="", team=team.slug)
    found.draft = draft.playbook.slug
    _outside(found, lead)
    _jobs(found, lead, PersonActor(Person.objects.get(username="pia")) if team.slug == "blue" else t2)
    return found


def _outside(found: Objects, lead: PersonActor) -> None:
    """The source that sends to the team, what it is silenced for, and a webhook that has told somebody of a case."""
    source = Source.objects.get(slug={"blue": "siem", "green": "green-siem"}[found.team.slug])
    found.source = source.slug
    found.source_key = issue(source=source, scopes=["alerts"], days=1, in_url=True)
    hook = Webhook.objects.create(
        team=found.team, name="tickets", url="https://tickets.example/", verbs=["case.closed"]
    )
    told = {"case_id": found.cases["closed"].pk, "entry_id": 1, "verb": "case.closed", "key": "msg_1", "body": {}}
    found.ids["webhook"] = hook.pk
    until = timezone.now() + timedelta(days=1)
    token = Token.objects.create(digest=uuid4().bytes, prefix="cb_matrix", source=source, expires_at=until)
    found.ids["token"] = token.pk
    Poll.objects.create(source=source, kind="qradar", url="https://q.example", enabled=False)
    refuse(sender_of(source, config_epoch=config_epoch()), Refused(b"<xml/>", "not JSON", "byte 0", "not_understood"))
    found.ids["body"] = RawBody.objects.filter(source_id=source.pk, outcome="not_understood").latest("id").id
    quiet = {"match": {"rule_id": "never fires"}, "reason": WHY, "expires_at": until}
    found.ids["suppression"] = silence.begin(actor=lead, team_id=found.team.pk, name="Quiet", **quiet).pk
    _log_system(found)
    found.ids["delivery"] = Delivery.objects.create(webhook=hook, state="delivered", **told).pk


def _log_system(found: Objects) -> None:
    """A system logs are fetched from, one of its searches, and a fetch that waits."""
    system = LogSystem.objects.create(team=found.team, name="Loki", kind="loki", url="https://loki.example")
    words = {"kind": "authentication", "language": "logql"}
    search = SavedSearch.objects.create(system=system, name="Words", template='{job=~".+"} |~ {any}', **words)
    now, case = timezone.now(), found.cases["triage"]
    about = {
        "system_name": "Loki",
        "search_name": "Words",
        "query": "{}",
        "window_from": now,
        "window_to": now,
        **words,
    }
    by = Person.objects.get(username={"blue": "lina", "green": "otto"}[found.team.slug])
    fetch = LogFetch.objects.create(team=found.team, case=case, system=system, asked_by=by, **about)
    found.ids |= {"log system": system.pk, "log search": search.pk, "log fetch": fetch.pk}


def _jobs(found: Objects, lead: PersonActor, author: PersonActor) -> None:
    """Of a lead and an author, each their own: an import that was only shown, a replay, and one nobody has begun."""
    asked = {
        "uploads": [["card.md", import_kept.keep_upload([b"A card."])]],
        "library": "local",
        "team": "",
        "dry_run": True,
    }
    step = {"section": "question", "key": "question:1", "text": "Is it ours?", "bindings": [], "expression": None}
    report = ImportReport([FileReport(path="card.md", steps=[step])])
    shown = {"result": report.counted().to_json(), "report": import_kept.keep_report(report)}
    for role, who in (("lead", lead), ("author", author)):
        made = {"person_id": who.person_id, "asked_by": who.name}
        jobs = {
            "shown": Job.objects.create(kind="playbooks.import", state="done", asked=asked, **shown, **made),
            "replay": Job.objects.create(kind="replay", asked={"slug": found.slug, "evidence": True}, **made),
            "waiting": Job.objects.create(kind="replay", asked={"slug": found.slug, "evidence": True}, **made),
        }
        found.ids |= {f"job:{name} ({role})": job.pk for name, job in jobs.items()}


_numbers = count(1)


def _case(team: Team) -> Case:
    """A case of its own: each alert has another user, so that none joins another."""
    source = Source.objects.get(slug={"blue": "siem", "green": "green-siem"}[team.slug])
    user = {"type": "user", "value": f"user-{next(_numbers)}", "role": "target"}
    body = json.dumps(alert_body(observables=[user])).encode()
    outcome = receive(sender_of(source, config_epoch=config_epoch()), [prepare(read(body), body, 0)])[0]
    return Case.objects.get(pk=outcome.case)


def _cases(found: Objects, l1: PersonActor, t2: PersonActor, other: PersonActor) -> None:
    cases = found.cases
    names = ("new", "triage", "waiting", "escalated", "investigating", "closed", "answered", "answered (t2)",
             "answered (lead)", "colleague's", "closed by colleague")  # fmt: skip
    for name in names:
        cases[name] = _case(found.team)
    for name in ("triage", "waiting", "answered", "closed"):
        ownership.take(actor=l1, ref=cases[name].ref)
    for name in ("colleague's", "closed by colleague"):
        ownership.take(actor=other, ref=cases[name].ref)
    waiting.wait(actor=l1, ref=cases["waiting"].ref, reason=WHY)
    for name in ("escalated", "investigating"):
        escalation.escalate(actor=l1, ref=cases[name].ref, reason=WHY)
    escalation.accept(actor=t2, ref=cases["investigating"].ref)
    decisions.close(actor=l1, ref=cases["closed"].ref, verdict="false_positive", reason=WHY)
    decisions.close(actor=other, ref=cases["closed by colleague"].ref, verdict="false_positive", reason=WHY)
    found.ids["alert"] = cases["triage"].alerts.get().pk


def _evidence_and_answers(found: Objects, l1: PersonActor, t2: PersonActor, lead: PersonActor) -> None:
    case = found.cases["triage"]
    log = b"Mar 30 16:02:00 web-1 sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"
    found.ids["evidence"] = evidence.attach(actor=l1, ref=case.ref, name="auth.log", chunks=[log]).pk
    found.ids["pin"] = pins.pin(actor=l1, evidence_id=found.ids["evidence"], line=1).pk
    steps = Step.objects.filter(version=case.playbook_version_id)
    for section in ("question", "l1_step"):
        found.ids[f"step:{section}"] = steps.filter(section=section)[0].pk
    proposed = steps.filter(section="question")[1]
    found.ids["step:proposed"] = proposed.pk
    told = {DETECTOR, *(binding["detector"] for binding in proposed.bindings)}
    tell(case, *(said(detector, "no") for detector in sorted(told)))
    for name, actor in (("answered", l1), ("answered (t2)", t2), ("answered (lead)", lead)):
        answers.answer(
            actor=actor, ref=found.cases[name].ref, step_id=found.ids["step:question"], value="cannot_tell",
            unknowable=True, note=WHY,
        )  # fmt: skip


def _actions(found: Objects, t2: PersonActor, other: PersonActor, lead: PersonActor) -> None:
    """Actions in every state somebody can act on; each at a target of its own."""
    case = found.cases["investigating"]
    connector, _ = Connector.objects.get_or_create(
        team=found.team, slug="edge", defaults={"name": "Edge", "kind": "simulated"}
    )
    addresses = (f"198.51.100.{n}" for n in count(1))

    def action(asked_by: PersonActor, state: str = "requested", **fields: Any) -> int:
        given: dict[str, Any] = {"requested_by_id": asked_by.person_id, "state": state, "reason": WHY} | fields
        if state not in ("requested", "lapsed"):
            approver = lead.person_id if asked_by is not lead else other.person_id
            given |= {"approved_by_id": approver, "approval_hash": "0" * 64, "apply_key": uuid4()}
            given |= {"sent_at": timezone.now(), "approved_at": timezone.now(), "applied_at": timezone.now()}
        return Action.objects.create(
            team=found.team, case=case, connector=connector, kind="block_address", target=next(addresses),
            expires_in_s=3600, lapses_at=timezone.now() + timedelta(minutes=30), **given,
        ).pk  # fmt: skip

    found.ids["action:asked"] = action(other)
    found.ids["action:critical"] = action(other, critical=True)
    found.ids["action:asked by me"] = action(t2)
    found.ids["action:asked by me (lead)"] = action(lead)
    found.ids["action:lapsed"] = action(other, "lapsed", ended_at=timezone.now())
    for state in ("verified", "undo_failed", "unknown"):
        found.ids[f"action:{state}"] = action(other, state)
