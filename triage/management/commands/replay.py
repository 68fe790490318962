"""`manage.py replay SLUG`: what would this version have recommended in past cases?"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casebook.errors import DomainError
from casebook.models import PlaybookVersion, Team
from triage.replay.choice import USUAL_DAYS, Choice, numbers, usual
from triage.replay.replaying import Report, replay

SHOWN = 20


class Command(BaseCommand):
    help = "Decide past cases again by a version of a playbook, and say which recommendations change. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the playbook, such as T1589")
        parser.add_argument("--version-number", "-n", type=int, help="its version (default: the newest, drafts too)")
        parser.add_argument("--of", default=None, metavar="SLUG", help="cases that followed this (default: the same)")
        parser.add_argument("--all-cases", action="store_true", help="cases that followed any playbook")
        parser.add_argument("--days", type=int, default=USUAL_DAYS, help="decided in the last DAYS days (default: 30)")
        parser.add_argument("--team", action="append", default=[], metavar="SLUG", help="only this team's cases")
        parser.add_argument("--cases", nargs="+", default=[], metavar="CB-1", help="only these cases")
        parser.add_argument("--format", choices=("text", "json"), default="text", dest="shape")
        parser.add_argument("--check", action="store_true", help="exit 1 if any recommendation changes")

    def handle(self, *args: Any, **options: Any) -> None:
        version = _version(options["slug"], options["version_number"])
        choice = _choice(options)
        told = None if options["shape"] == "json" else self._progress
        try:
            report = replay(version, choice, told=told)
        except KeyboardInterrupt:
            raise CommandError("Stopped; nothing was written.") from None
        if options["shape"] == "json":
            self.stdout.write(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        else:
            self._tell(report)
        if options["check"] and report.changed:
            raise CommandError(f"{report.changed} recommendation(s) change.", returncode=1)

    def _progress(self, done: int, total: int, report: Report) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,} cases, {report.changed:,} change", ending="")
            self.stderr.flush()

    def _tell(self, report: Report) -> None:
        version = report.version
        self.stdout.write(f"{version.playbook.slug} version {version.number} ({version.state})")
        self.stdout.write(f"{report.cases:,} cases decided again, {report.changed:,} recommendations change")
        if report.unkept:
            self.stdout.write(f"{report.unkept:,} more were decided before their inputs were kept: left out")
        for (before, after), cases in sorted(report.matrix.items(), key=lambda one: -one[1]):
            self.stdout.write(f"  {cases:>7,}  {before} {'=' if before == after else '→'} {after}")
        for change in report.changes[:SHOWN]:
            self.stdout.write(f"{change['case']}  was {_said(change['from'])}")
            self.stdout.write(f"{' ' * len(change['case'])}  now {_said(change['to'])}")
        if len(report.changes) > SHOWN:
            self.stdout.write(f"and {report.changed - SHOWN:,} more; --format json gives up to {len(report.changes):,}")
        self.stdout.write(f"digest {report.to_json()['digest']}")


def _version(slug: str, number: int | None) -> PlaybookVersion:
    found = PlaybookVersion.objects.filter(playbook__slug=slug).select_related("playbook").order_by("-number")
    version = found.first() if number is None else found.filter(number=number).first()
    if version is None:
        which = "" if number is None else f" version {number} of"
        raise CommandError(f"There is no{which} playbook {slug}.")
    return version


def _choice(options: dict[str, Any]) -> Choice:
    teams = Team.objects.filter(slug__in=options["team"]) if options["team"] else Team.objects.all()
    known = dict(teams.values_list("slug", "pk"))
    if unknown := set(options["team"]) - known.keys():
        raise CommandError(f"There is no team {', '.join(sorted(unknown))}.")
    try:
        cases = numbers(options["cases"])
    except DomainError as refused:
        raise CommandError(refused.detail) from refused
    followed = "" if options["all_cases"] else options["of"] or options["slug"]
    return usual(known.values(), playbook=followed, days=options["days"], cases=cases)


def _said(outcome: dict[str, Any]) -> str:
    verdict = f" as {outcome['verdict'].replace('_', ' ')}" if outcome["verdict"] else ""
    because = outcome["because"][0] if outcome["because"] else "nothing speaks for it"
    return f"{outcome['decision'].replace('_', ' ')}{verdict}: {because}"
