"""`Idempotency-Key`: the same key, the same answer, one effect; another body under it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import Person
from accounts.tokens import issue
from casebook.models import Case, IdempotencyKey, Journal
from tests.casebook.api.conftest import post, problem

KEY = {"Idempotency-Key": "of-the-sender-1"}
CALL = {"title": "A caller reports a strange mail"}


@pytest.mark.django_db
class TestOneByOne:
    def test_the_same_key_gets_the_same_answer_and_one_effect(self, api):
        first = post(api("lina"), "cases/", CALL, **KEY)
        again = post(api("lina"), "cases/", CALL, **KEY)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again.headers["Location"] == first.headers["Location"]
        assert Case.objects.count() == 1

    def test_another_body_under_the_key_is_refused(self, api):
        post(api("lina"), "cases/", CALL, **KEY)
        document = problem(post(api("lina"), "cases/", {"title": "Another"}, **KEY), 422)
        assert "Idempotency-Key" in document["errors"]
        assert Case.objects.count() == 1

    def test_the_key_is_the_senders_and_the_routes(self, api, case):
        post(api("lina"), "cases/", CALL, **KEY)
        assert post(api("tomas"), "cases/", CALL, **KEY).status_code == 201
        assert post(api("lina"), f"cases/{case.ref}/note/", {"text": "x"}, **KEY).status_code == 200
        assert IdempotencyKey.objects.count() == 3

    def test_a_refusal_is_not_remembered(self, api):
        problem(post(api("lina"), "cases/", {"title": ""}, **KEY), 422)
        assert not IdempotencyKey.objects.exists()
        assert post(api("lina"), "cases/", CALL, **KEY).status_code == 201

    def test_without_a_key_twice_is_twice(self, api):
        post(api("lina"), "cases/", CALL)
        post(api("lina"), "cases/", CALL)
        assert Case.objects.count() == 2

    def test_a_key_has_an_end(self, api):
        key = "x" * 255
        assert post(api("lina"), "cases/", CALL, **{"Idempotency-Key": key}).status_code == 201
        problem(post(api("lina"), "cases/", CALL, **{"Idempotency-Key": key + "x"}), 422)

    def test_a_stale_repeat_is_answered_as_the_first_time(self, api, case):
        """The point of it: the answer was lost, the sender asks again although the version moved on by its own hand."""
        first = post(api("lina"), f"cases/{case.ref}/take/", {"version": 1}, **KEY)
        again = post(api("lina"), f"cases/{case.ref}/take/", {"version": 1}, **KEY)
        assert again.json() == first.json()
        assert Journal.objects.filter(case_id=case.pk, verb="case.taken").count() == 1

    def test_an_upload_counts_by_its_file(self, api, case, kept):
        from django.core.files.uploadedfile import SimpleUploadedFile

        def upload(content: bytes):
            file = SimpleUploadedFile("auth.log", content)
            return api("lina").post(f"/api/v1/cases/{case.ref}/evidence/", {"file": file}, headers=KEY)

        first, again = upload(b"one line\n"), upload(b"one line\n")
        assert first.json() == again.json()
        problem(upload(b"another, longer line\n"), 422)


RACERS = 20


def test_twenty_at_once_have_one_effect(committed: str, open_case: Callable[..., Case]) -> None:
    case = open_case()
    token = issue(person=Person.objects.get(username="lina"), scopes=["api"], days=1)
    together = Barrier(RACERS)

    def ask(_: int) -> tuple[int, str]:
        client = Client(headers={"Authorization": f"Bearer {token}"})
        together.wait()
        try:
            answer = post(client, f"cases/{case.ref}/note/", {"text": "once"}, **KEY)
            return answer.status_code, answer.headers.get("Retry-After", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        answers = Counter(pool.map(ask, range(RACERS)))
    assert Journal.objects.filter(case_id=case.pk, verb="case.noted").count() == 1
    assert answers[(200, "")] >= 1
    assert set(answers) <= {(200, ""), (409, "2")}


@pytest.mark.django_db
def test_a_key_is_bound_to_the_query_and_to_every_file_of_a_form(api):
    """An import that was only shown is not the answer to one that is meant, nor two files to one of them."""

    def send(query: str, *names: str) -> int:
        files = [SimpleUploadedFile(name, f"{name} is no card".encode()) for name in names]
        headers = {"Idempotency-Key": "one-key"}
        return client.post(f"/api/v1/playbooks/import/{query}", {"file": files}, headers=headers).status_code

    client = api("lea")
    assert send("?dry_run=true", "a.md", "b.md") == 202
    assert send("?dry_run=true", "a.md", "b.md") == 202
    assert send("", "a.md", "b.md") == 422
    assert send("?dry_run=true", "c.md", "b.md") == 422
