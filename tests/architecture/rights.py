"""Who may do what, written by hand from `product.md` §10 and `contract.md`, never derived from the code.

`RIGHTS` is the table of rights as a person reads it; `expected_access.py` and `expected_pages.py` name, for every route
and method, the line of it that holds, the object it is tried on and a body that is complete.

Answers, for an object of the caller's own team:
``ok`` it happens · ``403`` may see it, not do it · ``404`` may not know of it · ``shut`` 403 whatever is asked for,
because the room is shut to the role · ``422`` the form offers no such choice · ``none`` a list with nothing in it ·
``401`` show a token · ``sign-in`` sent to the form.
For an object of another team, and for one that does not exist, ``ok``, ``403`` and ``422`` become one and the same
``404``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

ROLES = ("l1", "t2", "lead", "manager", "author", "admin", "auditor", "source")
STRANGERS = ("anonymous", "revoked", "expired")

_RIGHTS = """
right               l1    t2    lead  manager author admin auditor source  strangers

read cases          ok    ok    ok    ok      404    404   ok      404     401
read alerts         ok    ok    ok    ok      404    404   ok      ok      401
list cases          ok    ok    ok    ok      none   none  ok      none    401
list alerts         ok    ok    ok    ok      none   none  ok      ok      401
work                ok    ok    ok    403     404    404   403     404     401
open by hand        ok    ok    ok    403     403    403   403     403     401
answer              ok    ok    ok    403     404    404   403     shut    401
close               ok    ok    ok    403     404    404   403     404     401
close true          403   ok    ok    403     404    404   403     404     401
tier 2              403   ok    ok    403     404    404   403     404     401
reassign            403   ok    ok    403     404    404   403     404     401
act                 403   ok    ok    403     404    404   403     404     401
approve own         403   403   403   403     404    404   403     404     401
approve critical    403   403   ok    403     404    404   403     404     401
send alerts         403   403   403   403     403    403   403     ok      401
send by its key     ok    ok    ok    ok      ok     ok    ok      ok      ok
read playbooks      ok    ok    ok    ok      ok     ok    ok      shut    401
write playbooks     shut  shut  ok    shut    ok     shut  shut    shut    401
own job             404   404   ok    404    ok     404   404     404     401
see reports         ok    ok    ok    ok      shut   shut  ok      shut    401
playbook report     shut  shut  ok    ok      ok     shut  ok      shut    401
cases of playbooks  shut  shut  ok    ok      shut   shut  ok      shut    401
see context         ok    ok    ok    shut    shut   ok    shut    shut    401
add context         403   403   ok    403     403    ok    403     403     401
remove context      403   403   ok    404     404    ok    404     404     401
see sources         shut  shut  ok    shut    shut   ok    ok      shut    401
change sources      shut  shut  403   shut    shut   ok    403     shut    401
make sources        404   404   403   404     404    ok    403     404     401
send again          404   404   403   404     404    ok    403     404     401
silence             404   404   ok    404     404    ok    403     404     401
rules               ok    ok    ok    ok      ok     ok    ok      ok      401
follow changes      ok    ok    ok    ok      ok     ok    ok      ok      401

page: anyone        ok    ok    ok    ok      ok     ok    ok      ok      ok
page: signed in     ok    ok    ok    ok      ok     ok    ok      sign-in sign-in
page: read cases    ok    ok    ok    ok      shut   shut  ok      sign-in sign-in
page: work          ok    ok    ok    shut    shut   shut  shut    sign-in sign-in
page: close true    422   ok    ok    shut    shut   shut  shut    sign-in sign-in
page: tier 2        shut  ok    ok    shut    shut   shut  shut    sign-in sign-in
page: reassign      403   ok    ok    shut    shut   shut  shut    sign-in sign-in
page: T2's form     403   ok    ok    shut    shut   shut  shut    sign-in sign-in
page: act           shut  ok    ok    shut    shut   shut  shut    sign-in sign-in
page: approve own   shut  403   403   shut    shut   shut  shut    sign-in sign-in
page: approve crit. shut  403   ok    shut    shut   shut  shut    sign-in sign-in
page: playbooks     ok    ok    ok    ok      ok     ok    ok      sign-in sign-in
page: write books   shut  shut  ok    shut    ok     shut  shut    sign-in sign-in
page: try a rule    shut  shut  422   shut    422    shut  shut    sign-in sign-in
page: import none   shut  shut  422   shut    422    shut  shut    sign-in sign-in
page: reports       ok    ok    ok    ok      shut   shut  ok      sign-in sign-in
page: book report   shut  shut  ok    ok      ok     shut  ok      sign-in sign-in
page: book cases    shut  shut  ok    ok      shut   shut  ok      sign-in sign-in
page: see settings  ok    ok    ok    shut   shut   ok    ok      sign-in sign-in
page: see sources   shut  shut  ok    shut    shut   ok    ok      sign-in sign-in
page: make sources  shut  shut  403   shut    shut   ok    403     sign-in sign-in
page: alter sources shut  shut 403   shut    shut   ok    403     sign-in sign-in
page: edit sources  shut  shut  shut  shut    shut   ok    shut    sign-in sign-in
page: silence       shut  shut  ok    shut    shut   ok    403     sign-in sign-in
page: see context   ok    ok    ok    shut    shut   ok    shut    sign-in sign-in
page: edit context  shut  shut  ok    shut    shut   ok    shut    sign-in sign-in
"""

NAME = 20
RIGHTS: dict[str, dict[str, str]] = {}
for line in _RIGHTS.strip().splitlines()[1:]:
    if line.strip():
        *answers, strangers = line[NAME:].split()
        RIGHTS[line[:NAME].strip()] = dict(zip(ROLES, answers, strict=True)) | dict.fromkeys(STRANGERS, strangers)


@dataclass(frozen=True)
class Row:
    """One method of one route. ``on`` names an object of `access_stage.py`: ``case:triage``, ``action:asked``."""

    method: str
    route: str
    right: str
    on: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    verb: str = ""

    def __str__(self) -> str:
        about = f" on {self.on}" if self.on else ""
        return f"{self.method} {self.route.replace('<str:verb>', self.verb) or '/'}{about} ({self.right})"


SEEN = {"seen": "as it stands"}
V1 = "api/v1/"
CASE = V1 + "cases/<str:ref>/"
ACTION = V1 + "actions/<int:pk>/"
STEP = "cases/<str:ref>/steps/<int:step>/answer/"
DO = "cases/<str:ref>/do/<str:verb>/"
WHY = {"reason": "written down for the record"}
LOG = {"text": "Mar 30 16:02:00 web-1 sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2"}
BLOCK = {"kind": "block_address", "target": "198.51.100.23", "expires_in": "24h", **WHY}
FALSE = {"verdict": "false_positive", **WHY}
TRUE = {"verdict": "true_positive", **WHY}
RANGE = {"cidr": "192.0.2.0/25", "label": "Lab"}
ASSET = {"kind": "host", "name": "db-9"}
PERSON = {"names": ["nwest"], "name": "Nora West"}
ALLOWED = {"kind": "ip", "value": "192.0.2.77", "reason": "weekly scan", "owner": "Network team"}
CHANGE = {
    "title": "Patching", "starts_at": "2026-11-24T22:00:00Z", "ends_at": "2026-11-25T02:00:00Z", "hosts": ["db-9"],
    "owner": "Platform team",
}  # fmt: skip
LOKI = {"kind": "loki", "url": "https://loki.example"}
WORDS = {"kind": "authentication", "language": "logql", "template": '{job=~".+"} |~ {any}'}
SILENCE = {"team": "own by name", "name": "Matrix", **WHY}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
HIVE = {"type": "siem", "source": "ours", "sourceRef": "matrix-2", "title": "Many failed logins", "description": "Many"}

BOOK = V1 + "playbooks/<str:slug>/"
PAGE = "playbooks/<str:slug>/"
NO_TITLE = "not: {alert: {field: title, op: exists}}"
