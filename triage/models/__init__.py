"""The guided analysis of one case: run, answers, findings, decisions, escalation, tasks."""

from triage.models.decision import Decision, Escalation
from triage.models.finding import Finding
from triage.models.run import Answer, Focus, Run
from triage.models.task import Task

__all__ = ["Answer", "Decision", "Escalation", "Finding", "Focus", "Run", "Task"]
