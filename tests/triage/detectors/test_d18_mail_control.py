"""D18 on traces and audits of our own, and where they are at hand on real ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.logs import sample
from tests.triage.detectors.conftest import Detect, located_frame
from tests.triage.events.reading_formats import ndjson, read, read_path
from tests.triage.events.records import cloudtrail, o365, okta, trace, zeek
from tests.triage.events.test_sample_formats import STATUSES
from triage.detectors.protocol import Context, Finding, Scope
from triage.events.parsers import inline
from triage.events.parsers.protocol import Event, Tally
from triage.events.schema import frame
from triage.events.store import located

DAY = datetime(2026, 11, 17, 9, tzinfo=UTC)
ADA = "ada@corp.example"
OURS = Context(people=({"names": ["ada", ADA]},))


def mails(number: int, *, every: int = 30, day: int = 0, **changes: Any) -> list[dict[str, Any]]:
    """Records of a trace, so many seconds apart, each to somebody else."""
    first = DAY + timedelta(days=day)
    return [
        trace(Received=f"{first + timedelta(seconds=every * one):%Y-%m-%dT%H:%M:%S.1}", Subject=f"no. {one}")
        | {"RecipientAddress": f"r{one}@other.example"}
        | changes
        for one in range(number)
    ]


def traced(*records: dict[str, Any]) -> list[Event]:
    events, tally = read("message_trace_json", ndjson(records))
    assert tally.not_understood == 0, tally.samples
    return events


def audited(*records: dict[str, Any]) -> list[Event]:
    events, tally = read("o365_audit_json", ndjson(records))
    assert tally.not_understood == 0, tally.samples
    return events


def judged(detect: Detect, events: list[Event], **asked: Any) -> Finding:
    return detect("D18", frame_of(events), **asked)["case"]


def frame_of(events: list[Event]) -> pl.DataFrame:
    return located_frame(events, "mail")


QUIET = o365("Set-Mailbox", {"Identity": "ada", "MaxSendSize": "20"})
"""A record of the audit that changes nothing of what is asked."""


class TestVolume:
    @pytest.mark.parametrize(
        ("records", "answer"),
        [
            (mails(50), "no"),
            (mails(51), "yes"),
            (mails(51, every=72), "no"),  # the last comes as the first leaves the hour: half open
            ([*mails(17, day=-1), *mails(51)], "no"),  # three times seventeen
            ([*mails(17, day=-1), *mails(52)], "yes"),
            ([*mails(52), *mails(17, day=1)], "yes"),  # what came later is no measure
            ([*mails(30), *mails(30, SenderAddress="bob@corp.example")], "no"),  # each by itself
        ],
    )
    def test_an_hour_against_the_senders_earlier_days(
        self, detect: Detect, records: list[dict[str, Any]], answer: str
    ) -> None:
        assert judged(detect, [*traced(*records), *audited(QUIET)], context=OURS).answer == answer

    def test_what_it_says(self, detect: Detect) -> None:
        found = judged(detect, traced(*mails(12, day=-1), *mails(60)), context=OURS)
        assert found.sentence == (
            "ada@corp.example sent 60 messages within an hour until 17 Nov 09:29 UTC, 72 of its 72 recipients in other "
            "domains; the most of any earlier day was 12."
        )
        assert (found.confidence, found.entities) == ("high", {"user": [ADA]})
        assert (found.figures["peak"], found.figures["usual"], found.figures["bursts"]) == (60, 12, 1)
        assert {row.event["@timestamp"][:10] for row in found.evidence} == {"2026-11-17"}
        assert sum(bar["count"] for bar in found.figures["chart"]) == 72
        assert any(bar["hit"] for bar in found.figures["chart"])

    def test_without_an_earlier_day_or_people_it_is_less_sure(self, detect: Detect) -> None:
        first = judged(detect, traced(*mails(60)), context=OURS)
        assert (first.answer, first.confidence) == ("yes", "medium")
        assert "no earlier day to compare with" in first.sentence
        unknown = judged(detect, traced(*mails(60)))
        assert (unknown.answer, unknown.confidence) == ("yes", "low")
        assert "/settings/context/" in unknown.would_change

    def test_who_writes_to_us_is_no_mailbox_of_ours(self, detect: Detect) -> None:
        news = mails(90, SenderAddress="news@shop.example", RecipientAddress=ADA)
        found = judged(detect, [*traced(*news, *mails(3)), *audited(QUIET)], context=OURS)
        assert (found.answer, found.figures["incoming"], found.figures["senders"]) == ("no", 1, 1)

    def test_one_message_to_many_is_one_message(self, detect: Detect) -> None:
        once = [one | {"Received": "2026-11-17T09:00:00.1", "Subject": "To all"} for one in mails(500)]
        group = once[0] | {"Status": "Expanded", "RecipientAddress": "all@corp.example"}
        found = judged(detect, traced(*once, group), context=OURS)
        assert (found.answer, found.confidence, found.figures["peak"], found.figures["reached"]) == (
            "partly", "low", 1, 500,
        )  # fmt: skip
        assert "reached 500 recipients within an hour until 17 Nov 09:00 UTC, in few messages" in found.sentence
        fewer = judged(detect, [*traced(*once[1:], group), *audited(QUIET)], context=OURS)
        assert (fewer.answer, fewer.figures["reached"]) == ("no", 499)

    def test_sending_that_the_audit_tells(self, detect: Detect) -> None:
        sent = [o365("Send", {}, UserId=ADA, CreationTime=f"2026-11-17T09:{n % 60:02d}:00") for n in range(51)]
        assert judged(detect, audited(*sent), context=OURS).answer == "yes"

    def test_mail_that_zeek_saw(self, detect: Detect) -> None:
        records = [
            zeek(ts=1794902405.12 + n, helo="h", mailfrom=ADA, rcptto=[f"r{n}@x.example"], last_reply="250 ok")
            for n in range(51)
        ]
        assert judged(detect, read("zeek_json", ndjson(records))[0], context=OURS).answer == "yes"


class TestControl:
    @pytest.mark.parametrize(
        ("operation", "parameters", "kind", "signs"),
        [
            ("Set-Mailbox", {"Identity": "ada", "ForwardingSmtpAddress": "smtp:x@evil.example"}, "forwarding",
             ["outside"]),
            ("Set-Mailbox", {"Identity": "ada", "ForwardingSmtpAddress": "smtp:bob@corp.example"}, "forwarding", []),
            ("New-InboxRule", {"Name": ".", "ForwardTo": "x@evil.example", "DeleteMessage": "True"}, "inbox_rule",
             ["outside", "hides"]),
            ("Set-InboxRule", {"Identity": "ada", "MoveToFolder": "RSS Feeds"}, "inbox_rule", ["hides"]),
            ("New-InboxRule", {"Name": "lists", "MoveToFolder": "Lists"}, "inbox_rule", []),
            ("UpdateInboxRules", {}, "inbox_rule", []),
            ("New-TransportRule", {"Name": "copy", "BlindCopyTo": "x@evil.example"}, "transport_rule", ["outside"]),
            ("New-InboundConnector", {"Name": "relay", "SenderDomains": "smtp:*;1"}, "connector", ["open_door"]),
            ("Set-OutboundConnector", {"Identity": "relay"}, "connector", []),
            ("Add-MailboxPermission", {"Identity": "ada", "User": "eve", "AccessRights": "FullAccess"}, "permission",
             []),
            ("Set-MailboxAuditBypassAssociation", {"Identity": "ada", "AuditBypassEnabled": "True"}, "audit", []),
        ],
    )  # fmt: skip
    def test_any_change_of_where_mail_goes(
        self, detect: Detect, operation: str, parameters: dict[str, str], kind: str, signs: list[str]
    ) -> None:
        found = judged(detect, audited(o365(operation, parameters)))
        assert (found.answer, found.confidence) == ("yes", "high" if signs else "medium")
        assert (found.figures["changes"], found.figures[kind]) == (1, 1)
        assert [sign for sign in ("outside", "hides", "open_door") if found.figures[sign]] == signs
        assert operation in found.sentence
        assert found.evidence[0].event["event.code"] == operation

    @pytest.mark.parametrize(
        ("operation", "parameters", "more"),
        [
            ("Set-Mailbox", {"Identity": "ada", "ForwardingSmtpAddress": ""}, {}),
            ("Set-Mailbox", {"Identity": "ada", "DeliverToMailboxAndForward": "False"}, {}),
            ("Set-MailboxAuditBypassAssociation", {"Identity": "ada", "AuditBypassEnabled": "False"}, {}),
            ("Remove-MailboxPermission", {"Identity": "ada", "User": "eve"}, {}),
            ("New-InboxRule", {"Name": "x", "ForwardTo": "x@evil.example"}, {"ResultStatus": "False"}),
            ("Set-Mailbox", {"Identity": "ada"}, {}),
        ],
    )
    def test_what_is_taken_back_or_was_refused(
        self, detect: Detect, operation: str, parameters: dict[str, str], more: dict[str, str]
    ) -> None:
        found = judged(detect, [*audited(o365(operation, parameters, **more)), *traced(*mails(1))], context=OURS)
        assert (found.answer, found.figures["changes"]) == ("no", 0)

    def test_what_it_says(self, detect: Detect) -> None:
        rule = {"Mailbox": "corp.example/ada", "Name": "..", "RedirectTo": "x@evil.example", "DeleteMessage": "True"}
        given = {"Identity": "ada", "User": "eve", "AccessRights": "FullAccess"}
        found = judged(detect, audited(o365("Add-MailboxPermission", given), o365("New-InboxRule", rule)))
        assert found.sentence == (
            "New-InboxRule .. on ada by root@corp.example at 17 Nov 08:00 UTC sends mail to x@evil.example, another "
            "domain, hides mail from the owner. In all 1 inbox rule and 1 mailbox permission; no forwarding change."
        )
        assert found.entities["email"] == ["x@evil.example"]

    def test_an_alert_that_quotes_the_cmdlet(self, detect: Detect) -> None:
        record = {"@timestamp": "2026-11-17T09:00:00Z", "event": {"action": "New-InboxRule", "category": ["email"]}}
        told = list(inline.parse([record | {"user.name": ADA}], Tally()))
        found = detect("D18", located(frame(told), evidence_id=1, name="events of alert 1"))["case"]
        assert (found.answer, found.figures["inbox_rule"]) == ("yes", 1)


class TestTwoHalves:
    """A trace says nothing of rules, an audit nothing of volume: a no needs both."""

    def test_each_half_names_the_other(self, detect: Detect) -> None:
        trace_only = judged(detect, traced(*mails(3)))
        assert (trace_only.answer, trace_only.missing) == ("cannot_tell", ("records of mailbox changes",))
        assert trace_only.sentence.startswith("At most 3 messages within an hour from ada@corp.example, of 1 sender")
        audit_only = judged(detect, audited(QUIET))
        assert (audit_only.answer, audit_only.missing) == ("cannot_tell", ("records of sent mail",))
        assert "attach a message trace" in audit_only.sentence

    def test_both_are_a_no(self, detect: Detect) -> None:
        found = judged(detect, [*traced(*mails(3)), *audited(QUIET)])
        assert (found.answer, found.confidence, found.missing) == ("no", "high", ())

    def test_other_logs_are_neither(self, detect: Detect) -> None:
        others = [
            *read("okta_system_log", ndjson([okta("policy.rule.update", "SUCCESS")]))[0],
            *read("cloudtrail", ndjson([cloudtrail()]))[0],
        ]
        for events in ([], others):
            found = judged(detect, events)
            assert (found.answer, len(found.missing)) == ("cannot_tell", 2)


class TestScope:
    def test_a_mailbox_is_the_cases_from_whatever_address(self, detect: Detect) -> None:
        scope = Scope(users=(ADA,), ips=("203.0.113.9",))
        log = frame_of(
            traced(*mails(60, SenderAddress="Ada@corp.example"), *mails(5, SenderAddress="bob@corp.example"))
        )
        found = detect("D18", log, scope=scope, context=OURS)
        assert (list(found), found["case"].answer, found["case"].figures["senders"]) == (["case"], "yes", 1)
        assert found["case"].evidence[0].event["source.ip"] == "192.0.2.7"  # as the log told it

    def test_a_cmdlet_names_the_mailbox_by_its_alias(self, detect: Detect) -> None:
        forward = {"Identity": "ada", "ForwardingSmtpAddress": "x@evil.example"}
        found = detect("D18", frame_of(audited(o365("Set-Mailbox", forward))), scope=Scope(users=(ADA,)))
        assert (list(found), found["case"].answer) == (["case"], "yes")

    def test_elsewhere_only_what_bears_a_sign(self, detect: Detect) -> None:
        plain, open_door = o365("Set-OutboundConnector", {}), o365("New-InboundConnector", {"SenderDomains": "*"})
        scope = Scope(users=(ADA,))
        assert list(detect("D18", frame_of(audited(plain)), scope=scope)) == ["case"]
        assert detect("D18", frame_of(audited(plain, open_door)), scope=scope)["elsewhere"].figures["changes"] == 1


def test_ground_truth_of_an_exchange_audit(detect: Detect) -> None:
    _, events, _ = read_path(sample("logs/mail/msticpy_o365_exchange_audit.csv"))
    found = judged(detect, events)
    counts = {
        name: found.figures[name] for name in ("connector", "permission", "forwarding", "inbox_rule", "open_door")
    }
    assert counts == {"connector": 1, "permission": 5, "forwarding": 0, "inbox_rule": 0, "open_door": 1}
    assert (found.answer, found.confidence, len(found.evidence)) == ("yes", "high", 6)
    assert found.sentence == (
        "New-InboundConnector Githubrelay at 18 May 17:48 UTC lets in mail in any sender's name. "
        "In all 1 mail connector and 5 mailbox permissions; no forwarding change and no inbox rule."
    )


def test_ground_truth_of_trace_records(detect: Detect) -> None:
    events = [read_path(sample(f"logs/mail/o365_messagetrace_{status}.json"))[1][0] for status in STATUSES]
    found = judged(detect, events)
    assert (found.answer, found.missing) == ("cannot_tell", ("records of mailbox changes",))
    assert (found.figures["bursts"], found.figures["peak"]) == (0, 1)
    assert sum(row["messages"] for row in found.figures["loudest"]) == 8  # two of the nine are of one message
