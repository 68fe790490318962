"""Who may do what, written by hand from `product.md` §10 and `contract.md`, never derived from the code.

`RIGHTS` is the table of rights as a person reads it; `ROWS` names, for every route and method, the line of it that
holds, the object it is tried on and a body that is complete. A route without a row fails the build.

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
SILENCE = {"team": "own by name", "name": "Matrix", **WHY}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
HIVE = {"type": "siem", "source": "ours", "sourceRef": "matrix-2", "title": "Many failed logins", "description": "Many"}

BOOK = V1 + "playbooks/<str:slug>/"
PAGE = "playbooks/<str:slug>/"
NO_TITLE = "not: {alert: {field: title, op: exists}}"

ROWS: tuple[Row, ...] = (
    # ---------------------------------------------------------------- alerts in
    Row("POST", V1 + "alerts/", "send alerts", body={"external_id": "matrix-1", "title": "Many failed logins"}),
    Row("GET", V1 + "alerts/", "list alerts"),
    Row("POST", V1 + "intake/<str:adapter>/", "send alerts", body=HIVE),
    # Whoever knows a source key sends as that source; who else they are does not matter.
    Row("POST", V1 + "intake/<str:adapter>/<str:source_key>/", "send by its key", body=HIVE),
    Row("GET", V1 + "alerts/<int:pk>/", "read alerts", "alert"),
    # ---------------------------------------------------------------- cases
    Row("GET", V1 + "cases/", "list cases"),
    Row("POST", V1 + "cases/", "open by hand", body={"title": "A caller reports a strange mail"}),
    Row("GET", CASE, "read cases", "case:triage"),
    Row("PATCH", CASE, "work", "case:triage", {"severity": "critical", **WHY}),
    Row("POST", CASE + "take/", "work", "case:new"),
    Row("POST", CASE + "release/", "work", "case:triage", WHY),
    Row("POST", CASE + "release/", "reassign", "case:colleague's", WHY),
    Row("POST", CASE + "assign/", "work", "case:new", {"to": "me"}),
    Row("POST", CASE + "assign/", "reassign", "case:colleague's", {"to": "colleague"}),
    Row("POST", CASE + "wait/", "work", "case:triage", WHY),
    Row("POST", CASE + "resume/", "work", "case:waiting"),
    Row("POST", CASE + "reopen/", "work", "case:closed", WHY),
    Row("POST", CASE + "reopen/", "reassign", "case:closed by colleague", WHY),
    Row("POST", CASE + "note/", "work", "case:triage", {"text": "The user is on holiday."}),
    Row("GET", CASE + "timeline/", "read cases", "case:triage"),
    Row("GET", CASE + "related/", "read cases", "case:triage"),
    # ---------------------------------------------------------------- evidence
    Row("GET", CASE + "evidence/", "read cases", "case:triage"),
    Row("POST", CASE + "evidence/", "work", "case:triage", LOG),
    Row("GET", V1 + "evidence/<int:pk>/", "read cases", "evidence"),
    Row("PATCH", V1 + "evidence/<int:pk>/", "work", "evidence", {"timezone": "Europe/Berlin", "year": 2026}),
    Row("GET", V1 + "evidence/<int:pk>/lines/", "read cases", "evidence"),
    Row("GET", V1 + "evidence/<int:pk>/original/", "read cases", "evidence"),
    # ---------------------------------------------------------------- the run and its decisions
    Row("GET", CASE + "run/", "read cases", "case:triage"),
    Row("POST", CASE + "run/accept-all/", "answer", "case:triage"),
    Row("POST", CASE + "run/undo/", "answer", "case:answered"),
    Row("POST", CASE + "run/steps/<int:step>/answer/", "answer", "step:question", {"value": "no", "note": "looked"}),
    Row("POST", CASE + "run/steps/<int:step>/accept/", "answer", "step:proposed"),
    Row("POST", CASE + "run/steps/<int:step>/done/", "answer", "step:l1_step"),
    Row("POST", CASE + "focus/", "answer", "case:triage", {"seconds": 5}),
    Row("POST", CASE + "escalate/", "work", "case:triage", WHY),
    Row("POST", CASE + "accept/", "tier 2", "case:escalated"),
    Row("POST", CASE + "return/", "tier 2", "case:escalated", {"question": "Is the account a service's?", **WHY}),
    Row("POST", CASE + "close/", "close", "case:triage", FALSE),
    Row("POST", CASE + "close/", "close true", "case:triage", TRUE),
    Row("POST", CASE + "close/", "close true", "case:investigating", FALSE),
    Row("POST", CASE + "playbook/", "work", "case:triage", {"playbook": "general", **WHY}),
    Row("GET", CASE + "handover/", "read cases", "case:escalated"),
    Row("GET", CASE + "tasks/", "read cases", "case:investigating"),
    Row("POST", CASE + "tasks/", "tier 2", "case:investigating", {"title": "Ask the owner of the host"}),
    Row("PATCH", V1 + "tasks/<int:pk>/", "tier 2", "task", {"state": "done", "outcome": "asked"}),
    # ---------------------------------------------------------------- lookups and containment
    Row("GET", CASE + "lookups/", "read cases", "case:triage"),
    Row("POST", CASE + "lookups/", "work", "case:triage"),
    Row("GET", CASE + "actions/", "read cases", "case:investigating"),
    Row("POST", CASE + "actions/", "act", "case:investigating", BLOCK),
    Row("GET", V1 + "actions/", "list cases"),
    Row("GET", ACTION, "read cases", "action:asked"),
    Row("POST", ACTION + "approve/", "act", "action:asked"),
    Row("POST", ACTION + "approve/", "approve own", "action:asked by me"),
    Row("POST", ACTION + "approve/", "approve critical", "action:critical"),
    Row("POST", ACTION + "refuse/", "act", "action:asked", WHY),
    Row("POST", ACTION + "refuse/", "approve own", "action:asked by me", WHY),
    Row("POST", ACTION + "withdraw/", "act", "action:asked by me"),
    Row("POST", ACTION + "withdraw/", "approve own", "action:asked"),
    Row("POST", ACTION + "renew/", "act", "action:lapsed"),
    Row("POST", ACTION + "undo/", "act", "action:verified", WHY),
    Row("POST", ACTION + "retry/", "act", "action:undo_failed"),
    Row("POST", ACTION + "resolve/", "act", "action:unknown", {"to": "failed", **WHY}),
    # ---------------------------------------------------------------- the rest of the API
    Row("GET", V1 + "changes/", "follow changes"),
    Row("GET", V1 + "playbooks/", "read playbooks"),
    Row("GET", V1 + "playbooks/<str:slug>/", "read playbooks", "playbook"),
    Row("GET", BOOK + "export/", "read playbooks", "playbook"),
    Row("GET", BOOK + "draft/", "write playbooks", "draft"),
    Row("POST", BOOK + "draft/", "write playbooks", "playbook"),
    Row("PUT", BOOK + "draft/", "write playbooks", "draft", {"card": "casebook: 1", "revision": 1}),
    Row("DELETE", BOOK + "draft/", "write playbooks", "draft"),
    Row("POST", BOOK + "publish/", "write playbooks", "draft", {"revision": 1}),
    Row("POST", BOOK + "retire/", "write playbooks", "playbook", WHY),
    Row("POST", BOOK + "review/", "write playbooks", "playbook"),
    Row("POST", BOOK + "replay/", "write playbooks", "playbook"),
    Row("GET", V1 + "coverage/", "read playbooks"),
    Row("POST", V1 + "playbooks/import/", "write playbooks"),
    Row("GET", V1 + "jobs/<int:pk>/", "own job", "job:shown"),
    Row("GET", V1 + "jobs/<int:pk>/report/", "own job", "job:shown"),
    Row("POST", V1 + "jobs/<int:pk>/cancel/", "own job", "job:waiting"),
    Row("GET", V1 + "reports/playbooks/", "playbook report"),
    Row("GET", V1 + "reports/playbooks/cases/", "cases of playbooks"),
    Row("GET", V1 + "reports/sla/", "see reports"),
    Row("GET", V1 + "reports/sla/cases/", "see reports", query="measure=time_to_triage"),
    Row("GET", V1 + "sources/", "see sources"),
    Row("POST", V1 + "sources/", "make sources", body={"team": "own by name", "slug": "matrix-source", "name": "Ours"}),
    Row("GET", V1 + "sources/<slug:slug>/", "see sources", "source"),
    Row("PATCH", V1 + "sources/<slug:slug>/", "change sources", "source", {"name": "Ours"}),
    Row("GET", V1 + "sources/<slug:slug>/refusals/", "see sources", "source"),
    Row("POST", V1 + "sources/<slug:slug>/reprocess/", "send again", "source", {"all": True}),
    Row("GET", V1 + "sources/<slug:slug>/grouping-preview/", "see sources", "source"),
    Row("POST", V1 + "sources/<slug:slug>/map/preview/", "see sources", "source", {"field_map": {}, "body": {}}),
    Row("GET", V1 + "suppressions/", "see sources"),
    Row("POST", V1 + "suppressions/", "silence", body={**SILENCE, "match": {"rule_id": "no"}, "expires_at": TOMORROW}),
    Row("POST", V1 + "suppressions/<int:pk>/end/", "silence", "suppression"),
    Row("POST", V1 + "alerts/<int:pk>/feedback/", "work", "alert", {"kind": "noisy"}),
    Row("GET", V1 + "rules/feedback/", "rules"),
    Row("GET", V1 + "sources/<slug:slug>/tokens/", "see sources", "source"),
    Row("POST", V1 + "sources/<slug:slug>/tokens/", "change sources", "source"),
    Row("POST", V1 + "tokens/<int:pk>/renew/", "send again", "token"),
    Row("POST", V1 + "tokens/<int:pk>/revoke/", "send again", "token"),
    Row("GET", V1 + "sources/<slug:slug>/poll/", "see sources", "source"),
    Row("PUT", V1 + "sources/<slug:slug>/poll/", "change sources", "source", {"every_s": 120}),
    Row("POST", V1 + "sources/<slug:slug>/poll/now/", "change sources", "source"),
    Row("DELETE", V1 + "sources/<slug:slug>/poll/", "change sources", "source"),
    Row("GET", V1 + "webhooks/", "see sources"),
    Row(
        "POST", V1 + "webhooks/", "make sources", body={"team": "own by name", "name": "m", "url": "https://m.example/"}
    ),
    Row("GET", V1 + "webhooks/<int:pk>/", "see sources", "webhook"),
    Row("PATCH", V1 + "webhooks/<int:pk>/", "change sources", "webhook", {"name": "Ours"}),
    Row("POST", V1 + "webhooks/<int:pk>/secret/", "change sources", "webhook"),
    Row("DELETE", V1 + "webhooks/<int:pk>/", "change sources", "webhook"),
    Row("GET", V1 + "webhooks/<int:pk>/deliveries/", "see sources", "webhook"),
    Row("POST", V1 + "deliveries/<int:pk>/again/", "send again", "delivery"),
    Row("GET", V1 + "context/ranges/", "see context"),
    Row("POST", V1 + "context/ranges/", "add context", body=RANGE),
    Row("DELETE", V1 + "context/ranges/<int:pk>/", "remove context", "range"),
    Row("GET", V1 + "context/assets/", "see context"),
    Row("POST", V1 + "context/assets/", "add context", body=ASSET),
    Row("DELETE", V1 + "context/assets/<int:pk>/", "remove context", "asset"),
    # ---------------------------------------------------------------- pages
    Row("GET", "healthz", "page: anyone"),
    Row("GET", "readyz", "page: anyone"),
    Row("GET", "signin/", "page: anyone"),
    Row("POST", "signin/", "page: anyone"),
    Row("POST", "signout/", "page: anyone"),
    Row("POST", "preferences/", "page: signed in", body={"theme": "dark"}),
    Row("GET", "", "page: signed in"),
    Row("GET", "cases/new/", "page: work"),
    Row("POST", "cases/new/", "page: work", body={"title": "A caller reports a strange mail"}),
    Row("POST", "cases/<str:ref>/take/", "page: work", "case:new"),
    Row("POST", "cases/<str:ref>/release/", "page: work", "case:triage", WHY),
    Row("POST", "cases/<str:ref>/release/", "page: reassign", "case:colleague's", WHY),
    Row("POST", "cases/<str:ref>/assign/", "page: work", "case:new", {"to": "me"}),
    Row("POST", "cases/<str:ref>/assign/", "page: reassign", "case:colleague's", {"to": "colleague"}),
    Row("POST", "cases/<str:ref>/wait/", "page: work", "case:triage", WHY),
    Row("POST", "cases/<str:ref>/resume/", "page: work", "case:waiting"),
    Row("POST", "cases/<str:ref>/reopen/", "page: work", "case:closed", WHY),
    Row("POST", "cases/<str:ref>/reopen/", "page: reassign", "case:closed by colleague", WHY),
    Row("POST", "cases/<str:ref>/note/", "page: work", "case:triage", {"text": "The user is on holiday."}),
    Row("POST", "cases/<str:ref>/edit/", "page: work", "case:triage", {"severity": "critical", **WHY}),
    Row("POST", "cases/<str:ref>/evidence/", "page: work", "case:triage", LOG),
    Row("POST", "evidence/<int:pk>/correct/", "page: work", "evidence", {"timezone": "Europe/Berlin"}),
    Row("GET", "evidence/<int:pk>/original/", "page: read cases", "evidence"),
    Row("GET", "evidence/<int:pk>/lines/", "page: read cases", "evidence"),
    Row("GET", "alerts/<int:pk>/raw/", "page: read cases", "alert"),
    Row("GET", "cases/<str:ref>/", "page: read cases", "case:triage"),
    Row("GET", "cases/<str:ref>/", "page: read cases", "case:investigating"),
    Row("GET", "cases/<str:ref>/handover/", "page: read cases", "case:escalated"),
    Row("GET", "cases/<str:ref>/text/", "page: read cases", "case:triage"),
    Row("POST", STEP, "page: work", "step:question", {"value": "no", "note": "looked into it"}),
    Row("POST", STEP, "page: work", "step:proposed", {"value": "accept", "proposed": "no"}),
    Row("POST", STEP, "page: work", "step:l1_step", {"value": "done"}),
    Row("POST", "cases/<str:ref>/accept-all/", "page: work", "case:triage"),
    Row("POST", "cases/<str:ref>/undo/", "page: work", "case:answered"),
    Row("POST", "cases/<str:ref>/accept/", "page: tier 2", "case:escalated"),
    Row("GET", DO, "page: work", "case:triage", verb="escalate"),
    Row("POST", DO, "page: work", "case:triage", WHY, verb="escalate"),
    Row("POST", DO, "page: work", "case:triage", FALSE, verb="close"),
    Row("POST", DO, "page: close true", "case:triage", TRUE, verb="close"),
    Row("POST", DO, "page: T2's form", "case:investigating", FALSE | {"seen": "all that is left"}, verb="close"),
    Row("POST", DO, "page: T2's form", "case:escalated", {"question": "Is it a service account?"}, verb="return"),
    Row("POST", DO, "page: work", "case:triage", WHY, verb="wait"),
    Row("POST", DO, "page: work", "case:new", {"to": "me"}, verb="assign"),
    Row("POST", DO, "page: reassign", "case:colleague's", {"to": "colleague"}, verb="assign"),
    Row("POST", DO, "page: work", "case:triage", WHY, verb="release"),
    Row("POST", DO, "page: reassign", "case:colleague's", WHY, verb="release"),
    Row("POST", DO, "page: work", "case:triage", {"severity": "critical", **WHY}, verb="severity"),
    Row("POST", DO, "page: work", "case:triage", {"slug": "general", **WHY}, verb="playbook"),
    Row("POST", DO, "page: work", "case:closed", WHY, verb="reopen"),
    Row("POST", DO, "page: reassign", "case:closed by colleague", WHY, verb="reopen"),
    Row("POST", DO, "page: work", "case:triage", {"text": "The user is on holiday."}, verb="note"),
    Row("GET", "t2/", "page: tier 2"),
    Row("POST", "cases/<str:ref>/tasks/", "page: tier 2", "case:investigating", {"title": "Ask the host's owner"}),
    Row("POST", "tasks/<int:pk>/", "page: tier 2", "task", {"state": "done", "outcome": "asked"}),
    Row("GET", "containment/", "page: read cases"),
    Row("POST", "cases/<str:ref>/actions/", "page: act", "case:investigating", BLOCK),
    Row("GET", "actions/<int:pk>/approve/", "page: act", "action:asked"),
    Row("POST", "actions/<int:pk>/approve/", "page: act", "action:asked", SEEN),
    Row("POST", "actions/<int:pk>/approve/", "page: approve own", "action:asked by me", SEEN),
    Row("POST", "actions/<int:pk>/approve/", "page: approve crit.", "action:critical", SEEN),
    Row("POST", "actions/<int:pk>/refuse/", "page: act", "action:asked", WHY),
    Row("POST", "actions/<int:pk>/refuse/", "page: approve own", "action:asked by me", WHY),
    Row("POST", "actions/<int:pk>/withdraw/", "page: act", "action:asked by me"),
    Row("POST", "actions/<int:pk>/withdraw/", "page: approve own", "action:asked"),
    Row("POST", "actions/<int:pk>/renew/", "page: act", "action:lapsed"),
    Row("POST", "actions/<int:pk>/undo/", "page: act", "action:verified", WHY),
    Row("POST", "actions/<int:pk>/retry/", "page: act", "action:undo_failed"),
    Row("POST", "actions/<int:pk>/resolve/", "page: act", "action:unknown", {"to": "failed", **WHY}),
    Row("GET", "playbooks/", "page: playbooks"),
    Row("GET", "playbooks/<str:slug>/", "page: playbooks", "playbook"),
    Row("GET", "playbooks/new/", "page: write books"),
    Row("POST", "playbooks/new/", "page: write books", body={"name": "Lamp out", "slug": "lamp-out"}),
    Row("GET", PAGE + "export/", "page: playbooks", "playbook"),
    Row("GET", PAGE + "diff/", "page: playbooks", "playbook"),
    Row("POST", PAGE + "draft/", "page: write books", "playbook"),
    Row("GET", PAGE + "edit/", "page: write books", "draft"),
    Row("POST", PAGE + "edit/", "page: write books", "draft", {"do": "add", "section": "question", "revision": "1"}),
    Row("POST", PAGE + "expression/", "page: write books", "draft", {"expression": NO_TITLE}),
    Row("POST", PAGE + "discard/", "page: write books", "draft"),
    Row("GET", PAGE + "publish/", "page: write books", "draft"),
    Row("POST", PAGE + "publish/", "page: write books", "draft", {"revision": "1"}),
    Row("POST", PAGE + "retire/", "page: write books", "playbook", WHY),
    Row("POST", PAGE + "review/", "page: write books", "playbook"),
    Row("GET", PAGE + "preview/", "page: write books", "draft"),
    Row("POST", PAGE + "preview/", "page: write books", "draft", {"do": "add", "section": "question"}),
    Row("POST", PAGE + "try/", "page: try a rule", "draft", {"do": "add", "section": "question"}),
    Row("GET", PAGE + "replay/", "page: write books", "playbook"),
    Row("POST", PAGE + "replay/", "page: write books", "playbook", {"days": "30", "which": "followed"}),
    Row("GET", PAGE + "replay/<int:job>/", "page: write books", "job:replay"),
    Row("POST", PAGE + "replay/<int:job>/cancel/", "page: write books", "job:replay"),
    Row("GET", "playbooks/import/", "page: write books"),
    Row("POST", "playbooks/import/", "page: import none"),
    Row("GET", "playbooks/import/<int:pk>/", "page: write books", "job:shown"),
    Row("GET", "playbooks/import/<int:pk>/files/<int:number>/", "page: write books", "job:shown"),
    Row("POST", "playbooks/import/<int:pk>/go/", "page: write books", "job:shown"),
    Row("POST", "playbooks/import/<int:pk>/cancel/", "page: write books", "job:shown"),
    Row("GET", "coverage/", "page: playbooks"),
    Row("GET", "coverage/<str:technique>/", "page: playbooks"),
    Row("GET", "reports/playbooks/", "page: book report"),
    Row("GET", "reports/playbooks/cases/", "page: book cases"),
    Row("GET", "reports/sla/", "page: reports"),
    Row("GET", "reports/sla/cases/", "page: reports", query="measure=time_to_triage"),
    Row("GET", "alerts/", "page: read cases"),
    Row("GET", "alerts/rules/", "page: read cases"),
    Row("POST", "alerts/<int:pk>/feedback/", "page: work", "alert"),
    Row("GET", "settings/sources/", "page: see sources"),
    Row(
        "POST",
        "settings/sources/",
        "page: make sources",
        body={"team": "own by name", "slug": "matrix-page", "name": "Ours", "adapter": "native"},
    ),
    Row("GET", "settings/sources/<slug:slug>/", "page: see sources", "source"),
    Row("GET", "settings/sources/<slug:slug>/settings/", "page: see sources", "source"),
    Row("POST", "settings/sources/<slug:slug>/settings/", "page: alter sources", "source", {"name": "Ours"}),
    Row("POST", "settings/sources/<slug:slug>/switch/", "page: edit sources", "source", {"enabled": "on"}),
    Row("GET", "settings/sources/<slug:slug>/bodies/", "page: see sources", "source"),
    Row("POST", "settings/sources/<slug:slug>/bodies/", "page: alter sources", "source"),
    Row("GET", "settings/sources/<slug:slug>/bodies/<int:raw>/", "page: see sources", "body"),
    Row("GET", "settings/sources/<slug:slug>/try/", "page: edit sources", "source"),
    Row(
        "POST",
        "settings/sources/<slug:slug>/try/",
        "page: edit sources",
        "source",
        {"body": '{"external_id": "matrix-try", "title": "Tried"}'},
    ),
    Row("GET", "settings/sources/<slug:slug>/tokens/", "page: edit sources", "source"),
    Row("POST", "settings/sources/<slug:slug>/tokens/", "page: edit sources", "source", {"days": "30"}),
    Row(
        "POST", "settings/sources/<slug:slug>/tokens/<int:pk>/renew/", "page: edit sources", "token", {"overlap_h": "1"}
    ),
    Row("POST", "settings/sources/<slug:slug>/tokens/<int:pk>/revoke/", "page: edit sources", "token"),
    Row("GET", "settings/sources/<slug:slug>/poll/", "page: edit sources", "source"),
    Row(
        "POST",
        "settings/sources/<slug:slug>/poll/",
        "page: edit sources",
        "source",
        {"kind": "qradar", "url": "https://q.example", "secret": "s", "every_s": "60"},
    ),
    Row("POST", "settings/sources/<slug:slug>/poll/now/", "page: edit sources", "source"),
    Row("POST", "settings/sources/<slug:slug>/poll/stop/", "page: edit sources", "source"),
    Row("GET", "settings/sources/<slug:slug>/map/", "page: edit sources", "source"),
    Row("POST", "settings/sources/<slug:slug>/map/", "page: edit sources", "source", {"act": "save", "f-title": "t"}),
    Row("GET", "settings/suppressions/", "page: see sources"),
    Row("POST", "settings/suppressions/", "page: silence", body={**SILENCE, "act": "begin", "rule_id": "no"}),
    Row("POST", "settings/suppressions/<int:pk>/end/", "page: silence", "suppression"),
    Row("GET", "settings/webhooks/", "page: see sources"),
    Row(
        "POST",
        "settings/webhooks/",
        "page: make sources",
        body={"team": "own by name", "name": "p", "url": "https://p.example/", "verbs": "case.closed"},
    ),
    Row("GET", "settings/webhooks/<int:pk>/", "page: see sources", "webhook"),
    Row(
        "POST",
        "settings/webhooks/<int:pk>/",
        "page: alter sources",
        "webhook",
        {"name": "tickets", "url": "https://p.example/", "verbs": "case.closed"},
    ),
    Row("POST", "settings/webhooks/<int:pk>/switch/", "page: edit sources", "webhook"),
    Row("POST", "settings/webhooks/<int:pk>/secret/", "page: edit sources", "webhook"),
    Row("GET", "settings/deliveries/<int:pk>/", "page: see sources", "delivery"),
    Row("POST", "settings/deliveries/<int:pk>/again/", "page: edit sources", "delivery"),
    Row("POST", "settings/webhooks/<int:pk>/drop/", "page: edit sources", "webhook"),
    Row("GET", "settings/context/", "page: see context"),
    Row("POST", "settings/context/ranges/", "page: edit context", body={"team": "own", **RANGE}),
    Row("POST", "settings/context/ranges/<int:pk>/remove/", "page: edit context", "range"),
    Row("POST", "settings/context/assets/", "page: edit context", body={"team": "own", **ASSET}),
    Row("POST", "settings/context/assets/<int:pk>/remove/", "page: edit context", "asset"),
    Row("POST", "settings/context/import/", "page: edit context", body={"team": "own", "lines": "192.0.2.128/25, lab"}),
)

OPEN_TO_ALL = (V1 + "schema/", V1 + "docs/")
"""What the API looks like is in the open source anyway: answered without a token."""
NOWHERE = (V1 + "^.*$",)
"""Addresses under the API that lead nowhere: a problem document for everybody."""
