"""The raw lines a Wazuh alert quotes are evidence: detectors count them without anybody attaching a log."""

from __future__ import annotations

from collections import Counter
from typing import Any

from casebook.intake.adapters.protocol import Options
from casebook.intake.adapters.reading import take
from casebook.intake.adapters.wazuh import ADAPTER
from tests.casebook.intake.adapters.cases import NOW, sample
from triage.detectors.protocol import Context, Finding, Scope
from triage.detectors.run import EvidenceInput, compute
from triage.events.parsers.original import unrepeated

SOURCE = "49.88.112.76"


def findings(*alerts: list[dict[str, Any]]) -> dict[str, Finding]:
    """What the detectors say of a case with these alerts' events."""
    evidence = [
        EvidenceInput(f"events of alert {number}", f"{number:064x}", id=number, inline=tuple(events))
        for number, events in enumerate(alerts, start=1)
    ]
    scope = Scope(ips=(SOURCE,), users=("root",))
    return {
        one.detector: one for one in compute(inputs=evidence, context=Context(), scope=scope) if one.scope == "case"
    }


def counting_alert() -> list[dict[str, Any]]:
    """Alert 5720: seven earlier lines and its own, one user, one source, 00:20:27 to 00:25:12."""
    part = take(ADAPTER, sample("wazuh", "alerts_sshd.ndjson"), Options(), now=NOW).items[2]
    return part.reading.alert.events


def test_eight_failures_of_one_alert_are_counted() -> None:
    by_user = findings(counting_alert())["D01"]
    assert by_user.answer == "yes", by_user.sentence
    assert "root" in by_user.sentence
    assert by_user.evidence[0].text.startswith("Apr 17 00:20:27 ip-10-0-1-132 sshd[29959]: Failed password for root")
    assert len(by_user.evidence) == 8


def test_eight_in_five_minutes_are_no_burst_of_eight_in_two() -> None:
    """Nor are they proof that there was none: the rule quotes what it counted, and the log may hold more."""
    burst = findings(counting_alert())["D02"]
    assert burst.answer == "cannot_tell", burst.sentence
    assert burst.missing == ("authentication events",)
    assert "at most 5 within 120 s" in burst.sentence
    assert "attach the log of ip-10-0-1-132" in burst.sentence


def test_a_line_that_several_alerts_quote_counts_once() -> None:
    counting = counting_alert()
    alone = [counting[3]]
    for order in ([alone, counting], [counting, alone], [alone, counting, counting[:5]]):
        assert len(findings(*order)["D01"].evidence) == 8


def test_a_line_that_one_alert_quotes_twice_was_written_twice() -> None:
    told: Counter[str] = Counter()
    a, b = {"event.original": "a"}, {"event.original": "b"}
    assert unrepeated([a, a, b], told) == [a, a, b]
    assert unrepeated([a, {"user.name": "x"}, a, a, b], told) == [None, {"user.name": "x"}, None, a, None]
    assert told == {"a": 3, "b": 1}
