"""Ask for a replay over REST; its progress and its report are the job's."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casebook.api import jobs
from casebook.api.idempotency import idempotent
from casebook.api.shapes import Shape
from casebook.api.who import actor_of
from triage.api.asked import asked
from triage.replay import job
from triage.replay.choice import MOST_DAYS, USUAL_DAYS, numbers, usual


class ReplaySerializer(Shape):
    """Which version over which past cases; all may be left out."""

    version = s.IntegerField(min_value=1, required=False, help_text="of the playbook; left out: the newest you may see")
    playbook = s.CharField(
        required=False, allow_blank=True, help_text="cases that followed this one; left out: the same; empty: any"
    )
    days = s.IntegerField(min_value=1, max_value=MOST_DAYS, default=USUAL_DAYS, help_text="decided in the last days")
    cases = s.ListField(child=s.CharField(), required=False, help_text="only these, such as CB-12")


class ReplayView(APIView):
    @extend_schema(operation_id="playbooks_replay", request=ReplaySerializer, responses={202: jobs.JobAskedSerializer})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        actor, said = actor_of(request), asked(request, ReplaySerializer)
        choice = usual(
            actor.teams("playbook.write"),
            playbook=said.get("playbook", slug),
            days=said["days"],
            cases=numbers(said.get("cases", [])),
        )
        number = said.get("version")
        made = job.ask(actor=actor, slug=slug, number=None if number is None else str(number), choice=choice)
        return jobs.asked(made)
