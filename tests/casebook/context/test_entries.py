"""People, allow entries and change windows: what is kept, in which spelling, what is refused, and who may."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casebook.actor import Actor
from casebook.context import ask, entries
from casebook.context.kinds import KINDS
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import AllowEntry, ChangeWindow, Journal, KnownPerson, Team

pytestmark = pytest.mark.django_db

MIRA = {"names": "MBrandt; mira@corp.example", "name": "Mira Brandt", "role": "Finance", "manager": "Jon Lind"}
SCAN = {"kind": "ip", "value": "198.51.100.0/28", "reason": "weekly scan", "owner": "Network team"}
PATCH = {"title": "Patching", "reference": "CHG-7", "starts_at": "2026-11-24T22:00Z", "ends_at": "2026-11-25T02:00Z",
         "hosts": "web-1, web-2", "owner": "Platform team"}  # fmt: skip
ALL = [("people", MIRA), ("allowed", SCAN), ("changes", PATCH)]


def said() -> list[str]:
    return list(Journal.objects.filter(verb="context.changed").order_by("id").values_list("payload__what", flat=True))


def add(actor: Actor, team: Team, kind: str, values: dict[str, str], /, **changes: str) -> Any:
    return entries.add(KINDS[kind], actor=actor, team_id=team.pk, values=values | changes)


# ---------------------------------------------------------------- kept and told
def test_a_person_is_kept_by_every_name_they_sign_in_with(lea: Actor, blue: Team) -> None:
    row = add(lea, blue, "people", MIRA, away_from="2026-11-20", away_to="2026-11-27", travel_country="pt")
    assert row.names == ["mbrandt", "mira@corp.example"]
    assert (row.away_from, row.away_to, row.travel_country) == (date(2026, 11, 20), date(2026, 11, 27), "PT")
    assert said() == ["person mbrandt (Mira Brandt) added"]
    assert Journal.objects.get(verb="context.changed").team_id == blue.pk


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("ip", "198.51.100.7", "198.51.100.7"),
        ("ip", "::ffff:198.51.100.0/124", "198.51.100.0/28"),
        ("ip", "2001:DB8::/64", "2001:db8::/64"),
        ("domain", "*.Updates.Example.com.", "updates.example.com"),
        ("user", "Svc-Backup", "svc-backup"),
        ("host", "Scan-1.corp.example.", "scan-1.corp.example"),
        ("process", "C:\\Tools\\Backup.exe", "c:\\tools\\backup.exe"),
        ("command", "/usr/bin/apt-get *", "/usr/bin/apt-get *"),
        ("user_agent", "OurProbe/*", "OurProbe/*"),
        ("hash", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"),
    ],
)
def test_an_allow_entry_has_one_spelling(lea: Actor, blue: Team, kind: str, given: str, kept: str) -> None:
    assert add(lea, blue, "allowed", SCAN, kind=kind, value=given).value == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ip", "198.51.100.7/24"),
        ("ip", "0.0.0.0/0"),
        ("ip", "somewhere"),
        ("domain", "com"),
        ("domain", "two words.example"),
        ("user", "*"),
        ("user", "two words"),
        ("host", "web-*"),
        ("command", "*"),
        ("command", "*sh*"),
        ("user_agent", "** **"),
        ("hash", "d41d8"),
        ("hash", "z" * 32),
    ],
)
def test_an_entry_that_would_allow_too_much_or_nothing_is_refused(
    lea: Actor, blue: Team, kind: str, value: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(lea, blue, "allowed", SCAN, kind=kind, value=value)
    assert set(refusal.value.errors) == {"value"}
    assert not AllowEntry.objects.filter(team=blue, value=value).exists()


@pytest.mark.parametrize(
    ("kind", "changes", "fields"),
    [
        ("people", {"names": "", "name": ""}, {"names", "name"}),
        ("people", {"away_from": "2026-11-20"}, {"away_to"}),
        ("people", {"away_to": "2026-11-20"}, {"away_from"}),
        ("people", {"away_from": "2026-11-20", "away_to": "2026-11-19"}, {"away_to"}),
        ("people", {"away_from": "20 Nov", "away_to": "x"}, {"away_from", "away_to"}),
        ("people", {"travel_country": "PT"}, {"away_from"}),
        ("people", {"away_from": "2026-11-20", "away_to": "2026-11-21", "travel_country": "P1"}, {"travel_country"}),
        ("people", {"name": "n" * 121}, {"name"}),
        ("people", {"names": " ".join(f"n{n}" for n in range(201))}, {"names"}),
        ("people", {"name": "a\x00b"}, {"name"}),
        ("allowed", {"kind": "car"}, {"kind"}),
        ("allowed", {"reason": "", "owner": ""}, {"reason", "owner"}),
        ("changes", {"hosts": ""}, {"hosts"}),
        ("changes", {"ends_at": "2026-11-24T22:00Z"}, {"ends_at"}),
        ("changes", {"ends_at": "2027-02-22T22:01Z"}, {"ends_at"}),
        ("changes", {"starts_at": "tomorrow"}, {"starts_at"}),
        ("changes", {"starts_at": "0001-01-01T00:00+14:00"}, {"starts_at"}),
    ],
)
def test_every_wrong_field_is_named(
    lea: Actor, blue: Team, kind: str, changes: dict[str, str], fields: set[str]
) -> None:
    values = dict(ALL)[kind]
    with pytest.raises(Invalid) as refusal:
        add(lea, blue, kind, values, **changes)
    assert set(refusal.value.errors) == fields


def test_times_without_a_zone_are_the_writers(lea: Actor, blue: Team) -> None:
    zone = timezone(timedelta(hours=1))
    values = PATCH | {"starts_at": "2026-11-24T22:00", "ends_at": "2026-11-25T02:00+00:00"}
    row = entries.add(KINDS["changes"], actor=lea, team_id=blue.pk, values=values, zone=zone)
    assert (row.starts_at.isoformat(), row.ends_at.isoformat()) == (
        "2026-11-24T21:00:00+00:00", "2026-11-25T02:00:00+00:00",
    )  # fmt: skip


# ---------------------------------------------------------------- twins
def test_no_two_people_share_a_name(lea: Actor, blue: Team, green: Team) -> None:
    add(lea, blue, "people", MIRA)
    with pytest.raises(Invalid) as refusal:
        add(lea, blue, "people", MIRA, names="other, MIRA@corp.example", name="Somebody")
    assert "mira@corp.example is there already, as mbrandt (Mira Brandt)" in refusal.value.errors["names"][0]
    KnownPerson.objects.create(team=green, names=["mbrandt"], name="Theirs")  # another team's is another matter


def test_the_same_entry_and_the_same_window_twice_are_refused(lea: Actor, blue: Team) -> None:
    for kind, values, field in (("allowed", SCAN, "value"), ("changes", PATCH, "title")):
        add(lea, blue, kind, values)
        with pytest.raises(Invalid) as refusal:
            add(lea, blue, kind, values)
        assert set(refusal.value.errors) == {field}
    add(lea, blue, "changes", PATCH, starts_at="2026-11-25T00:00Z")  # one reference may cover several windows
    add(lea, blue, "allowed", SCAN, kind="command", value="198.51.100.0/28")


def test_a_change_keeps_clear_of_others_and_not_of_itself(lea: Actor, blue: Team) -> None:
    mira = add(lea, blue, "people", MIRA)
    other = add(lea, blue, "people", MIRA, names="jlind", name="Jon Lind")
    with pytest.raises(Invalid):
        entries.change(KINDS["people"], actor=lea, pk=other.pk, values={"names": "jlind, mbrandt"})
    entries.change(KINDS["people"], actor=lea, pk=mira.pk, values={"names": "mbrandt, mb"})
    mira.refresh_from_db()
    assert mira.names == ["mbrandt", "mb"]


# ---------------------------------------------------------------- change and remove
def test_a_change_leaves_what_is_not_given_and_says_what_it_was(lea: Actor, blue: Team) -> None:
    row = add(lea, blue, "people", MIRA)
    entries.change(KINDS["people"], actor=lea, pk=row.pk, values={"role": "Sales", "manager": "Jon Lind"})
    row.refresh_from_db()
    assert (row.role, row.name) == ("Sales", "Mira Brandt")
    assert said()[-1] == "person mbrandt (Mira Brandt) changed: role or department"
    entries.change(KINDS["people"], actor=lea, pk=row.pk, values={"role": "Sales"})
    assert len(said()) == 2, "nothing changed, so nothing is recorded"


@pytest.mark.parametrize(("kind", "values"), ALL)
def test_removing_says_what_it_was(lea: Actor, blue: Team, kind: str, values: dict[str, str]) -> None:
    row = add(lea, blue, kind, values)
    entries.remove(KINDS[kind], actor=lea, pk=row.pk)
    assert not KINDS[kind].model.objects.filter(pk=row.pk).exists()
    assert said()[-1].endswith(" removed")
    with pytest.raises(NotFound):
        entries.remove(KINDS[kind], actor=lea, pk=row.pk)


# ---------------------------------------------------------------- who may
@pytest.mark.parametrize(("kind", "values"), ALL)
def test_who_may_look_may_not_change(lea: Actor, lina: Actor, blue: Team, kind: str, values: dict[str, str]) -> None:
    row = add(lea, blue, kind, values)
    for attempt in (
        lambda: add(lina, blue, kind, values),
        lambda: entries.change(KINDS[kind], actor=lina, pk=row.pk, values={}),
        lambda: entries.remove(KINDS[kind], actor=lina, pk=row.pk),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize(("kind", "values"), ALL)
def test_another_teams_records_do_not_exist(
    lea: Actor, otto: Actor, blue: Team, kind: str, values: dict[str, str]
) -> None:
    row = add(lea, blue, kind, values)
    for attempt in (
        lambda: add(otto, blue, kind, values),
        lambda: entries.change(KINDS[kind], actor=otto, pk=row.pk, values={}),
        lambda: entries.remove(KINDS[kind], actor=otto, pk=row.pk),
    ):
        with pytest.raises(NotFound):
            attempt()


# ---------------------------------------------------------------- for detectors
def test_data_for_detectors_is_plain_stable_and_the_teams_own(lea: Actor, blue: Team, green: Team) -> None:
    add(lea, blue, "people", MIRA, away_from="2026-11-20", away_to="2026-11-27")
    add(lea, blue, "allowed", SCAN, expires="2026-12-31")
    add(lea, blue, "changes", PATCH)
    KnownPerson.objects.create(team=green, names=["theirs"], name="Theirs")
    data = ask.as_data(blue.pk)
    assert data == ask.as_data(blue.pk)
    assert data["people"] == [
        {"names": ["mbrandt", "mira@corp.example"], "name": "Mira Brandt", "role": "Finance", "manager": "Jon Lind",
         "away": ["2026-11-20", "2026-11-27"], "country": ""}
    ]  # fmt: skip
    assert data["allowed"] == [
        {"kind": "ip", "value": "198.51.100.0/28", "reason": "weekly scan", "owner": "Network team",
         "expires": "2026-12-31"}
    ]  # fmt: skip
    assert data["changes"] == [
        {"title": "Patching", "reference": "CHG-7", "hosts": ["web-1", "web-2"], "users": [], "services": [],
         "owner": "Platform team", "from": "2026-11-24T22:00:00+00:00", "to": "2026-11-25T02:00:00+00:00"}
    ]  # fmt: skip


# ---------------------------------------------------------------- the database holds it too
@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (KnownPerson, {"names": []}),
        (KnownPerson, {"names": ["x"], "away_from": date(2026, 11, 2), "away_to": date(2026, 11, 1)}),
        (AllowEntry, {"reason": ""}),
        (ChangeWindow, {"hosts": []}),
    ],
)
def test_the_database_refuses_it_too(blue: Team, model: Any, changes: dict[str, Any]) -> None:
    at = {"starts_at": "2026-11-24T22:00Z", "ends_at": "2026-11-25T02:00Z"}
    whole = {
        KnownPerson: {"names": ["x"], "name": "X"},
        AllowEntry: {"kind": "user", "value": "x", "reason": "r", "owner": "o"},
        ChangeWindow: {"title": "t", "owner": "o", "hosts": ["h"], **at},
    }[model]
    model.objects.create(team=blue, **whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(team=blue, **(whole | {"value": "y"} if model is AllowEntry else whole) | changes)
