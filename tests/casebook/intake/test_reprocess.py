"""What was kept is read again: once, by whatever reads it now, also when two ask at once."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connections

from accounts.actors import PersonActor
from casebook.epoch import config_epoch
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.intake import reprocess as again
from casebook.intake.read_back import raw_body
from casebook.intake.receive import Refused, refuse
from casebook.intake.sender import Sender, sender_of
from casebook.models import Alert, Case, Job, Journal, RawBody, Source, Work
from casebook.work.drain import drain

HIVE = {"type": "siem", "source": "ours", "title": "Many failed logins", "description": "d"}


def hive(number: int = 1) -> bytes:
    return json.dumps(HIVE | {"sourceRef": f"h-{number}"}).encode()


def keep(sender: Sender, *bodies: bytes, outcome: str = "not_understood", adapter: str = "elastic") -> list[int]:
    """Bodies as the door keeps them; their ids."""
    refuse(sender, *(Refused(body, "It is nothing of Elastic's.", "", outcome, adapter) for body in bodies))
    return sorted(RawBody.objects.filter(outcome=outcome).values_list("id", flat=True))


def becomes(source: Source, **changes: Any) -> None:
    Source.objects.filter(pk=source.pk).update(**changes)


def test_once_the_source_is_mended_it_becomes_an_alert(adam: PersonActor, sender: Sender, source: Source) -> None:
    [raw_id] = keep(sender, hive())
    becomes(source, adapter="thehive")

    done = again.reprocess(actor=adam, source_slug="siem", raw_ids=[raw_id])

    assert (done.bodies, done.understood, done.alerts) == (1, 1, 1)
    alert = Alert.objects.get(external_id__contains="h-1")
    assert raw_body(alert) == hive()
    assert Case.objects.get(pk=alert.case_id).title == "Many failed logins"
    assert RawBody.objects.get(id=raw_id).outcome == "reprocessed"
    assert bytes(RawBody.objects.get(id=raw_id).body) == hive()
    entry = Journal.objects.get(verb="intake.reprocessed")
    assert (entry.actor_name, entry.payload["alerts"]) == ("adam", 1)


def test_twice_is_once(adam: PersonActor, sender: Sender, source: Source) -> None:
    ids = keep(sender, hive())
    becomes(source, adapter="thehive")
    again.reprocess(actor=adam, source_slug="siem", raw_ids=ids)
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=ids).bodies == 0
    assert Alert.objects.get(external_id__contains="h-1").count == 1


def test_what_is_still_not_understood_stays_with_the_reason_of_today(adam, sender, source) -> None:
    [raw_id] = keep(sender, b'{"of": "nobody"}')
    done = again.reprocess(actor=adam, source_slug="siem", raw_ids=[raw_id])
    assert (done.bodies, done.understood) == (1, 0)
    kept = RawBody.objects.get(id=raw_id)
    assert kept.outcome == "not_understood"
    assert kept.reason != "It is nothing of Elastic's."


def test_where_it_was_sent_to_still_reads_it_though_the_source_reads_otherwise(adam, sender, source) -> None:
    ids = keep(sender, hive(), adapter="thehive")
    becomes(source, adapter="wazuh")
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=ids).alerts == 1


def test_a_vendors_body_sent_to_the_native_door_is_read_by_the_adapter(adam, sender, source) -> None:
    ids = keep(sender, hive(), outcome="refused", adapter="native")
    becomes(source, adapter="thehive")
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=ids).alerts == 1


def test_of_many_in_one_body_what_is_not_understood_is_kept_by_itself(adam, sender, source) -> None:
    body = b"[" + hive(1) + b', {"of": "nobody"}, ' + hive(2) + b"]"
    ids = keep(sender, body, adapter="thehive")
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=ids).alerts == 2
    left = RawBody.objects.get(outcome="not_understood")
    assert bytes(left.body) == b'{"of": "nobody"}'


def test_whose_right_it_is(lina, lea, aude, otto, adam, sender, source) -> None:
    ids = keep(sender, hive())
    for actor, refusal in ((lina, NotFound), (otto, NotFound), (lea, NotAllowed), (aude, NotAllowed)):
        with pytest.raises(refusal):
            again.reprocess(actor=actor, source_slug="siem", raw_ids=ids)
        with pytest.raises(refusal):
            again.ask(actor=actor, source_slug="siem")
    with pytest.raises(Invalid):
        again.reprocess(actor=adam, source_slug="siem", raw_ids=range(101))
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=[10**9]).bodies == 0


def test_another_sources_body_is_not_touched(adam, sender, source, green) -> None:
    other = sender_of(Source.objects.get(slug="green-siem"), config_epoch=config_epoch())
    ids = keep(other, hive(), adapter="thehive")
    assert again.reprocess(actor=adam, source_slug="siem", raw_ids=ids).bodies == 0


def test_all_of_a_source_is_a_job_with_progress(adam, sender, source) -> None:
    keep(sender, *(hive(number) for number in range(5)), b'{"of": "nobody"}', adapter="thehive")
    job = again.ask(actor=adam, source_slug="siem")
    Work.objects.exclude(subject=f"job:{job.pk}").delete()
    drain("jobs")

    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.done, job.total) == ("done", 6, 6)
    assert job.result == {"bodies": 6, "understood": 5, "alerts": 5}
    assert RawBody.objects.filter(outcome="reprocessed").count() == 5
    assert Journal.objects.get(verb="intake.reprocessed").actor_name == "adam"


def test_two_at_once_make_one_alert(committed: str) -> None:
    source = Source.objects.get(slug="siem")
    sender = sender_of(source, config_epoch=config_epoch())
    ids = keep(sender, *(hive(number) for number in range(20)), adapter="thehive")
    actor = _admin()
    total, barrier = [], threading.Barrier(4)

    def press() -> None:
        barrier.wait()
        total.append(again.reprocess(actor=actor, source_slug="siem", raw_ids=ids).understood)
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(total) == 20
    assert set(Alert.objects.filter(external_id__contains="h-").values_list("count", flat=True)) == {1}


def _admin() -> PersonActor:
    from accounts.models import Person

    return PersonActor(Person.objects.get(username="adam"))
