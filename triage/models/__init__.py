"""The guided analysis of one case: run, answers, findings, decisions, escalation, tasks, pins."""

from triage.models.decision import Decision, Escalation
from triage.models.event_view import EventView
from triage.models.finding import Finding
from triage.models.pin import Pin
from triage.models.run import Answer, Focus, Run
from triage.models.task import Task

__all__ = ["Answer", "Decision", "Escalation", "EventView", "Finding", "Focus", "Pin", "Run", "Task"]
