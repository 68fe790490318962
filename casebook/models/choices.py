"""The enumerations of the contract, each with the word that stands in the API as its value or label."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class Severity(IntegerChoices):
    """Ordered, so that the queue can sort by it; the API speaks the word."""

    INFO = 0, "info"
    LOW = 1, "low"
    MEDIUM = 2, "medium"
    HIGH = 3, "high"
    CRITICAL = 4, "critical"

    @property
    def word(self) -> str:
        return str(self.label)

    @classmethod
    def of(cls, word: str) -> Severity:
        """The severity a word names. Raises KeyError for any other word."""
        return cls[word.upper()]


class State(TextChoices):
    NEW = "new"
    TRIAGE = "triage"
    WAITING = "waiting"
    ESCALATED = "escalated"
    INVESTIGATING = "investigating"
    CLOSED = "closed"


OPEN_STATES = (State.NEW, State.TRIAGE, State.WAITING, State.ESCALATED, State.INVESTIGATING)


class Tier(TextChoices):
    L1 = "l1"
    T2 = "t2"


class Verdict(TextChoices):
    TRUE_POSITIVE = "true_positive"
    BENIGN_POSITIVE = "benign_positive"
    FALSE_POSITIVE = "false_positive"
    DUPLICATE = "duplicate"
    UNDETERMINED = "undetermined"


class Tlp(TextChoices):
    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber_strict"
    RED = "red"


class ObservableType(TextChoices):
    IP = "ip"
    CIDR = "cidr"
    DOMAIN = "domain"
    URL = "url"
    EMAIL = "email"
    USER = "user"
    HOST = "host"
    ASSET = "asset"
    PROCESS = "process"
    FILE = "file"
    HASH = "hash"
    ASN = "asn"
    USER_AGENT = "user_agent"
    MAILBOX = "mailbox"
    CLOUD_PRINCIPAL = "cloud_principal"
    OTHER = "other"


class LinkRole(TextChoices):
    SOURCE = "source"
    TARGET = "target"
    RELATED = "related"


class Section(TextChoices):
    LOG_SOURCE = "log_source"
    INDICATOR = "indicator"
    QUESTION = "question"
    L1_STEP = "l1_step"
    CRITERION = "criterion"
    T2_ACTION = "t2_action"
    CONTAINMENT = "containment"


class Polarity(TextChoices):
    SUSPICIOUS = "suspicious"
    BENIGN = "benign"
    OPEN = "open"


class Measure(TextChoices):
    """The measures of a case, in the order a report shows them."""

    TIME_TO_DETECT = "time_to_detect"
    INGEST_DELAY = "ingest_delay"
    TIME_TO_ACKNOWLEDGE = "time_to_acknowledge"
    TIME_TO_TRIAGE = "time_to_triage"
    TIME_TO_QUALIFY = "time_to_qualify"
    TIME_TO_ACCEPT = "time_to_accept"
    TIME_TO_CONTAIN = "time_to_contain"
    TIME_TO_RESOLVE = "time_to_resolve"
    DWELL_TIME = "dwell_time"
    ACTIVE_TIME = "active_time"


class ClockState(TextChoices):
    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class EvidenceState(TextChoices):
    QUEUED = "queued"
    READING = "reading"
    READY = "ready"
    NOT_UNDERSTOOD = "not_understood"
    REFUSED = "refused"
    FAILED = "failed"


class WorkState(TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"
