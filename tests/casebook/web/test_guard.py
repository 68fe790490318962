"""What a page has shown, and what is news to it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.actors import PersonActor
from casebook.journal import changes
from casebook.journal.changes import Cursor
from casebook.web import guard
from config import navigation


@pytest.mark.django_db
def test_what_changes_while_a_page_is_made_is_news_to_it(lina: PersonActor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place from which a page asks for changes is that of before its data was read."""
    places = iter(Cursor(1, tx, 1) for tx in range(100, 110))
    head = changes.Head()
    monkeypatch.setattr(head, "cursor", lambda: next(places))
    for module in (guard, navigation):
        monkeypatch.setattr(module, "HEAD", head)
    seen = {}

    @guard.signed_in("case.read")
    def view(request: HttpRequest) -> HttpResponse:
        seen["while"] = head.cursor()  # somebody changes a case now
        seen["page"] = navigation.navigation(request)["ui"]["changes_since"]
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user, request.actor, request.session = lina.person, lina, {}  # type: ignore[attr-defined,assignment]
    view(request)
    assert Cursor.parse(seen["page"]) < seen["while"]  # type: ignore[operator]
