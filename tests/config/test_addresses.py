"""Addresses survive being written and read, whatever they hold; others are refused without being shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from config.services.addresses import DatabaseAddress, broker_url, read_database_url, redis_url
from config.services.errors import ServiceError

words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12)
hosts = st.sampled_from(["db.example", "127.0.0.1", "::1", "/run/postgresql", "/a folder/with%signs&more"])
addresses = st.builds(
    DatabaseAddress, name=words, user=words, password=words, host=hosts, port=st.integers(1, 65535),
    options=st.sampled_from([(), (("sslmode", "require"),)]),
)  # fmt: skip


@given(addresses)
def test_written_and_read_it_is_the_same(address: DatabaseAddress) -> None:
    assert read_database_url(address.url) == address


@given(addresses)
def test_libpq_reads_it_as_we_do(address: DatabaseAddress) -> None:
    read = conninfo_to_dict(address.url)
    assert (read["user"], read["dbname"], read["host"], int(read["port"])) == (
        address.user, address.name, address.host, address.port,
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@h/d",
        "postgresql://u:secret@h:port/d",
        "postgresql://u:secret@h:99999/d",
        "postgresql://u:secret@h",
        "postgresql://:secret@h/d",
        "postgresql://[u:secret@h/d",
        "secret",
    ],
)
def test_other_forms_are_refused_in_one_line_without_the_password(url: str) -> None:
    with pytest.raises(ServiceError, match=r"^DATABASE_URL ") as refused:
        read_database_url(url)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_password_shows_in_no_repr() -> None:
    assert "hidden" not in repr(DatabaseAddress("d", "u", "hidden"))


@pytest.mark.parametrize(
    ("given", "cache", "broker"),
    [
        ("redis://h", "redis://h/3", "redis://h/3"),
        ("valkey://u:p@h:7000/0", "redis://u:p@h:7000/3", "redis://u:p@h:7000/3"),
        ("unix:///a%20b/s.sock", "unix:///a%20b/s.sock?db=3", "redis+socket:///a%20b/s.sock?virtual_host=3"),
        ("unix:///s?db=0&password=p", "unix:///s?db=3&password=p", "redis+socket:///s?password=p&virtual_host=3"),
    ],
)
def test_one_broker_two_spellings(given: str, cache: str, broker: str) -> None:
    assert redis_url(given, database=3) == cache
    assert broker_url(given, database=3) == broker
