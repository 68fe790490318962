"""Commands that make accounts or give rights, as data. A command tells what somebody wanted; whether it worked, only
the system's own record can tell. Patterns are linear (Polars' regex knows no backtracking) and blind to capitals.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

ACCOUNT = r"['\"]?(?P<account>[^\s'\"/;&|-][^\s'\"/;&|]*)"
GIVEN = r"(?:\"(?P<given>[^\"]+)\"|'(?P<given_single>[^']+)'|(?P<given_bare>[^\s'\"/-][^\s'\"]*))"
END = r"['\"]?\s*(?:$|[;&|])"
NET = r"\bnet1?(?:\.exe)?\"?\s+"
MORE = r"(?:[^;&|]*\s)?"
AWS = r"\baws\s(?:.*\s)?iam\s+"
RUN = r"(?:^|[\s/;&|'\"])"


class Command(NamedTuple):
    """``kind`` is one of `account_changes.KINDS`. ``words`` is how sentences call the command, and never more of it:
    what follows may be a password."""

    kind: str
    words: str
    pattern: str


COMMANDS: Final = (
    # Windows: net.exe, by Microsoft's reference of "net user", "net group" and "net localgroup".
    Command("created", "net user … /add", rf"{NET}user\s+(?:/\S+\s+)*{ACCOUNT}.*/add\b"),
    Command("created", "net user … /add", rf"{NET}user\s+(?:/\S+\s+)*/add\s+(?:/\S+\s+)*{ACCOUNT}"),
    Command("enabled", "net user … /active", rf"{NET}user\s+(?:/\S+\s+)*{ACCOUNT}.*/active:yes\b"),
    Command("group", "net group … /add", rf"{NET}(?:local)?group\s+{GIVEN}\s+{ACCOUNT}.*/add\b"),
    Command("reset", "net user", rf"{NET}user\s+{ACCOUNT}['\"]?\s+[^\s/]\S*(?:\s+/domain)?\s*$"),
    # Windows: PowerShell's modules LocalAccounts and ActiveDirectory.
    Command("created", "New-LocalUser", rf"\bnew-(?:localuser|aduser)\s+(?:-name\s+)?{ACCOUNT}"),
    Command("enabled", "Enable-ADAccount", rf"\benable-(?:localuser|adaccount)\s+(?:-(?:identity|name)\s+)?{ACCOUNT}"),
    Command("reset", "Set-ADAccountPassword", rf"\bset-adaccountpassword\s+(?:-identity\s+)?{ACCOUNT}"),
    Command(
        "group",
        "Add-ADGroupMember",
        rf"\badd-(?:local|ad)groupmember\s+(?:-(?:group|identity|name)\s+)?{GIVEN}\s+(?:-members?\s+)?{ACCOUNT}",
    ),
    # Linux: shadow-utils and Debian's adduser.
    Command("group", "adduser", rf"{RUN}adduser\s+{ACCOUNT}\s+{GIVEN}{END}"),
    Command("created", "useradd", rf"{RUN}(?:useradd|adduser)\s+{MORE}{ACCOUNT}{END}"),
    Command("group", "usermod", rf"{RUN}usermod\s+{MORE}(?:-\w*G|--groups)[\s=]+{GIVEN}\s+{MORE}{ACCOUNT}{END}"),
    Command("group", "gpasswd", rf"{RUN}gpasswd\s+(?:-a|--add)\s+{ACCOUNT}\s+{GIVEN}{END}"),
    Command("reset", "passwd", rf"(?:^|^sudo\s+|/s?bin/)passwd\s+{ACCOUNT}{END}"),
    # macOS
    Command("created", "dscl … -create", rf"\bdscl\s.*-create\s+/users/{ACCOUNT}{END}"),
    Command("created", "sysadminctl", rf"\bsysadminctl\s.*-adduser\s+{ACCOUNT}"),
    # Clouds and clusters: the vendors' own tools.
    Command("created", "aws iam create-user", rf"{AWS}create-user\s.*--user-name[\s=]+{ACCOUNT}"),
    Command("key", "aws iam create-access-key", rf"{AWS}create-access-key\s.*--user-name[\s=]+{ACCOUNT}"),
    Command("created", "az ad user create", rf"\baz\s+ad\s+user\s+create\s.*--user-principal-name[\s=]+{ACCOUNT}"),
    Command("created", "kubectl create", rf"\bkubectl\s.*create\s+(?:sa|serviceaccount)\s+{ACCOUNT}"),
)
"""In order: the first that fits tells what a command does."""

WORTH_A_LOOK = (
    r"(?i)net1?(?:\.exe)?\"?\s+(?:user|group|localgroup)|(?:local|ad)(?:user|account|group)|adduser|useradd|usermod|"
    r"passwd\s|\bdscl\s|sysadminctl|iam\s+create|az\s+ad\s|kubectl\s"
)
"""One of these is in every command of the table; most commands have none and are looked at no further."""


def commands(events: pl.DataFrame) -> pl.DataFrame:
    """Of events with their place as ``row`` those that ran such a command: ``row kind words account given``."""
    left = events.select("row", command=pl.col("process.command_line"))
    left = left.filter(pl.col("command").str.contains(WORTH_A_LOOK).fill_null(False))
    found = [left.select("row").clear().with_columns(**_told(Command("", "", "")), account=NOBODY, given=NOBODY)]
    for one in COMMANDS:
        read = left.select("row", groups=pl.col("command").str.extract_groups(f"(?is){one.pattern}")).unnest("groups")
        given = [name for name in read.columns if name.startswith("given")]
        fits = read.filter(pl.col("account").is_not_null()).select(
            "row", **_told(one), account="account", given=pl.coalesce(*given, NOBODY)
        )
        found.append(fits)
        left = left.join(fits, on="row", how="anti")
        if left.is_empty():
            break
    return pl.concat(found)


NOBODY = pl.lit(None, dtype=pl.String)


def _told(command: Command) -> dict[str, pl.Expr]:
    return {"kind": pl.lit(command.kind), "words": pl.lit(command.words)}
