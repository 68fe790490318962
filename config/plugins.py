"""Every plug-in by its dotted path. Adding one is a folder or a file, and one line here; `config/checks.py`
resolves each at start-up. Plain data: any app may read it without importing what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.detectors.registry import CAPABILITIES as CAPABILITIES
from triage.detectors.registry import DETECTORS as DETECTORS
from triage.events.registry import PARSERS as PARSERS

ADAPTERS: dict[str, str] = {
    "elastic": "casebook.intake.adapters.elastic.ADAPTER",
    "splunk": "casebook.intake.adapters.splunk.ADAPTER",
    "splunk_es": "casebook.intake.adapters.splunk_es.ADAPTER",
    "wazuh": "casebook.intake.adapters.wazuh.ADAPTER",
    "sentinel": "casebook.intake.adapters.sentinel.ADAPTER",
    "graph": "casebook.intake.adapters.graph.ADAPTER",
    "qradar": "casebook.intake.adapters.qradar.ADAPTER",
    "ocsf": "casebook.intake.adapters.ocsf.ADAPTER",
    "securityhub": "casebook.intake.adapters.securityhub.ADAPTER",
    "thehive": "casebook.intake.adapters.thehive.ADAPTER",
    "generic": "casebook.intake.adapters.generic.ADAPTER",
}
"""What SIEMs send, by the name in `POST intake/<adapter>/`."""

ENRICHERS = {
    "local_lists": "automation.enrichers.local_lists.client.ENRICHER",
    "sightings": "automation.enrichers.sightings.client.ENRICHER",
}
"""What a lookup may ask about an observable."""

CONNECTORS = {
    "simulated": "automation.connectors.simulated.client.CONNECTOR",
}
"""Systems containment can act on."""

POLLERS = {
    "qradar": "automation.pollers.qradar.POLLER",
    "graph": "automation.pollers.graph.POLLER",
}
"""How a system that cannot send is asked for news."""

LOG_SYSTEMS = {
    "elasticsearch": "automation.fetch.elasticsearch.SYSTEM",
    "opensearch": "automation.fetch.opensearch.SYSTEM",
    "splunk": "automation.fetch.splunk.SYSTEM",
    "graph_hunting": "automation.fetch.graph_hunting.SYSTEM",
    "loki": "automation.fetch.loki.SYSTEM",
}
"""Systems that are asked for the logs of a case."""

WEBHOOK_FORMS = {
    "signed": "automation.webhooks.forms.signed.FORM",
    "elastic": "automation.webhooks.forms.elastic.FORM",
    "splunk_es": "automation.webhooks.forms.splunk_es.FORM",
    "wazuh_indexer": "automation.webhooks.forms.wazuh_indexer.FORM",
    "graph": "automation.webhooks.forms.graph.FORM",
    "thehive": "automation.webhooks.forms.thehive.FORM",
}
"""What a call to a webhook looks like."""

REPORT_SECTIONS = {
    "active_time": "triage.report_section.ACTIVE_TIME",
}
"""Figures of the SLA report that only an upper app can compute."""

WORK: dict[str, dict[str, Any]] = {
    "case.recount": {
        "queue": "default",
        "handler": "casebook.cases.recount.recount",
        "lease_s": 30,
        "asked_by_intake": True,
    },
    "evidence.read": {"queue": "evidence", "handler": "triage.tasks.read_evidence", "lease_s": 60},
    "evidence.view": {"queue": "evidence", "handler": "triage.tasks.view_events", "lease_s": 60},
    "findings.compute": {
        "queue": "evidence",
        "handler": "triage.tasks.compute_findings",
        "lease_s": 60,
        "asked_by_intake": True,
    },
    "findings.refresh": {"queue": "default", "handler": "triage.tasks.refresh_findings", "lease_s": 30},
    "lookups.plan": {
        "queue": "default",
        "handler": "automation.tasks.plan_lookups",
        "lease_s": 30,
        "asked_by_intake": True,
    },
    "lookup.perform": {"queue": "lookups", "handler": "automation.tasks.perform_lookup", "lease_s": 30},
    "action.apply": {"queue": "containment", "handler": "automation.tasks.apply_action", "lease_s": 30},
    "action.undo": {"queue": "containment", "handler": "automation.tasks.undo_action", "lease_s": 30},
    "playbooks.import": {
        "queue": "jobs",
        "handler": "casebook.playbooks.import_job.run",
        "lease_s": 120,
    },
    "intake.reprocess": {"queue": "jobs", "handler": "casebook.intake.reprocess.run", "lease_s": 60},
    "replay": {"queue": "jobs", "handler": "triage.replay.job.run", "lease_s": 120},
    "webhooks.plan": {"queue": "default", "handler": "automation.tasks.plan_webhooks", "lease_s": 30},
    "source.poll": {"queue": "lookups", "handler": "automation.tasks.poll_source", "lease_s": 120},
    "log.fetch": {"queue": "lookups", "handler": "automation.tasks.fetch_log", "lease_s": 300},
    "webhook.deliver": {"queue": "lookups", "handler": "automation.tasks.deliver_webhook", "lease_s": 30},
    "notify": {"queue": "default", "handler": "accounts.tasks.notify", "lease_s": 30},
}
"""What workers do: each kind's queue, handler (called with the lease) and lease length in seconds. Kinds that intake
asks for (`config/reactions.py`: case.opened, alert.attached) say so, see `casebook.work.lease.let_writers_finish`."""

SWEEPS = {
    "casebook.sla.sweep.sweep": "mark clocks that came to be at risk or breached",
    "casebook.cases.waiting.wake_due": "wake cases whose wait has ended",
    "automation.containment.sweep.sweep": "lapse requests nobody answered, plan undo of what has expired",
    "casebook.sources.minutes.count": "count each source's alerts by the minute",
    "casebook.playbooks.import_kept.tidy": "once an hour: delete uploads of imports that ended days ago",
    "automation.pollers.due.ask": "ask for news of the sources whose time has come",
    "automation.fetch.sweep.end_lost": "end fetches of logs that no worker runs any more",
    "automation.webhooks.outbox.plan": "plan deliveries to webhooks of what the journal has settled",
    "automation.webhooks.tidying.tidy": "once an hour: delete deliveries that have served their time",
    "casebook.reports.coverage_days.count_days": "count the alerts of days that are over, once",
    "triage.event_views.tidy": "once an hour: delete what the evidence worker answered more than a day ago",
    "casebook.work.tidy.tidy": "once an hour: delete done work, old keys and old ticks",
    "accounts.signin.forget_ended_sessions": "once an hour: delete sessions that have ended",
}
"""Called by every sweep, in its own transaction each."""

TABLES: dict[str, Mapping[str, Any]] = {
    "ADAPTERS": ADAPTERS,
    "PARSERS": PARSERS,
    "DETECTORS": DETECTORS,
    "ENRICHERS": ENRICHERS,
    "CONNECTORS": CONNECTORS,
    "POLLERS": POLLERS,
    "LOG_SYSTEMS": LOG_SYSTEMS,
    "WEBHOOK_FORMS": WEBHOOK_FORMS,
    "REPORT_SECTIONS": REPORT_SECTIONS,
    "WORK": WORK,
    "SWEEPS": SWEEPS,
}
