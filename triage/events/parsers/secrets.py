"""Passwords and tokens in command lines, blotted out before anybody reads, stores or forwards the event.

The original keeps what it held; what we show and compute on does not repeat it. Only what is plainly a secret by the
option, variable or form it stands in is masked: a command line must stay readable.
"""

from __future__ import annotations

import re

MASK = "***"

_NAMES = r"pass(?:word|wd|phrase)?|pwd|token|secret(?:[-_]?key)?|api[-_]?key|access[-_]?key|auth[-_]?token"
_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[^\s;|&]+)"
_RULES = (
    # --password=x, --token x, -password x
    re.compile(rf"(?P<kept>(?<!\S)--?(?:[\w-]+-)?(?:{_NAMES})(?:=|\s+))(?!-){_VALUE}", re.IGNORECASE),
    # PGPASSWORD=x, MY_API_KEY=x
    re.compile(rf"(?P<kept>(?<![\w-])\w*(?:{_NAMES})=){_VALUE}", re.IGNORECASE),
    # mysql -px, sshpass -p x, useradd -p x
    re.compile(rf"(?P<kept>(?:mysql\w*|mariadb\S*|sshpass|user(?:add|mod))\s(?:[^;|&]*\s)?-p\s*){_VALUE}"),
    # curl -u name:x, --user name:x; but not a user and a group by number
    re.compile(r"(?P<kept>(?<!\S)(?:-u|--user)[\s=]*(?!\d+:\d+\b)[^\s:]+:)[^\s;|&]+"),
    # https://name:x@host
    re.compile(r"(?P<kept>://[^\s:/@]+:)[^\s/@]+(?=@)"),
    # net user name x /add
    re.compile(r"(?P<kept>\bnet1?(?:\.exe)?\"?\s+user\s+(?!/)\S+\s+)(?!/)\S+", re.IGNORECASE),
    # Authorization: Bearer x
    re.compile(r"(?P<kept>\b(?:Bearer|Basic)\s+)[\w+/=.~-]+", re.IGNORECASE),
)


def masked(command: str) -> str:
    """The command line with each secret replaced by ``***``."""
    for rule in _RULES:
        command = rule.sub(lambda found: found["kept"] + MASK, command)
    return command
