"""Tokens: shown once, kept as a digest, refused at once when they should be."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import PersonActor, SourceActor
from accounts.models import Person, Token
from accounts.tokens import TokenRefused, issue, resolve, revoke
from casebook.models import Journal, Source, Team

pytestmark = pytest.mark.django_db


def test_only_the_digest_is_kept(source):
    secret = issue(source=source, scopes=["alerts"], days=1)
    row = Token.objects.get()
    assert bytes(row.digest) == hashlib.sha256(secret.encode()).digest()
    assert secret.startswith("cb_")
    assert row.prefix == secret[:10]
    assert not any(secret in str(value) for value in vars(row).values())
    assert len({issue(source=source, scopes=[], days=1) for _ in range(5)}) == 5


def test_a_sources_token_is_its_source(source):
    actor = resolve(issue(source=source, scopes=["alerts"], days=1))
    assert isinstance(actor, SourceActor)
    assert (actor.kind, actor.slug, actor.team_id, actor.person_id) == ("source", "siem", source.team_id, None)
    assert actor.may("alert.create", source.team_id)
    assert not actor.may("alert.create", source.team_id + 1)
    assert not any(actor.may(one) for one in ("case.read", "case.work", "action.approve", "admin", "journal.read"))
    assert actor.teams("case.read") == frozenset()


def test_a_persons_token_is_the_person_with_the_tokens_name_beside(lina):
    actor = resolve(issue(person=lina.person, scopes=["api"], days=1))
    assert isinstance(actor, PersonActor)
    assert (actor.kind, actor.name, actor.person_id) == ("token", "lina", lina.person_id)
    assert actor.token_id == Token.objects.get().pk


@pytest.mark.parametrize("secret", ["", "cb_", "cb_nonsense", "x" * 5000, "cb_\x00", "ünïcode"])
def test_what_was_never_issued(secret):
    with pytest.raises(TokenRefused):
        resolve(secret)


def test_revoked_expired_switched_off_left(source, lina):
    of_source = issue(source=source, scopes=["alerts"], days=1)
    of_lina = issue(person=lina.person, scopes=["api"], days=1)

    Source.objects.filter(pk=source.pk).update(enabled=False)
    with pytest.raises(TokenRefused, match="switched off"):
        resolve(of_source)
    Source.objects.filter(pk=source.pk).update(enabled=True)
    resolve(of_source)

    Person.objects.filter(pk=lina.person_id).update(is_active=False)
    with pytest.raises(TokenRefused, match="no longer active"):
        resolve(of_lina)

    revoke(Token.objects.get(source=source))
    with pytest.raises(TokenRefused, match="revoked"):
        resolve(of_source)

    Token.objects.filter(person=lina.person).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(TokenRefused, match="expired"):
        resolve(of_lina)


def test_revoking_twice_keeps_the_first_instant(source):
    issue(source=source, scopes=[], days=1)
    revoke(Token.objects.get())
    first = Token.objects.get().revoked_at
    revoke(Token.objects.get())
    assert Token.objects.get().revoked_at == first


def test_a_token_is_bound_to_one(source, lina):
    for bound in ({}, {"source": source, "person": lina.person}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Token.objects.create(digest=b"x" * 32, prefix="cb_", expires_at=timezone.now(), **bound)


def test_a_read_token_changes_nothing(api, lina, case):
    from django.test import Client

    token = issue(person=lina.person, scopes=["read"], days=1)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    assert client.get(f"/api/v1/cases/{case.ref}/").status_code == 200
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"/api/v1/cases/{case.ref}/take/", {}, content_type="application/json")
        assert answer.status_code == 403
    case.refresh_from_db()
    assert case.owner is None


class TestCommand:
    def issued(self, *options):
        out = StringIO()
        call_command("issue_token", *options, stdout=out)
        return out.getvalue()

    def test_it_prints_only_the_token_and_makes_the_source(self):
        printed = self.issued("--source", "edr", "--team", "blue", "--days", "3")
        assert printed.count("\n") == 1
        actor = resolve(printed.strip())
        assert (actor.slug, actor.team_id) == ("edr", Team.objects.get(slug="blue").pk)
        token = Token.objects.get()
        assert timedelta(days=2.9) < token.expires_at - timezone.now() < timedelta(days=3.1)
        entry = Journal.objects.get(verb="token.issued")
        assert printed.strip() not in str(entry.payload)

    def test_a_known_source_keeps_its_team(self, source):
        resolve(self.issued("--source", "siem").strip())
        with pytest.raises(CommandError, match="blue"):
            self.issued("--source", "siem", "--team", "green")

    def test_for_a_person_and_only_to_read(self):
        assert resolve(self.issued("--user", "lina", "--scope", "read").strip()).read_only

    @pytest.mark.parametrize(
        ("options", "said"),
        [(("--source", "new"), "--team"), (("--source", "new", "--team", "mauve"), "blue"),
         (("--user", "nobody"), "nobody"), (("--user", "lina", "--scope", "alerts"), "scopes"),
         (("--user", "lina", "--days", "0"), "--days"), (("--user", "lina", "--days", "99999"), "--days")],
    )  # fmt: skip
    def test_what_it_refuses_names_the_way_out(self, options, said):
        with pytest.raises(CommandError, match=said):
            self.issued(*options)
        assert not Token.objects.exists()


class TestRevokingByItsFirstCharacters:
    def revoke(self, prefix: str) -> str:
        out = StringIO()
        call_command("revoke_token", prefix, stdout=out)
        return out.getvalue()

    def test_it_is_refused_from_then_on_and_others_are_not(self, source, lina):
        of_source = issue(source=source, scopes=["alerts"], days=1)
        of_lina = issue(person=lina.person, scopes=["api"], days=1)
        assert self.revoke(of_source[:10]) == f"Revoked {of_source[:10]}… of source siem.\n"
        with pytest.raises(TokenRefused, match="revoked"):
            resolve(of_source)
        assert resolve(of_lina).name == "lina"
        assert Journal.objects.get(verb="token.revoked").payload == {"prefix": of_source[:10]}

    def test_a_whole_token_pasted_by_mistake_is_known_by_its_beginning(self, source):
        secret = issue(source=source, scopes=["alerts"], days=1)
        assert secret not in self.revoke(secret)
        with pytest.raises(TokenRefused, match="revoked"):
            resolve(secret)

    @pytest.mark.parametrize(("prefix", "says"), [("cb_", "at least 6"), ("cb_zzzzzzz", "No token begins")])
    def test_what_names_no_token(self, source, prefix, says):
        issue(source=source, scopes=["alerts"], days=1)
        with pytest.raises(CommandError, match=says):
            self.revoke(prefix)

    def test_two_that_begin_alike_and_one_that_is_gone_already(self, source):
        secrets = [issue(source=source, scopes=["alerts"], days=1) for _ in range(2)]
        Token.objects.update(prefix="cb_AAAAAAA")
        with pytest.raises(CommandError, match="Several"):
            self.revoke("cb_AAAAAAA")
        Token.objects.filter(digest=hashlib.sha256(secrets[0].encode()).digest()).update(prefix="cb_BBBBBBB")
        self.revoke("cb_BBBBBBB")
        with pytest.raises(CommandError, match="revoked already"):
            self.revoke("cb_BBBBBBB")
