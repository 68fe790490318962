"""A replay somebody asked for: asked by a person, run by a worker, told as it goes."""

from __future__ import annotations

from dataclasses import replace

from casebook.actor import Actor
from casebook.errors import NotAllowed
from casebook.jobs import asking
from casebook.jobs.running import running
from casebook.models import Job, PlaybookVersion
from casebook.playbooks import library
from casebook.work.lease import Lease
from triage.replay.choice import Choice, from_json
from triage.replay.replaying import Report, replay

KIND = "replay"


def ask(*, actor: Actor, slug: str, number: str | None, choice: Choice) -> Job:
    """Have a version of a playbook replayed over past cases of teams the actor writes playbooks for.

    Who may not read the cases of every one of them is told what changed without the evidence.
    """
    writes = actor.teams("playbook.write")
    if not writes:
        raise NotAllowed("Your role does not replay playbooks.")
    version = library.version_of(actor, slug, number)
    teams = choice.teams & writes
    evidence = teams <= actor.teams("case.read")
    choice = replace(choice, teams=teams)
    asked = {"slug": slug, "version": version.pk, "choice": choice.to_json(), "evidence": evidence}
    what = f"a replay of {slug} version {version.number}"
    return asking.ask(actor=actor, kind=KIND, asked=asked, team_id=min(teams, default=None), what=what)


def run(lease: Lease) -> None:
    """The work of kind ``replay``: its result is `Report.to_json`, so far at any moment."""
    with running(lease) as progress:
        asked = progress.job.asked
        version = PlaybookVersion.objects.select_related("playbook").get(pk=asked["version"])

        def told(done: int, total: int, report: Report) -> None:
            progress.advance(done, total, report.to_json)

        report = replay(version, from_json(asked["choice"]), evidence=asked["evidence"], told=told)
        progress.job.result = report.to_json()
