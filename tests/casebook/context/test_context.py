"""Adding, removing and asking: what is kept, what is said, and who may."""

from __future__ import annotations

import pytest

from casebook.actor import Actor
from casebook.context import ask
from casebook.context.assets import add_asset, remove_asset
from casebook.context.importing import import_lines
from casebook.context.ranges import add_range, remove_range
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import Asset, Journal, NetworkRange, Team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bare(blue: Team, green: Team) -> None:
    """No context but what a test adds."""
    NetworkRange.objects.all().delete()
    Asset.objects.all().delete()


def said() -> list[str]:
    return list(Journal.objects.filter(verb="context.changed").order_by("id").values_list("payload__what", flat=True))


def test_a_range_is_kept_in_its_canonical_form_and_recorded(lea: Actor, blue: Team) -> None:
    added = add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/255.255.255.0", label=" office ")
    assert (added.range.cidr, added.range.label, added.overlaps) == ("198.51.100.0/24", "office", [])
    assert said() == ["range 198.51.100.0/24 (office) added"]
    assert Journal.objects.get(verb="context.changed").team_id == blue.pk


def test_overlaps_are_allowed_and_said(lea: Actor, blue: Team, green: Team) -> None:
    add_range(actor=lea, team_id=blue.pk, cidr="10.0.0.0/8", label="all of it")
    NetworkRange.objects.create(team=green, cidr="10.1.0.0/16", label="theirs")
    added = add_range(actor=lea, team_id=blue.pk, cidr="10.1.0.0/16", label="plant")
    assert [one.cidr for one in added.overlaps] == ["10.0.0.0/8"]


def test_the_same_range_twice_is_refused_by_field(lea: Actor, blue: Team) -> None:
    add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/24", label="office")
    with pytest.raises(Invalid) as refusal:
        add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/24", label="again")
    assert "there already, as “office”" in refusal.value.errors["cidr"][0]
    assert len(said()) == 1


def test_a_range_needs_a_label(lea: Actor, blue: Team) -> None:
    with pytest.raises(Invalid) as refusal:
        add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/24", label=" ")
    assert set(refusal.value.errors) == {"label"}


def test_removing_says_what_it_was(lea: Actor, blue: Team) -> None:
    added = add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/24", label="office")
    remove_range(actor=lea, range_id=added.range.pk)
    assert not NetworkRange.objects.exists()
    assert said()[-1] == "range 198.51.100.0/24 (office) removed"
    with pytest.raises(NotFound):
        remove_range(actor=lea, range_id=added.range.pk)


def test_assets_are_kept_in_one_spelling(lea: Actor, blue: Team) -> None:
    host = add_asset(actor=lea, team_id=blue.pk, kind="host", name="DC1.Corp.Example.", critical=True, protected=True)
    address = add_asset(actor=lea, team_id=blue.pk, kind="ip", name="::ffff:192.0.2.53", label="resolver")
    assert (host.name, address.name) == ("dc1.corp.example", "192.0.2.53")
    assert said() == ["host dc1.corp.example (critical, protected) added", "address 192.0.2.53 added"]
    remove_asset(actor=lea, asset_id=host.pk)
    assert said()[-1] == "host dc1.corp.example (critical, protected) removed"


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"kind": "car", "name": "x"}, {"kind"}),
        ({"kind": "host", "name": " "}, {"name"}),
        ({"kind": "host", "name": "two words"}, {"name"}),
        ({"kind": "ip", "name": "dc1"}, {"name"}),
        ({"kind": "host", "name": "x", "zone": "Mars/Olympus"}, {"zone"}),
        ({"kind": "host", "name": "x", "zone": "../../etc/passwd"}, {"zone"}),
        ({"kind": "car", "name": "", "label": "l" * 121, "zone": "x"}, {"kind", "name", "label", "zone"}),
        ({"kind": "host", "name": "n" * 256}, {"name"}),
    ],
)
def test_every_wrong_field_is_named(lea: Actor, blue: Team, given: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        add_asset(actor=lea, team_id=blue.pk, **given)
    assert set(refusal.value.errors) == fields


@pytest.mark.parametrize("who", ["lina", "tomas"])
def test_who_may_look_may_not_change(who: str, blue: Team, request: pytest.FixtureRequest) -> None:
    actor = request.getfixturevalue(who)
    row = NetworkRange.objects.create(team=blue, cidr="198.51.100.0/24", label="office")
    with pytest.raises(NotAllowed):
        add_range(actor=actor, team_id=blue.pk, cidr="203.0.113.0/24", label="x")
    with pytest.raises(NotAllowed):
        remove_range(actor=actor, range_id=row.pk)


def test_another_teams_context_does_not_exist(lea: Actor, green: Team) -> None:
    row = NetworkRange.objects.create(team=green, cidr="198.51.100.0/24", label="theirs")
    asset = Asset.objects.create(team=green, kind="host", name="dc1")
    with pytest.raises(NotFound):
        add_range(actor=lea, team_id=green.pk, cidr="203.0.113.0/24", label="x")
    with pytest.raises(NotFound):
        remove_range(actor=lea, range_id=row.pk)
    with pytest.raises(NotFound):
        remove_asset(actor=lea, asset_id=asset.pk)


# ---------------------------------------------------------------- asking
def test_data_for_detectors_is_plain_and_stable(lea: Actor, blue: Team) -> None:
    add_range(actor=lea, team_id=blue.pk, cidr="198.51.100.0/24", label="office")
    add_range(actor=lea, team_id=blue.pk, cidr="10.0.0.0/8", label="inside")
    add_asset(actor=lea, team_id=blue.pk, kind="user", name="Root", critical=True, zone="Europe/Vienna")
    assert ask.as_data(blue.pk) == {
        "ranges": [["10.0.0.0/8", "inside"], ["198.51.100.0/24", "office"]],
        "assets": [
            {
                "kind": "user",
                "name": "root",
                "label": "",
                "critical": True,
                "protected": False,
                "zone": "Europe/Vienna",
            }
        ],
        "people": [],
        "allowed": [],
        "changes": [],
    }


# ---------------------------------------------------------------- many lines
PASTE = """
# our addresses
198.51.100.0/24, office Vienna
198.51.100.7/24, wrong
host, dc1, domain controller, critical protected
user, svc-backup
ip\t192.0.2.53\tresolver\tprotected
car, x
198.51.100.0/25, part of it
host, dc1, again
10.0.0.0/8
"""


def test_each_line_stands_for_itself(lea: Actor, blue: Team) -> None:
    report = import_lines(actor=lea, team_id=blue.pk, text=PASTE)
    assert [(line.number, line.outcome) for line in report] == [
        (3, "added"),
        (4, "refused"),
        (5, "added"),
        (6, "added"),
        (7, "added"),
        (8, "refused"),
        (9, "added"),
        (10, "refused"),
        (11, "refused"),
    ]
    texts = {line.number: line.text for line in report}
    assert "write 198.51.100.0/24" in texts[4]
    assert texts[5] == "host dc1 (critical, protected)"
    assert texts[9] == "range 198.51.100.0/25, overlaps 198.51.100.0/24"
    assert "say what it is" in texts[11]
    dc1 = Asset.objects.get(name="dc1")
    assert (dc1.label, dc1.critical, dc1.protected) == ("domain controller", True, True)
    assert len(said()) == 5


def test_nothing_and_too_much_are_refused(lea: Actor, blue: Team) -> None:
    for text in ("", "# only a remark", "\n".join(f"10.0.{n // 250}.{n % 250}, x" for n in range(501))):
        with pytest.raises(Invalid) as refusal:
            import_lines(actor=lea, team_id=blue.pk, text=text)
        assert "lines" in refusal.value.errors
    assert not NetworkRange.objects.exists()


def test_an_import_needs_the_right_too(lina: Actor, lea: Actor, blue: Team, green: Team) -> None:
    with pytest.raises(NotAllowed):
        import_lines(actor=lina, team_id=blue.pk, text="10.0.0.0/8, x")
    with pytest.raises(NotFound):
        import_lines(actor=lea, team_id=green.pk, text="10.0.0.0/8, x")
