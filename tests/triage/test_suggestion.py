"""What detectors see may be what another playbook is for: which one, why, and for whom it is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from casebook.models import Case, Playbook, PlaybookVersion, Team
from casebook.playbooks.match import Row, build_table
from casebook.playbooks.table import Memory
from casebook.plugins import table
from tests.triage.conftest import said, tell
from triage import escalation, suggestion
from triage.suggestion import TECHNIQUES, suggest


@dataclass
class Told:
    detector: str
    answer: str = "yes"
    scope: str = "case"
    sentence: str = "it happened"


GENERAL = Row(1, 10, "general", name="General triage")
FORCE = Row(2, 20, "force", ("T1110",), name="Brute Force")
ACCOUNTS = Row(3, 30, "accounts", ("T1087",), also_for=("T1069",), name="Account Discovery")
GATHER = Row(4, 40, "gather", ("T1589",), also_for=("T1110",), name="Gathering")
VALID = Row(5, 50, "valid", ("T1078",), name="Valid Accounts")
SYNC = Row(6, 60, "dumping", ("T1003",), name="Credential Dumping")
ALL = (GENERAL, FORCE, ACCOUNTS, GATHER, VALID, SYNC)
NAMES = {"T1087": "Account Discovery", "T1003.006": "DCSync", "T1589": "Gather Victim Identity Information"}


def _suggested(following: Row, *told: Told, rows: tuple[Row, ...] = ALL) -> str | None:
    found = suggest(told, following, build_table(rows, team=7, names=NAMES))
    return found.slug if found else None


@pytest.mark.parametrize(
    ("following", "detectors", "slug"),
    [
        (GENERAL, ["D03"], "gather"),  # its likeliest technique first
        (GENERAL, ["D02"], "force"),  # a sub-technique's parent
        (GENERAL, ["D14"], "accounts"),
        (GENERAL, ["D15"], "dumping"),
        (FORCE, ["D03"], "gather"),
        (VALID, ["D03", "D01"], "gather"),  # the one that serves both
        (FORCE, ["D01", "D05"], None),  # it serves both as it is
        (FORCE, ["D01", "D02", "D03"], "gather"),  # serves all three, for it also serves T1110
        (GATHER, ["D01", "D03", "D14"], None),  # another would serve fewer
        (ACCOUNTS, ["D03"], None),
        (GENERAL, ["D07", "D08", "D22", "D24"], None),  # these speak for no technique
        (GENERAL, [], None),
        (GENERAL, ["D16"], None),  # no playbook is for it
    ],
)
def test_the_playbook_that_serves_more_of_what_is_seen(following: Row, detectors: list[str], slug: str | None) -> None:
    assert _suggested(following, *(Told(one) for one in detectors)) == slug


@pytest.mark.parametrize(
    "told", [Told("D14", answer="no"), Told("D14", answer="partly"), Told("D14", scope="elsewhere"), Told("D99")]
)
def test_only_a_yes_about_this_case_speaks(told: Told) -> None:
    assert _suggested(GENERAL, told) is None


def test_a_card_of_a_sub_technique_serves_its_family() -> None:
    spray = Row(8, 80, "spray", ("T1110.003",), name="Spraying")
    assert _suggested(spray, Told("D01")) is None


def test_the_teams_own_goes_first() -> None:
    own = Row(9, 90, "ours", ("T1087",), team=7, name="Ours")
    assert _suggested(GENERAL, Told("D14"), rows=(*ALL, own)) == "ours"


def test_it_says_why() -> None:
    seen = [Told("D14", sentence="adfind ran on DESK-4."), Told("D24"), Told("D01", "no")]
    found = suggest(seen, FORCE, build_table(ALL, team=7, names=NAMES))
    assert found is not None
    assert found.technique == "T1087 Account Discovery"
    assert found.because == (("D14", "adfind ran on DESK-4."),)
    assert found.reason == "D14 says yes: adfind ran on DESK-4."


def test_of_several_the_first_is_quoted_and_the_others_are_named() -> None:
    seen = [Told("D01", sentence="44 failed."), Told("D02"), Told("D09")]
    found = suggest(seen, GENERAL, build_table(ALL, team=7))
    assert found is not None
    assert found.said == "D01, D02 and D09 say yes: 44 failed."


def test_a_long_why_fits_its_field() -> None:
    found = suggest([Told("D14", sentence="x" * 900)], FORCE, build_table(ALL, team=7))
    assert found is not None
    assert len(found.reason) == 500


def test_every_detector_that_exists_is_thought_of() -> None:
    speak_for_none = {"D07", "D08", "D22", "D23", "D24"}
    assert set(table("DETECTORS")) <= set(TECHNIQUES) | speak_for_none
    assert not set(TECHNIQUES) & speak_for_none


@pytest.fixture
def elsewhere(blue: Team, monkeypatch: pytest.MonkeyPatch) -> Playbook:
    """The team's own playbook for what D05 sees, and tables in memory that have read nothing yet."""
    playbook = Playbook.objects.create(team=blue, base_slug="taken-over", slug="taken-over")
    PlaybookVersion.objects.create(
        playbook=playbook, number=1, state="published", name="Taken over", technique="T1078", source_format="yaml",
        card="", sha256="1" * 64,
    )  # fmt: skip
    monkeypatch.setattr(suggestion, "MEMORY", Memory())
    return playbook


@pytest.fixture
def seen(case: Case, elsewhere: Playbook) -> Case:
    """A case under the general card in which a guess has worked."""
    tell(case, said("D05", answer="yes", sentence="mallory signed in after 147 failures."))
    return case


def _page(client: Client, case: Case) -> str:
    answer = client.get(f"/cases/{case.ref}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_workbench_suggests_it_with_a_button_that_fills_in_the_form(seen: Case, page: Any) -> None:
    client = page("lina")
    body = _page(client, seen)
    assert re.search(r"taken-over Taken over</a> is for that, guessing is not", body)
    assert "mallory signed in after 147 failures." in body
    link = re.search(r'href="(/cases/CB-\d+/do/playbook/\?slug=taken-over[^"]*)"', body)
    assert link is not None
    form = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert re.search(r'name="slug" value="taken-over"', form)
    assert re.search(r'name="reason" value="D05 says yes: mallory signed in after 147 failures\."', form)
    assert "Taken over" not in re.sub(r"<datalist.*?</datalist>", "", form, flags=re.DOTALL)


def test_once_followed_it_is_not_suggested(seen: Case, page: Any) -> None:
    client = page("lina")
    data = {"version": seen.version, "slug": "taken-over", "reason": "a guess has worked"}
    assert client.post(f"/cases/{seen.ref}/do/playbook/", data).status_code == 302
    assert "may fit better" not in _page(client, seen)


def test_with_tier_2_or_for_who_only_reads_nothing_is_suggested(seen: Case, page: Any, lina: Any, tomas: Any) -> None:
    assert "may fit better" not in _page(page("mara"), seen)
    escalation.escalate(actor=lina, ref=seen.ref)
    seen.refresh_from_db()
    assert "may fit better" not in _page(page("lina"), seen)
    escalation.accept(actor=tomas, ref=seen.ref)
    assert "may fit better" not in _page(page("tomas"), seen)


def test_a_word_finds_the_playbook_and_two_are_asked_about(seen: Case, page: Any) -> None:
    client, address = page("lina"), f"/cases/{seen.ref}/do/playbook/"
    form = client.get(address).content.decode()
    assert '<option value="taken-over">T1078 Taken over</option>' in form
    refused = client.post(address, {"version": seen.version, "slug": "t", "reason": "because"})
    assert refused.status_code == 422
    assert "playbooks are like that: choose one." in refused.content.decode()
    nothing = client.post(address, {"version": seen.version, "slug": "zebra", "reason": "because"})
    assert "No other playbook is like that." in nothing.content.decode()
    assert client.post(address, {"version": seen.version, "slug": "taken o", "reason": "because"}).status_code == 302
    seen.refresh_from_db()
    assert seen.playbook_version.playbook.slug == "taken-over"


def test_only_these_fields_are_filled_in_by_a_link(seen: Case, page: Any) -> None:
    form = page("lina").get(f"/cases/{seen.ref}/do/escalate/?handover=words+of+another&reason=x").content.decode()
    assert "words of another" not in form
