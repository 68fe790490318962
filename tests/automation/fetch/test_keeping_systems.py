"""Log systems and their searches: who sets them up, what is refused, that a secret stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from automation import vault
from automation.fetch import keeping, saved
from automation.fetch.plugins import kinds
from automation.models import LogSystem, SavedSearch
from casebook.actor import Actor
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import Journal
from tests.automation.fetch.conftest import KINDS, LogServer
from tests.rest import send

pytestmark = pytest.mark.django_db
SetUp = Callable[..., LogSystem]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_system_begins_with_the_searches_of_its_kind(kind: str, set_up: SetUp) -> None:
    system = set_up(kind)
    known = next(one for one in kinds() if one.name == kind)
    assert set(system.searches.values_list("name", flat=True)) == {one.name for one in known.starters}
    entry = Journal.objects.get(verb="logsystem.created")
    assert entry.team_id == system.team_id
    assert "s3cret" not in str(entry.payload)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"), ({"url": "ftp://x"}, "url"), ({"url": "https://u:p@x.example"}, "url"),
        ({"reach": "anywhere"}, "reach"), ({"settings": {}}, "settings"),
        ({"settings": {"index": "x", "odd": "y"}}, "settings"), ({"settings": {"index": 3}}, "settings"),
        ({"settings": {"index": "x", "console": "javascript:alert(1)"}}, "settings"),
        ({"most_rows": 0}, "most_rows"), ({"most_rows": True}, "most_rows"), ({"most_s": 100_000}, "most_s"),
        ({"most_bytes": 10**12}, "most_bytes"), ({"secret": ""}, "secret"), ({"kind": "oracle"}, "kind"),
        ({"url": "http://127.0.0.1:9200", "reach": "public"}, "reach"), ({"no_such": 1}, "no_such"),
    ],
)  # fmt: skip
def test_what_cannot_be_set(set_up: SetUp, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_up("elasticsearch", **values)
    assert field in refused.value.errors
    assert not LogSystem.objects.exists()


def test_a_secret_goes_in_and_stays(set_up: SetUp, adam: Actor, api: Callable[[str], Client]) -> None:
    system = set_up("splunk", secret="hush-hush")
    assert vault.unseal(bytes(system.sealed), system.place) == "hush-hush"
    assert b"hush" not in bytes(system.sealed)
    assert "hush" not in str(send(api("adam"), "GET", f"logsystems/{system.pk}/"))
    assert "hush" not in str(send(api("adam"), "GET", "logsystems/"))
    keeping.change(actor=adam, system_id=system.pk, values={"name": "Splunk", "secret": ""})
    system.refresh_from_db()
    assert vault.unseal(bytes(system.sealed), system.place) == "hush-hush"
    other = set_up("splunk", name="another")
    with pytest.raises(vault.Unreadable):  # a ciphertext that was moved opens nowhere else
        vault.unseal(bytes(system.sealed), other.place)


@pytest.mark.parametrize(
    "moved", [{"url": "https://elsewhere.example"}, {"reach": "private", "url": "https://x.example"}]
)
def test_another_address_needs_the_secret_once_more(set_up: SetUp, adam: Actor, moved: dict[str, str]) -> None:
    system = set_up("splunk")
    with pytest.raises(Invalid) as refused:
        keeping.change(actor=adam, system_id=system.pk, values=moved)
    assert "secret" in refused.value.errors
    changed = keeping.change(actor=adam, system_id=system.pk, values=moved | {"secret": "given again"})
    assert changed.url == moved["url"]


def test_only_administrators_of_its_team_change_it(
    set_up: SetUp, lea: Actor, lina: Actor, otto: Actor, aude: Actor
) -> None:
    system = set_up("splunk")
    for actor, refusal in ((lea, NotAllowed), (aude, NotAllowed), (lina, NotAllowed), (otto, NotAllowed)):
        with pytest.raises(refusal):
            keeping.change(actor=actor, system_id=system.pk, values={"enabled": False})
        with pytest.raises((NotAllowed, NotFound)):
            keeping.drop(actor=actor, system_id=system.pk)


def test_trying_says_whether_it_answers(set_up: SetUp, adam: Actor, server: LogServer) -> None:
    system = set_up("elasticsearch")
    assert keeping.attempt(actor=adam, system_id=system.pk).worked
    system.refresh_from_db()
    assert system.worked_at
    wrong = set_up("elasticsearch", name="wrong", secret="not it")
    tried = keeping.attempt(actor=adam, system_id=wrong.pk)
    assert (tried.worked, "credential" in tried.said) == (False, True)
    LogSystem.objects.filter(pk=wrong.pk).update(reach="public")
    assert "could not be reached" in keeping.attempt(actor=adam, system_id=wrong.pk).said


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"template": "FROM x | WHERE a IN ({users}) AND t > \"{from}\""}, "template", "{to}"),
        ({"template": "FROM x {from} {to} {nobody}"}, "template", "{nobody}"),
        ({"template": '{"query": {"terms": {"a": [{users}]}}', "language": "dsl"}, "template", "missing"),
        ({"template": '{"q": "{from}{to}"}', "language": "dsl"}, "template", "query"),
        ({"template": '{"query": {"a": "{from}", "b": "{to}"}', "language": "dsl"}, "template", "JSON"),
        ({"template": "x" * 30_000}, "template", "characters"),
        ({"template": "", "name": "x"}, "template", "query"),
        ({"language": "spl"}, "language", "esql"), ({"kind": "gossip"}, "kind", "authentication"),
        ({"name": " "}, "name", "brings"),
    ],
)  # fmt: skip
def test_a_search_that_could_not_run_is_not_kept(
    set_up: SetUp, adam: Actor, values: dict[str, str], field: str, words: str
) -> None:
    search = set_up("elasticsearch").searches.all()[0]
    before = search.template
    with pytest.raises(Invalid) as refused:
        saved.change(actor=adam, search_id=search.pk, values=values)
    assert words in " ".join(refused.value.errors[field])
    search.refresh_from_db()
    assert search.template == before


def test_searches_are_added_changed_dropped_and_brought_back(set_up: SetUp, adam: Actor) -> None:
    system = set_up("loki")
    count = system.searches.count()
    made = saved.add(
        actor=adam, system_id=system.pk, values={"kind": "web", "name": "Ours", "template": '{app="x"} |~ {ips}\r\n'}
    )
    assert (made.language, made.template) == ("logql", '{app="x"} |~ {ips}')
    with pytest.raises(Invalid):
        saved.add(actor=adam, system_id=system.pk, values={"kind": "web", "name": "Ours", "template": "{}"})
    saved.change(actor=adam, search_id=made.pk, values={"kind": "network"})
    saved.drop(actor=adam, search_id=made.pk)
    SavedSearch.objects.filter(system=system)[0].delete()
    assert saved.starters_again(actor=adam, system_id=system.pk) == 1
    assert system.searches.count() == count
    told = Journal.objects.filter(verb="logsystem.changed").values_list("payload__what", flat=True)
    assert len(told) == 4


def test_the_api_makes_changes_and_shows(api: Callable[[str], Client], server: LogServer) -> None:
    adam = api("adam")
    body = {"team": "blue", "name": "Loki", "kind": "loki", "url": server.url, "reach": "local", "settings": {}}
    status, made = send(adam, "POST", "logsystems/", body)
    assert (status, made["kind"], made["most_rows"]) == (201, "loki", 5000)
    status, changed = send(adam, "PATCH", f"logsystems/{made['id']}/", {"most_rows": 10})
    assert (status, changed["most_rows"]) == (200, 10)
    status, told = send(adam, "POST", f"logsystems/{made['id']}/try/")
    assert (status, told["worked"]) == (200, False)
    _, searches = send(adam, "GET", f"logsystems/{made['id']}/searches/")
    one = searches["results"][0]
    assert "{" in one["template"]
    assert "203\\\\.0\\\\.113\\\\.7" in " ".join(found["becomes"] for found in searches["results"])
    status, said = send(adam, "PATCH", f"logsearches/{one['id']}/", {"template": "{nobody}"})
    assert (status, "template" in said["errors"]) == (422, True)
    assert send(adam, "DELETE", f"logsearches/{one['id']}/")[0] == 204
    assert send(adam, "DELETE", f"logsystems/{made['id']}/")[0] == 204
    assert send(adam, "GET", f"logsystems/{made['id']}/")[0] == 404


def test_the_pages_make_and_change_one(page: Callable[[str], Client], server: LogServer) -> None:
    adam = page("adam")
    shown = adam.get("/settings/log-systems/?kind=splunk").content.decode()
    assert "https://splunk.example:8089" in shown
    form = {"kind": "splunk", "team": "blue", "name": "Splunk", "url": server.url, "reach": "local", "secret": "tok",
            "set-index": "main", "most_rows": "100", "most_mib": "1", "most_s": "30"}  # fmt: skip
    refused = adam.post("/settings/log-systems/", form | {"set-index": ""})
    assert refused.status_code == 422
    assert b"index is required" in refused.content.lower()
    assert b"tok" not in refused.content.split(b"log-secret")[1][:200]
    made = adam.post("/settings/log-systems/", form)
    system = LogSystem.objects.get()
    assert made.headers["Location"] == f"/settings/log-systems/{system.pk}/"
    assert (system.most_bytes, system.settings) == (1024 * 1024, {"index": "main"})
    answer = adam.post(f"/settings/log-systems/{system.pk}/", form | {"name": "Ours", "secret": ""})
    assert answer.status_code == 302
    adam.post(f"/settings/log-systems/{system.pk}/switch/", {})
    system.refresh_from_db()
    assert (system.name, system.enabled) == ("Ours", False)
    assert (
        f"/settings/log-systems/{system.pk}/drop/"
        not in page("aude").get(f"/settings/log-systems/{system.pk}/").content.decode()
    )


def test_a_search_is_previewed_as_it_is_typed(page: Callable[[str], Client], set_up: SetUp) -> None:
    search = set_up("elasticsearch").searches.all()[0]
    where = f"/settings/log-searches/{search.pk}/"
    form = {"act": "preview", "name": "x", "kind": "web", "language": "esql"}
    part = page("adam").post(
        where, form | {"template": 'FROM x | WHERE u IN ({users}) AND "{from}{to}"'}, headers={"HX-Request": "true"}
    )
    shown = part.content.decode()
    assert "<html" not in shown
    assert "m.keller" in shown
    assert "CORP\\\\svc-backup" in shown
    wrong = page("adam").post(where, form | {"template": "{nobody}"}, headers={"HX-Request": "true"}).content.decode()
    assert "there is no place {nobody}" in wrong.lower()
    search.refresh_from_db()
    assert search.name != "x"  # nothing was kept
