"""What `contract.md` says is due by now (① to ③), written by hand."""

from __future__ import annotations

ROUTES = tuple(
    line.strip()
    for line in """
    POST alerts/
    POST intake/<adapter>/
    POST intake/<adapter>/<source key>/
    GET alerts/
    GET alerts/<id>/
    POST cases/<ref>/evidence/
    GET evidence/<id>/
    PATCH evidence/<id>/
    GET evidence/<id>/lines/
    GET evidence/<id>/original/
    GET cases/
    POST cases/
    GET cases/<ref>/
    PATCH cases/<ref>/
    POST cases/<ref>/take/
    POST cases/<ref>/release/
    POST cases/<ref>/assign/
    POST cases/<ref>/wait/
    POST cases/<ref>/resume/
    POST cases/<ref>/escalate/
    POST cases/<ref>/accept/
    POST cases/<ref>/return/
    POST cases/<ref>/close/
    POST cases/<ref>/reopen/
    POST cases/<ref>/note/
    POST cases/<ref>/playbook/
    GET cases/<ref>/timeline/
    GET cases/<ref>/handover/
    GET cases/<ref>/tasks/
    GET cases/<ref>/lookups/
    GET cases/<ref>/actions/
    GET cases/<ref>/related/
    POST cases/<ref>/tasks/
    PATCH tasks/<id>/
    GET cases/<ref>/run/
    POST cases/<ref>/run/steps/<id>/answer/
    POST cases/<ref>/run/steps/<id>/accept/
    POST cases/<ref>/run/steps/<id>/done/
    POST cases/<ref>/run/accept-all/
    POST cases/<ref>/focus/
    POST cases/<ref>/lookups/
    POST cases/<ref>/actions/
    POST actions/<id>/approve/
    POST actions/<id>/refuse/
    POST actions/<id>/withdraw/
    POST actions/<id>/renew/
    POST actions/<id>/undo/
    POST actions/<id>/resolve/
    POST actions/<id>/retry/
    GET actions/<id>/
    GET actions/
    GET changes/
    GET playbooks/
    GET playbooks/<slug>/
    GET reports/sla/
    POST playbooks/import/
    GET playbooks/<slug>/export/
    GET coverage/
    GET jobs/<id>/
    POST jobs/<id>/cancel/
    """.strip().splitlines()
)

BODIES = {
    "POST alerts/ 201": "alert outcome case url",
    "POST alerts/ 200": "received opened attached repeated suppressed accepted refused results",
    "GET evidence/<id>/ 200": "state name sha256 bytes format lines understood not_understood kinds window assumptions "
    "progress error",
    "POST cases/<ref>/evidence/ 202": "evidence state",
    "GET cases/<ref>/ 200": "ref title state severity tier owner team version playbook alerts observables clocks "
    "verdict instants",
    "GET cases/<ref>/run/ 200": "playbook revision progress steps criteria recommendation",
    "POST cases/<ref>/actions/ 201": "id state guard_rails undo expires_at",
    "GET changes/ 200": "next changes",
    "GET reports/sla/ 200": "period measures",
}
"""Route and status to the names its answer must have."""
