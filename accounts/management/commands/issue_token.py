"""`manage.py issue_token (--source SLUG | --user NAME)`: prints only the token, or with ``--url`` the source key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Person
from accounts.tokens import issue
from casebook.actor import Automation
from casebook.epoch import raise_config_epoch
from casebook.journal.record import record
from casebook.models import Source, Team
from casebook.sources.policy import NATIVE, adapters

SCOPES = {"source": ["alerts"], "user": ["api", "read"]}


class Command(BaseCommand):
    help = "Issue a bearer token for a source (made if it is new) or a person. Prints only the token, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--source", metavar="SLUG", help="a system that sends alerts")
        whose.add_argument("--user", metavar="NAME", help="a person")
        parser.add_argument("--adapter", help="how the source writes: native, or a name of the adapter table")
        parser.add_argument("--url", action="store_true", help="a source key, for senders that cannot set headers")
        parser.add_argument("--team", metavar="SLUG", help="the team of a new source")
        parser.add_argument("--scope", action="append", default=[], help="'read' makes a person's token read-only")
        parser.add_argument("--days", type=int, default=365, help="how long it is valid (default 365)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days is between 1 and 3650.")
        with transaction.atomic():
            source = self._source(options) if options["source"] else None
            person = self._person(options["user"]) if options["user"] else None
            kind = "source" if source else "user"
            wrong = set(options["scope"]) - set(SCOPES[kind])
            if wrong:
                raise CommandError(
                    f"A {kind}'s token knows the scopes {', '.join(SCOPES[kind])}; not {', '.join(wrong)}."
                )
            scopes = options["scope"] or SCOPES[kind][:1]
            if options["url"] and source is None:
                raise CommandError("--url makes a source key: name the source with --source.")
            token = issue(source=source, person=person, scopes=scopes, days=options["days"], in_url=options["url"])
            whom = f"source {source.slug}" if source else f"person {options['user']}"
            team = source.team_id if source else None
            record(Automation(name="manage.py"), "token.issued", whom, {"whom": whom, "scopes": scopes}, team_id=team)
        self.stdout.write(token)

    def _source(self, options: dict[str, Any]) -> Source:
        adapter = options["adapter"]
        if adapter is not None and adapter not in adapters():
            raise CommandError(f"There is no adapter {adapter}: {', '.join(adapters())}.")
        found = Source.objects.filter(slug=options["source"]).first()
        if found is not None:
            if options["team"] and found.team.slug != options["team"]:
                raise CommandError(f"Source {found.slug} belongs to team {found.team.slug}, not {options['team']}.")
            if adapter is not None:
                self._set_adapter(found, adapter)
            return found
        team = self._team(options["team"])
        name = options["source"].replace("-", " ").replace("_", " ").capitalize()
        return Source.objects.create(slug=options["source"], name=name, adapter=adapter or NATIVE, team=team)

    def _set_adapter(self, source: Source, adapter: str) -> None:
        if adapter == source.adapter:
            return
        what = f"adapter {source.adapter} → {adapter}"
        source.adapter = adapter
        source.save(update_fields=["adapter"])
        by, told = Automation(name="manage.py"), {"name": source.name, "what": what}
        record(by, "source.changed", source, told, team_id=source.team_id)
        raise_config_epoch()

    def _team(self, slug: str | None) -> Team:
        teams = {team.slug: team for team in Team.objects.all()}
        if slug is None and len(teams) == 1:
            return next(iter(teams.values()))
        if slug is None or slug not in teams:
            known = ", ".join(sorted(teams)) or "none yet: run seed_demo, or make one"
            raise CommandError(f"Say whose source it is with --team. Teams: {known}.")
        return teams[slug]

    def _person(self, username: str) -> Person:
        found = Person.objects.filter(username=username, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active person called {username}.")
        return found
