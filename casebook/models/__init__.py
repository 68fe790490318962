"""The record's tables, by noun."""

from casebook.models.alert import Alert, AlertObservable
from casebook.models.alert_day import AlertDay
from casebook.models.attack import AttackTechnique
from casebook.models.case import Case, CaseObservable
from casebook.models.choices import (
    OPEN_STATES,
    ClockState,
    EvidenceState,
    LinkRole,
    Measure,
    ObservableType,
    Polarity,
    Section,
    Severity,
    State,
    Tier,
    Tlp,
    Verdict,
    WorkState,
)
from casebook.models.clock import Clock, SlaPolicy, SlaTarget
from casebook.models.context import AllowEntry, Asset, ChangeWindow, KnownPerson, NetworkRange
from casebook.models.evidence import Evidence
from casebook.models.grouping import Grouping
from casebook.models.job import Job
from casebook.models.journal import Journal
from casebook.models.observable import Observable
from casebook.models.playbook import Playbook, PlaybookVersion, Step, StepCorrection
from casebook.models.raw_body import RawBody
from casebook.models.source import Source
from casebook.models.suppression import RuleFeedback, SourceMinute, Suppression
from casebook.models.team import Installation, Team
from casebook.models.work import IdempotencyKey, Tick, Work

__all__ = [
    "OPEN_STATES",
    "Alert",
    "AlertDay",
    "AlertObservable",
    "AllowEntry",
    "Asset",
    "AttackTechnique",
    "Case",
    "CaseObservable",
    "ChangeWindow",
    "Clock",
    "ClockState",
    "Evidence",
    "EvidenceState",
    "Grouping",
    "IdempotencyKey",
    "Installation",
    "Job",
    "Journal",
    "KnownPerson",
    "LinkRole",
    "Measure",
    "NetworkRange",
    "Observable",
    "ObservableType",
    "Playbook",
    "PlaybookVersion",
    "Polarity",
    "RawBody",
    "RuleFeedback",
    "Section",
    "Severity",
    "SlaPolicy",
    "SlaTarget",
    "Source",
    "SourceMinute",
    "State",
    "Step",
    "StepCorrection",
    "Suppression",
    "Team",
    "Tick",
    "Tier",
    "Tlp",
    "Verdict",
    "Work",
    "WorkState",
]
