"""Secrets in command lines: what is blotted out, and what must stay readable."""

from __future__ import annotations

import pytest

from triage.events.parsers.secrets import masked


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("/usr/bin/mysql -u root -pS3cret db", "/usr/bin/mysql -u root -p*** db"),
        ("/usr/bin/mysqldump --password=S3cret --all", "/usr/bin/mysqldump --password=*** --all"),
        ("/usr/bin/sshpass -p 'two words' ssh h", "/usr/bin/sshpass -p *** ssh h"),
        ("/usr/sbin/useradd -m -p $6$abc eve", "/usr/sbin/useradd -m -p *** eve"),
        ("/usr/bin/env PGPASSWORD=S3cret psql", "/usr/bin/env PGPASSWORD=*** psql"),
        ("/usr/bin/env AWS_SECRET_ACCESS_KEY=abc aws s3 ls", "/usr/bin/env AWS_SECRET_ACCESS_KEY=*** aws s3 ls"),
        ("/usr/bin/curl -u ada:S3cret https://h/", "/usr/bin/curl -u ada:*** https://h/"),
        ("/usr/bin/git clone https://ada:S3cret@h/r", "/usr/bin/git clone https://ada:***@h/r"),
        ("/usr/bin/curl -H 'Authorization: Bearer ey.a-b' h", "/usr/bin/curl -H 'Authorization: Bearer ***' h"),
        ("net user eve S3cret /add", "net user eve *** /add"),
        (r"C:\Windows\system32\net1.exe USER eve S3cret", r"C:\Windows\system32\net1.exe USER eve ***"),
        ('/opt/tool --api-key abc --client-secret "x y"', "/opt/tool --api-key *** --client-secret ***"),
    ],
)
def test_a_secret_is_masked_where_it_stands(command: str, shown: str) -> None:
    assert masked(command) == shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "command",
    [
        "/usr/bin/cat /etc/passwd",
        "/usr/bin/passwd ada",
        "/bin/mkdir -p /srv/data",
        "/usr/bin/apt-get update",
        "/bin/chown ada:staff /srv",
        "/usr/bin/ssh -p 2222 ada@h",
        "/usr/bin/docker run -u 1000:1000 image",
        "/usr/bin/keepass --help",
    ],
)
def test_an_ordinary_command_stays_as_it_is(command: str) -> None:
    assert masked(command) == command
