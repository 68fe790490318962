"""The environment: read in one place, typed, refused in one line."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import env
from config.services import secrets
from config.services.errors import ServiceError

APP = "postgresql://casebook_app:a@db.example:5433/casebook?sslmode=require"
OWNER = "postgresql://casebook_owner:o@db.example:5433/casebook"


def test_a_value_or_the_file_that_holds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.text("CASEBOOK_X", default="d") == "d"
    (tmp_path / "x").write_text("from a file\n")
    monkeypatch.setenv("CASEBOOK_X_FILE", str(tmp_path / "x"))
    assert env.text("CASEBOOK_X") == "from a file"
    monkeypatch.setenv("CASEBOOK_X", "both")
    with pytest.raises(ServiceError, match="CASEBOOK_X and CASEBOOK_X_FILE are both set"):
        env.text("CASEBOOK_X")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    monkeypatch.setenv("CASEBOOK_X_FILE", str(tmp_path / "x"))
    with pytest.raises(ServiceError, match=r"CASEBOOK_X_FILE: .*/x cannot be read"):
        env.text("CASEBOOK_X")


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBOOK_X", "")
    assert env.integer("CASEBOOK_X", default=7) == 7
    assert env.list_of("CASEBOOK_X", default=["a"]) == ["a"]


def test_typed_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, read in (("yes", True), ("On", True), ("0", False), ("FALSE", False)):
        monkeypatch.setenv("CASEBOOK_X", given)
        assert env.boolean("CASEBOOK_X") is read
    monkeypatch.setenv("CASEBOOK_X", "12")
    assert env.integer("CASEBOOK_X") == 12
    monkeypatch.setenv("CASEBOOK_X", " a.example, b.example ,")
    assert env.list_of("CASEBOOK_X") == ["a.example", "b.example"]
    monkeypatch.setenv("CASEBOOK_X", "https://casebook.example/")
    assert env.url("CASEBOOK_X") == "https://casebook.example"


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (env.boolean, "perhaps"),
        (env.integer, "many"),
        (env.integer, "-1"),
        (env.url, "casebook.example"),
        (env.url, "ftp://casebook.example"),
        (env.url, "https://[casebook"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_it(monkeypatch, reader, value: str) -> None:
    monkeypatch.setenv("CASEBOOK_X", value)
    with pytest.raises(ServiceError, match=r"^CASEBOOK_X must ") as refused:
        reader("CASEBOOK_X")
    assert "\n" not in str(refused.value)


class TestSecrets:
    def test_are_generated_once_and_closed_to_others(self, state: Path) -> None:
        key, fields = env.secret_key(), env.field_keys()
        assert (env.secret_key(), env.field_keys()) == (key, fields)
        assert len(key) > 60
        assert key not in fields
        assert stat.S_IMODE((state / secrets.NAME).stat().st_mode) == 0o600

    def test_are_not_generated_in_passing_for_a_given_database(self, state: Path, monkeypatch) -> None:
        monkeypatch.setenv("DATABASE_URL", APP)
        with pytest.raises(ServiceError, match=r"SECRET_KEY \(or SECRET_KEY_FILE\) is not set"):
            env.secret_key()
        assert not (state / secrets.NAME).exists()

    def test_given_ones_win_and_are_judged(self, state: Path, monkeypatch) -> None:
        key = secrets.new_field_key()
        monkeypatch.setenv("SECRET_KEY", "given")
        monkeypatch.setenv("CASEBOOK_FIELD_KEYS", f"{key},{key}")
        assert (env.secret_key(), env.field_keys()) == ("given", [key, key])
        for bad in ("short", key[:-2], "x" * 44):
            monkeypatch.setenv("CASEBOOK_FIELD_KEYS", bad)
            with pytest.raises(ServiceError, match="must be Fernet keys") as refused:
                env.field_keys()
            assert bad not in str(refused.value)

    def test_damaged_ones_are_never_replaced(self, state: Path) -> None:
        (state / secrets.NAME).write_text("{")
        with pytest.raises(ServiceError, match=r"damaged.*restore it from a backup"):
            env.secret_key()
        assert (state / secrets.NAME).read_text() == "{"


class TestDatabase:
    def test_nothing_given_leads_to_the_private_server_as_two_roles(self, state: Path) -> None:
        roles = env.database_roles()
        assert (roles.app.user, roles.owner.user) == ("casebook_app", "casebook_owner")
        assert roles.app.host.startswith("/")
        assert roles.app.password != roles.owner.password

    def test_the_role_of_the_process_chooses(self, state: Path, monkeypatch) -> None:
        monkeypatch.setenv("DATABASE_URL", APP)
        monkeypatch.setenv("DATABASE_OWNER_URL", OWNER)
        assert env.database()["USER"] == env.app_role() == "casebook_app"
        assert env.database()["OPTIONS"] == {"sslmode": "require", "prepare_threshold": 5}
        monkeypatch.setenv("CASEBOOK_DB_ROLE", "owner")
        assert env.database()["USER"] == "casebook_owner"
        monkeypatch.setenv("CASEBOOK_DB_ROLE", "root")
        with pytest.raises(ServiceError, match="CASEBOOK_DB_ROLE must be app or owner"):
            env.database()

    def test_one_url_is_taken_as_it_is_until_an_app_role_was_made_for_it(self, state: Path, monkeypatch) -> None:
        monkeypatch.setenv("DATABASE_URL", OWNER)
        assert env.database_roles().app.user == "casebook_owner"
        with secrets.changed(env.state_dir()) as known:
            known.made_roles[env.database_roles().owner.place] = {"role": "casebook_app", "password": "made"}
        roles = env.database_roles()
        assert (roles.app.user, roles.app.password, roles.owner.user) == ("casebook_app", "made", "casebook_owner")

    def test_an_owner_alone_is_a_mistake(self, state: Path, monkeypatch) -> None:
        monkeypatch.setenv("DATABASE_OWNER_URL", OWNER)
        with pytest.raises(ServiceError, match="DATABASE_OWNER_URL is set and DATABASE_URL is not"):
            env.database()


class TestRedis:
    def test_the_private_server(self, state: Path) -> None:
        assert env.redis_url().startswith("unix:///")
        assert env.redis_url().endswith("valkey.sock?db=0")
        assert env.broker_url() == env.redis_url().replace("unix:", "redis+socket:").replace("db=0", "virtual_host=0")

    def test_a_given_one(self, state: Path, monkeypatch) -> None:
        monkeypatch.setenv("REDIS_URL", "rediss://:p@cache.example:6380")
        assert env.redis_url() == env.broker_url() == "rediss://:p@cache.example:6380/0"
        monkeypatch.setenv("REDIS_URL", "memcached://cache.example")
        with pytest.raises(ServiceError, match="REDIS_URL must look like"):
            env.redis_url()
