from __future__ import annotations

import polars as pl
import pytest

from triage.detectors.account_changes import KINDS
from triage.detectors.account_commands import COMMANDS, commands


def told(command: str | None) -> tuple[str, ...] | None:
    read = commands(
        pl.DataFrame([(7, command)], schema={"row": pl.UInt32, "process.command_line": pl.String}, orient="row")
    )
    assert read["row"].to_list() in ([], [7])
    return next(read.select("kind", "account", "given").iter_rows(), None)


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("net  user bob s3cret /add", ("created", "bob", None)),
        (r"C:\Windows\system32\net1 user /add bob s3cret /domain", ("created", "bob", None)),
        ('"net.exe" user bob /add', ("created", "bob", None)),
        ("NET USER guest /ACTIVE:YES", ("enabled", "guest", None)),
        ("net user bob s3cret", ("reset", "bob", None)),
        ("net localgroup administrators bob /add", ("group", "bob", "administrators")),
        ('net group "Domain Admins" bob /add /domain', ("group", "bob", "Domain Admins")),
        ("New-LocalUser -Name 'bob' -NoPassword", ("created", "bob", None)),
        ("powershell -c New-ADUser bob", ("created", "bob", None)),
        ("Add-ADGroupMember -Identity 'Domain Admins' -Members bob", ("group", "bob", "Domain Admins")),
        ("Add-LocalGroupMember -Group Administrators -Member bob", ("group", "bob", "Administrators")),
        ("Set-ADAccountPassword -Identity bob -Reset", ("reset", "bob", None)),
        ("Enable-ADAccount -Identity bob", ("enabled", "bob", None)),
        ("/usr/sbin/useradd -m -s /bin/bash bob", ("created", "bob", None)),
        ("bash -c 'useradd -m bob; id'", ("created", "bob", None)),
        ("adduser --ingroup staff bob", ("created", "bob", None)),
        ("/usr/sbin/adduser bob sudo", ("group", "bob", "sudo")),
        ("/usr/sbin/usermod -aG sudo,docker bob", ("group", "bob", "sudo,docker")),
        ("gpasswd -a bob wheel", ("group", "bob", "wheel")),
        ("/usr/bin/passwd bob", ("reset", "bob", None)),
        ("dscl . -create /Users/bob", ("created", "bob", None)),
        ("sysadminctl -addUser bob -password x", ("created", "bob", None)),
        ("aws iam create-user --user-name bob", ("created", "bob", None)),
        ("aws --region x iam create-user --user-name bob", ("created", "bob", None)),
        ("aws iam create-access-key --user-name bob", ("key", "bob", None)),
        ("az ad user create --display-name B --user-principal-name bob@x", ("created", "bob@x", None)),
        ("kubectl -n prod create serviceaccount deploy", ("created", "deploy", None)),
    ],
)
def test_commands_that_make_accounts_or_give_rights(command: str, what: tuple[str, ...] | None) -> None:
    assert told(command) == what


@pytest.mark.parametrize(
    "command",
    [
        None,
        "",
        "net user",
        "net user bob",
        "net user bob /domain",
        "net user bob /delete",
        "net user guest /active:no",
        r"net use z: \\server\share",
        "net group 'Domain Admins' /domain",
        "/usr/bin/passwd",
        "cat /etc/passwd",
        "grep bob /etc/passwd",
        "Get-LocalUser bob",
        "aws iam list-users",
        "kubectl get serviceaccount deploy",
        "vi useradd.txt",
    ],
)
def test_commands_that_only_look(command: str | None) -> None:
    assert told(command) is None


def test_each_command_is_of_a_kind_that_sentences_know() -> None:
    assert {one.kind for one in COMMANDS} <= set(KINDS)


def test_a_hostile_command_line_takes_no_longer_than_any() -> None:
    assert told("net user " + "/a " * 10_000) is None
    assert told("useradd " + "x " * 15_000 + ";") == ("created", "x", None)
