"""The editor without a script: every act is a form, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actors import PersonActor
from casebook.actor import Automation
from casebook.models import Playbook, PlaybookVersion
from casebook.playbooks import drafts
from casebook.playbooks.importer import import_files
from casebook.playbooks.stored import steps_of
from casebook.playbooks.types import ParsedStep
from tests.casebook.web.test_playbook_pages import words
from tests.conftest import ROOT

Page = Callable[[str], Client]
ASKED = "Did sign-ins to the same accounts fail again and again?"
JSON = {"Accept": "application/json"}


@pytest.fixture
def draft(pia: PersonActor) -> PlaybookVersion:
    return drafts.begin(actor=pia, slug="T1589")


def step(draft: PlaybookVersion, section: str, number: int = 0) -> ParsedStep:
    return [one for one in steps_of(draft) if one.section == section][number]


def post(client: Client, act: str, revision: int = 1, **fields: Any) -> HttpResponse:
    headers = fields.pop("headers", {})
    return client.post("/playbooks/T1589/edit/", {"do": act, "revision": revision} | fields, headers=headers)


def now(draft: PlaybookVersion) -> PlaybookVersion:
    return PlaybookVersion.objects.select_related("playbook", "based_on").get(pk=draft.pk)


def test_a_step_is_changed_by_its_form(page: Page, draft: PlaybookVersion) -> None:
    question = step(draft, "question")
    answer = post(
        page("pia"), "step", key=question.key, text="Did they fail again?", why="Because.", means="", polarity="benign",
        **{"bind-D01": "deciding", "bind-D05": "supporting", "search-name": ["splunk", ""], "lookups": ["ip"],
           "search-query": ["index=auth", ""]},
    )  # fmt: skip
    assert answer.url == f"/playbooks/T1589/edit/?step={question.key.replace(':', '%3A')}"
    saved = step(now(draft), "question")
    assert (saved.key, saved.text, saved.why) == (question.key, "Did they fail again?", "Because.")
    assert (saved.polarity, saved.polarity_rule, saved.required) == ("benign", "corrected by pia", False)
    assert [(one.detector, one.deciding) for one in saved.bindings] == [("D01", True), ("D05", False)]
    assert saved.options == {"lookups": ["ip"], "searches": {"splunk": "index=auth"}}


def test_a_rule_is_typed_by_short_names_and_kept_by_keys(page: Page, draft: PlaybookVersion) -> None:
    criterion, question = step(draft, "criterion"), step(draft, "question")
    rule = 'all:\n  - answer: {step: repeated-failures, value: "yes"}\n  - alert: {field: count, op: ">", value: 3}'
    post(page("pia"), "step", key=criterion.key, text=criterion.text, expression=rule, confirmed="1")
    saved = step(now(draft), "criterion")
    assert saved.expression == {
        "all": [
            {"answer": {"step": question.key, "value": "yes"}},
            {"alert": {"field": "count", "op": ">", "value": 3}},
        ]
    }
    assert saved.confirmed


def test_a_rule_that_cannot_be_read_stays_in_its_field(page: Page, draft: PlaybookVersion) -> None:
    criterion = step(draft, "criterion")
    rule = "any:\n  - finding: {detector: D01, answer: perhaps}"
    answer = post(page("pia"), "step", key=criterion.key, text="Typed meanwhile", expression=rule)
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert rule in html
    assert "Typed meanwhile" in html
    assert "line 2" in html
    assert "any[0].finding.answer" in html
    assert now(draft).revision == 1


def test_what_somebody_else_saved_is_not_written_over(page: Page, draft: PlaybookVersion, lea: PersonActor) -> None:
    question = step(draft, "question")
    drafts.save(actor=lea, slug="T1589", text=draft.card.replace("name: Gather", "name: Gathering"), revision=1)
    fields = {"key": question.key, "text": "What pia typed?", "polarity": "suspicious"}
    answer = post(page("pia"), "step", **fields)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "lea saved this draft" in html
    assert "What pia typed?" in html
    assert 'name="revision" value="2"' in html  # the next press means it
    assert post(page("pia"), "step", 2, **fields).status_code == 302
    assert step(now(draft), "question").text == "What pia typed?"
    assert now(draft).name.startswith("Gathering")  # theirs is there, too


def test_a_script_is_told_the_same_as_data(page: Page, draft: PlaybookVersion, lea: PersonActor) -> None:
    client = page("pia")
    broken = draft.card.replace("polarity: suspicious", "polarity: odd", 1)
    told = post(client, "source", text=broken, headers=JSON).json()
    assert told["revision"] == 2
    assert [flaw["reason"] for flaw in told["flaws"]] == ["polarity “odd” is none of suspicious, benign, open"]
    stale = post(client, "source", 1, text="x", headers=JSON)
    assert stale.status_code == 409
    assert stale.json()["changed_by"] == "pia"
    assert stale.json()["revision"] == 2
    assert post(client, "source", "x", text="x", headers=JSON).json()["errors"] == {"revision": ["a number"]}
    lost = Client().post("/playbooks/T1589/edit/", {}, headers={**JSON, "HX-Request": "true"})
    assert lost.status_code == 401  # never a sign-in page in place of an answer


def test_a_source_that_cannot_be_read_is_kept_and_mended_there(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    broken = draft.card.replace("deciding: [D01]", "deciding: [X1]")
    assert post(client, "source", text=broken).url == "/playbooks/T1589/edit/?way=source"
    html = unescape(client.get("/playbooks/T1589/edit/").content.decode())
    line = broken.splitlines().index(next(one for one in broken.splitlines() if "X1" in one)) + 1
    assert f'data-flaw="{line}"' in html
    assert "deciding: [X1]" in html
    assert ASKED in html  # the outline shows the last text that could be read
    refused = post(client, "add", 2, section="question")
    assert refused.status_code == 422
    assert "mend it there first" in refused.content.decode()


def test_steps_are_added_moved_and_taken_out(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    first, second = step(draft, "question", 0), step(draft, "question", 1)
    added = post(client, "add", 1, section="question").url
    assert "step=question%3A" in added
    assert len([one for one in steps_of(now(draft)) if one.section == "question"]) == 5
    post(client, "move", 2, key=second.key, section="question", position="1")
    assert step(now(draft), "question").key == second.key
    answer = post(client, "move", 3, key=first.key, section="indicator", position="99")
    moved = [one for one in steps_of(now(draft)) if one.section == "indicator"][-1]
    assert moved.text == first.text
    assert moved.key.replace(":", "%3A") in answer.url
    unspoken = step(now(draft), "l1_step")
    post(client, "remove", 4, key=unspoken.key)
    assert unspoken.key not in {one.key for one in steps_of(now(draft))}


def test_a_step_that_a_rule_speaks_of_stays(page: Page, draft: PlaybookVersion) -> None:
    answer = post(page("pia"), "remove", key=step(draft, "question").key)
    assert answer.status_code == 422
    assert "speaks of this step" in answer.content.decode()


def test_the_card_itself_is_changed(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    fields = {"name": "Names", "technique": "t1589", "techniques": "T1589.001", "also_for": "T1110 and T1087",
              "tactics": "Reconnaissance, Impact"}  # fmt: skip
    refused = post(client, "head", **fields | {"technique": "names"})
    assert refused.status_code == 422
    assert 'value="names"' in refused.content.decode()
    post(client, "head", **fields | {"technique": "T1589"})
    saved = now(draft)
    assert (saved.name, saved.technique, saved.techniques) == ("Names", "T1589", ["T1589", "T1589.001"])
    assert (saved.also_for, saved.tactics) == (["T1110", "T1087"], ["Reconnaissance", "Impact"])


def test_comments_are_spoken_of_before_they_are_lost(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    assert "#" in draft.card
    html = client.get("/playbooks/T1589/edit/").content.decode()
    assert "The source has comments" in html
    assert "Save, without the comments" in html
    assert "data-autosave" not in html
    assert "data-autosave" in client.get("/playbooks/T1589/edit/?way=source").content.decode()
    post(client, "add", section="question")
    assert "The source has comments" not in client.get("/playbooks/T1589/edit/").content.decode()


def test_a_rule_is_read_back_in_words(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    told = client.post("/playbooks/T1589/expression/", {"expression": "alert: {field: count, op: '>', value: 3}"})
    assert "the alert's count" in unescape(words(told.content.decode()))
    told = client.post("/playbooks/T1589/expression/", {"expression": "any: []"})
    assert "must be a list with something in it" in told.content.decode()


def test_publishing_says_what_changes_for_whom(page: Page, draft: PlaybookVersion, case: object) -> None:
    client = page("pia")
    post(client, "step", key=step(draft, "question").key, text="Did they fail?", polarity="suspicious", required="1")
    said = words(client.get("/playbooks/T1589/publish/").content.decode())
    assert "1 reworded" in said
    assert "1 keeps the version it was opened with" in said
    assert client.post("/playbooks/T1589/publish/", {"revision": 1}).status_code == 409
    answer = client.post("/playbooks/T1589/publish/", {"revision": 2, "note": "shorter"})
    assert answer.url == "/playbooks/T1589/"
    assert now(draft).state == "published"
    assert client.get("/playbooks/T1589/edit/").status_code == 404


def test_publishing_over_an_import_is_asked_about(page: Page, draft: PlaybookVersion, tmp_path: Path) -> None:
    card = tmp_path / "T1589.yaml"
    card.write_text((ROOT / "cards" / "T1589.yaml").read_text().replace("again and again?", "over and over?"))
    import_files(Automation(name="library"), [card], library="casebook")
    client = page("pia")
    said = client.get("/playbooks/T1589/publish/").content.decode()
    assert "library published version 3 since this draft was begun" in words(said)
    assert "/playbooks/T1589/diff/?from=1&amp;to=3" in said
    assert "Publish version 4" in words(said)
    assert client.post("/playbooks/T1589/publish/", {"revision": 1}).status_code == 409
    assert client.post("/playbooks/T1589/publish/", {"revision": 1, "over": 3}).status_code == 302
    assert now(draft).number == 4


def test_nothing_that_cannot_be_read_is_published(page: Page, draft: PlaybookVersion) -> None:
    client = page("pia")
    post(client, "source", text="casebook: 1\n")
    assert "cannot be read yet" in client.get("/playbooks/T1589/publish/").content.decode()
    assert client.post("/playbooks/T1589/publish/", {"revision": 2}).status_code == 422


def test_a_draft_is_thrown_away(page: Page, draft: PlaybookVersion) -> None:
    assert page("pia").post("/playbooks/T1589/discard/").url == "/playbooks/T1589/"
    assert not PlaybookVersion.objects.filter(state="draft").exists()


def test_a_new_playbook(page: Page) -> None:
    client = page("pia")
    refused = client.post("/playbooks/new/", {"name": "Lamp out", "technique": "lamp"})
    assert refused.status_code == 422
    assert 'value="Lamp out"' in refused.content.decode()
    answer = client.post("/playbooks/new/", {"name": "Lamp out", "technique": "T1489", "team": "blue"})
    assert answer.url == "/playbooks/T1489/edit/"
    playbook = Playbook.objects.get(slug="T1489")
    assert playbook.team is not None
    assert client.get(answer.url).status_code == 200
    assert client.post("/playbooks/new/", {"name": "Again", "slug": "T1489"}).status_code == 409
    assert client.post("/playbooks/T1489/discard/").url == "/playbooks/"


@pytest.mark.parametrize("way", ["", "?way=source", "?step=KEY"])
def test_the_page_asks_little(page: Page, draft: PlaybookVersion, way: str) -> None:
    client = page("lea")
    url = f"/playbooks/T1589/edit/{way.replace('KEY', step(draft, 'criterion').key)}"
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    assert len(caught) <= 12, "\n".join(query["sql"][:160] for query in caught)


def test_only_authors_come_in(page: Page, draft: PlaybookVersion) -> None:
    for path in ("edit/", "publish/", "preview/"):
        assert page("lina").get(f"/playbooks/T1589/{path}").status_code == 403
        assert "/signin/" in Client().get(f"/playbooks/T1589/{path}").url
    assert page("lina").post("/playbooks/T1589/expression/", {}).status_code == 403
