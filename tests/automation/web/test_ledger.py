"""The ledger as people see it, and its forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from automation.containment import ledger, offers
from automation.containment.approve import withdraw
from automation.models import Action, Connector
from casebook.models import Case, NetworkRange, PlaybookVersion, Step, Team

Page = Callable[[str], Client]


@pytest.fixture(autouse=True)
def edge(key_target: Any, connect: Callable[..., Connector]) -> Connector:
    return connect(key_target)


def text(client: Client, path: str = "/containment/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def test_an_empty_ledger_says_so(page: Page) -> None:
    assert "Nothing is in force" in text(page("tomas"))


def test_what_waits_is_offered_to_those_who_may_agree(page: Page, asked: Callable[..., Action], address: str) -> None:
    action = asked()
    assert "waits for you" in text(page("tessa"))
    mine = text(page("tomas"))
    assert "you asked, so somebody else agrees" not in mine  # withdrawing is offered in its place
    assert f'action="/actions/{action.pk}/withdraw/"' in mine
    assert f"/actions/{action.pk}/" not in text(page("lina"))
    assert address in text(page("mara"))
    assert address not in text(page("otto"))


def test_agree_and_undo_by_forms(
    page: Page, asked: Callable[..., Action], run: Callable[[Action], Action], tessa: Any
) -> None:
    action = asked()
    client = page("tessa")
    assert f'href="/actions/{action.pk}/approve/?next=%2Fcontainment%2F"' in text(client)
    answer = client.post(
        f"/actions/{action.pk}/approve/", looked_at(client, action) | {"next": "/containment/?show=waiting"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/containment/?show=waiting")
    assert run(action).state == "verified"
    body = text(client)
    assert "verified" in body
    assert f'id="undo-{action.pk}"' in body
    client.post(f"/actions/{action.pk}/undo/", {"reason": "wrong one"})
    assert run(action).state == "undone"


# ------------------------------------------------------------------ agreeing is to what was looked at
def looked_at(client: Client, action: Action) -> dict[str, str]:
    """What the page of an agreement sends back with the press."""
    return {"seen": client.get(f"/actions/{action.pk}/approve/").context["one"].seen}


def test_all_that_an_agreement_is_bound_to_stands_beside_the_press(
    page: Page, asked: Callable[..., Action], address: str, case: Case
) -> None:
    action = asked(reason="it guesses root's password", expires_in="8h")
    body = text(page("tessa"), f"/actions/{action.pk}/approve/?next=/containment/")
    for words in (address, "Block address", "Edge", "8 h", "asked by", "tomas", case.ref, "a public address",
                  "1 address, nobody else seen behind it", "The block is taken off", "lapses"):  # fmt: skip
        assert words in body, words
    assert "guesses root&#x27;s password" in body
    assert "CANNOT BE UNDONE" not in body
    with_js = page("tessa").get(f"/actions/{action.pk}/approve/", headers={"HX-Request": "true"})
    assert with_js.content.decode().lstrip().startswith("<form")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(page: Page, asked: Callable[..., Action], elsewhere: str) -> None:
    path = f"/actions/{asked().pk}/approve/"
    shown = text(page("tessa"), f"{path}?next={elsewhere}")
    assert f'"{elsewhere}"' not in shown
    assert 'href="/containment/" data-close' in shown
    assert 'href="/t2/" data-close' in text(page("tessa"), f"{path}?next=/t2/")


def test_what_cannot_be_undone_says_so_before_and_on_the_press(page: Page, asked: Callable[..., Action]) -> None:
    action = asked(kind="reset_password", target="svc-backup")
    body = text(page("tessa"), f"/actions/{action.pk}/approve/")
    assert body.count("CANNOT BE UNDONE") == 1
    assert "Agree: it cannot be undone</button>" in body


def test_who_may_not_agree_sees_why_and_no_button(page: Page, asked: Callable[..., Action]) -> None:
    body = text(page("tomas"), f"/actions/{asked().pk}/approve/")
    assert "You asked, so somebody else agrees" in body
    assert 'type="submit"' not in body.partition('id="sheet-title"')[2].partition("</form>")[0]


@pytest.mark.parametrize("sent", [{}, {"seen": ""}, {"seen": "0" * 64}])
def test_a_press_that_saw_nothing_agrees_to_nothing(
    page: Page, asked: Callable[..., Action], sent: dict[str, str]
) -> None:
    action = asked()
    assert page("tessa").post(f"/actions/{action.pk}/approve/", sent).status_code == 409
    action.refresh_from_db()
    assert action.state == "requested"


@pytest.mark.parametrize(
    ("changes", "different"),
    [
        ({"target": "198.51.100.9"}, "what"),
        ({"expires_in_s": 7 * 86400}, "for how long"),
        ({"reason": "something else"}, "reason"),
        ({"undo_text": "cannot be undone"}, "undo"),
        ({"reach": {"lines": ["in 40 other cases of this team"]}}, "reach"),
        ({"guard_rails": []}, "guard rails"),
        ({"critical": True}, "guard rails"),
    ],
)
def test_what_changed_since_it_was_looked_at_is_shown_and_not_agreed_to(
    page: Page, asked: Callable[..., Action], changes: dict[str, Any], different: str
) -> None:
    action = asked()
    client = page("lea")
    seen = looked_at(client, action)
    Action.objects.filter(pk=action.pk).update(**changes)
    answer = client.post(f"/actions/{action.pk}/approve/", seen)
    body = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert f"no longer what you were shown ({different})" in body
    assert answer.context["one"].seen != seen["seen"]  # the next press is made having seen it
    action.refresh_from_db()
    assert action.state == "requested"
    assert client.post(f"/actions/{action.pk}/approve/", {"seen": answer.context["one"].seen}).status_code == 302


def test_the_press_of_one_page_never_agrees_to_the_action_of_another(page: Page, asked: Callable[..., Action]) -> None:
    client = page("tessa")
    first, second = asked(target="24.251.1.1"), asked(target="24.251.1.2")
    answer = client.post(f"/actions/{second.pk}/approve/", looked_at(client, first))
    assert (answer.status_code, "(what)" in answer.content.decode()) == (409, True)


# ------------------------------------------------------------------ a page that is open stands still
def again(client: Client, shown: Any) -> Any:
    """The page's own question, once something has happened."""
    answer = client.get(shown.context["again"], headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer


def test_rows_stay_where_they_are_and_what_came_since_is_counted(
    page: Page, asked: Callable[..., Action], tomas: Any
) -> None:
    for n in range(1, 4):
        asked(target=f"24.251.2.{n}")
    client = page("tessa")
    shown = client.get("/containment/")
    before = [one.id for one in shown.context["ledger"].rows]
    asked(target="24.251.2.9")
    withdraw(actor=tomas, action_id=before[0])

    now = again(client, shown)
    assert [one.id for one in now.context["ledger"].rows] == before
    assert now.context["ledger"].rows[0].state == "withdrawn"
    assert now.context["ledger"].fresh == 1
    body = now.content.decode()
    assert "1 new: let it in" in body
    assert body.count("<tr data-row=") == 3
    assert again(client, now).context["ledger"].rows[0].id == before[0]
    assert [one.id for one in client.get("/containment/").context["ledger"].rows] != before


def test_a_loud_banner_neither_comes_nor_goes_under_the_hand(
    page: Page, simulated: Any, connect: Callable[..., Connector], agreed: Callable[..., Action],
    run: Callable[[Action], Action],
) -> None:  # fmt: skip
    target = simulated("neither")
    connect(target, slug="blind")
    client = page("tomas")
    target.fail("drop_after")
    action = agreed(connector="blind")
    quiet = client.get("/containment/")
    run(action)
    assert again(client, quiet).context["ledger"].alarms == []
    assert "UNKNOWN" not in again(client, quiet).content.decode().partition("<table")[0]
    loud = client.get("/containment/")
    client.post(f"/actions/{action.pk}/resolve/", {"to": "failed", "reason": "not on the firewall"})
    assert "is failed now" in " ".join(again(client, loud).content.decode().split())


def test_asking_again_shows_nothing_of_other_teams(page: Page, asked: Callable[..., Action], address: str) -> None:
    there = f"/containment/?rows={asked().pk},x,99999999999999999999"
    for who, shown in (("otto", False), ("tessa", True)):
        answer = page(who).get(there, headers={"HX-Request": "true"})
        assert (answer.status_code, address in answer.content.decode()) == (200, shown)


def test_the_requester_is_refused_on_the_page_too(page: Page, asked: Callable[..., Action]) -> None:
    action = asked()
    assert page("tomas").post(f"/actions/{action.pk}/approve/").status_code == 403
    action.refresh_from_db()
    assert action.state == "requested"


def test_a_refusal_one_can_act_on_is_said_where_one_came_from(page: Page, asked: Callable[..., Action]) -> None:
    action = asked()
    client = page("tessa")
    answer = client.post(f"/actions/{action.pk}/refuse/", {"reason": ""}, follow=True)
    assert answer.status_code == 200
    assert "Say why" in answer.content.decode()


def test_an_unknown_comes_first_and_loud(
    page: Page, simulated: Any, connect: Callable[..., Connector], agreed: Callable[..., Action],
    run: Callable[[Action], Action],
) -> None:  # fmt: skip
    target = simulated("neither")
    connect(target, slug="blind")
    run(agreed(target="24.250.1.1"))
    target.fail("drop_after")
    action = run(agreed(connector="blind"))
    body = text(page("tomas"))
    assert "UNKNOWN" in body
    assert f'id="resolve-{action.pk}"' in body
    rows = page("tomas").get("/containment/").context["ledger"].rows
    assert rows[0].id == action.pk
    page("tomas").post(f"/actions/{action.pk}/resolve/", {"to": "failed", "reason": "not on the firewall"})
    action.refresh_from_db()
    assert action.state == "failed"


@pytest.mark.parametrize(("who", "status"), [("lina", 200), ("mara", 200), ("aude", 200), ("pia", 403), ("adam", 403)])
def test_who_may_open_it(page: Page, who: str, status: int) -> None:
    assert page(who).get("/containment/").status_code == status


def test_the_page_and_its_part_cost_the_same_however_many(
    page: Page, asked: Callable[..., Action], django_assert_max_num_queries: Any
) -> None:
    client = page("tessa")
    asked(target="24.251.0.1")
    with django_assert_max_num_queries(12):
        client.get("/containment/")
    for n in range(2, 30):
        asked(target=f"24.251.0.{n}")
    with django_assert_max_num_queries(12):
        shown = client.get("/containment/")
    assert len(shown.context["ledger"].rows) == 29
    with django_assert_max_num_queries(12):
        again(client, shown)
    with django_assert_max_num_queries(8):
        client.get(f"/actions/{Action.objects.latest('id').pk}/approve/")
    part = client.get("/containment/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="ledger"')


# ------------------------------------------------------------------ a case's own page
@pytest.fixture
def containment_steps(case: Case) -> None:
    version = PlaybookVersion.objects.create(
        playbook=case.playbook_version.playbook, number=99, name="Short", source_format="yaml", card="", sha256="0" * 64
    )
    Case.objects.filter(pk=case.pk).update(playbook_version=version)
    case.refresh_from_db()
    steps = [
        ("Cut the source off.", "block_address", ["ip"]),
        ("New password.", "reset_password", ["user"]),
        ("Train.", "", []),
    ]
    for number, (words, kind, targets) in enumerate(steps, 1):
        options = {"action": kind, "targets": targets} if kind else {}
        Step.objects.create(
            version=version, section="containment", position=number, key=f"containment:{number}", text=words,
            span_from=0, span_to=1, options=options,
        )  # fmt: skip


def test_offers_fit_the_case(
    containment_steps: None, case: Case, tomas: Any, lina: Any, otto: Any, asked: Callable[..., Action]
) -> None:
    found = offers.for_case(tomas, case)
    assert [(one.kind, one.target, one.may_ask) for one in found] == [
        ("block_address", "203.0.113.7", True),
        ("reset_password", "svc-backup", True),
        ("", "", False),
    ]
    assert found[0].rails_passed == len(found[0].rails)
    assert found[0].reach == ["in no other case"]
    assert not any(one.may_ask for one in offers.for_case(lina, case))
    assert offers.for_case(otto, case) == []
    asked(target="203.0.113.7")
    assert [one.kind for one in offers.for_case(tomas, case)] == ["reset_password", ""]


def test_an_offer_that_trips_a_rail_says_so(containment_steps: None, case: Case, blue: Team, tomas: Any) -> None:
    NetworkRange.objects.create(team=blue, cidr="203.0.113.0/24", label="office")
    block = offers.for_case(tomas, case)[0]
    assert (block.passed, block.may_ask) == (False, False)
    assert "office" in block.tripped[0].why


def test_offers_and_cards_cost_the_same_however_many(
    containment_steps: None, case: Case, tomas: Any, asked: Callable[..., Action], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        offers.for_case(tomas, case)
    for n in range(1, 20):
        asked(target=f"24.252.0.{n}")
    with django_assert_max_num_queries(1):
        assert len(ledger.of_case(tomas, case)) == 19
    with django_assert_max_num_queries(10):
        offers.for_case(tomas, case)


def test_asking_from_the_page(page: Page, case: Case, address: str) -> None:
    given = {"kind": "block_address", "target": address, "reason": "it guesses", "next": f"/cases/{case.ref}/"}
    answer = page("tomas").post(f"/cases/{case.ref}/actions/", given)
    assert answer.headers["Location"] == f"/cases/{case.ref}/"
    assert Action.objects.get().target == address
    assert page("lina").post(f"/cases/{case.ref}/actions/", given).status_code == 403
    assert page("otto").post(f"/cases/{case.ref}/actions/", given).status_code in (403, 404)
