"""The whole of one case, played through the public API: what `make demo` shows, and fails on any difference."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.demo.log import ATTACKER, ENUMERATOR, OPERATOR, VICTIM
from triage.demo.script import Script
from triage.demo.today import breach_alert, story


def play(script: Script) -> None:
    """Alert and log → triage → escalation → acceptance → approved containment → close → SLA report."""
    now = datetime.now(UTC)
    text, truth = story(now)
    year = (now - timedelta(days=6)).year
    ref = _alert(script, truth)
    _evidence(script, ref, text, truth, year)
    _findings(script, ref, truth)
    _benign(script, text, year)
    _triage(script, ref)
    _escalation(script, ref)
    short = _containment(script, ref)
    _close(script, ref)
    _report(script, ref)
    _expiry(script, short)
    _journal(script, ref)


def _alert(script: Script, truth: dict[str, Any]) -> str:
    alert = breach_alert(truth) | {"external_id": "play-1", "rule": {"id": "play-rule", "name": "ssh brute force"}}
    opened = script.call("demo-siem", "POST", "alerts/", alert)
    script.same("the first alert", (opened.status, opened.body["outcome"]), (201, "opened"))
    ref = opened.body["case"]
    again = script.call("demo-siem", "POST", "alerts/", alert)
    script.same(
        "the same alert again", (again.status, again.body["outcome"], again.body["count"]), (200, "repeated", 2)
    )
    joined = script.call("demo-siem", "POST", "alerts/", [alert | {"external_id": "play-2"}, {"title": "no id"}])
    script.same("a list with one bad item", (joined.body["attached"], joined.body["refused"]), (1, 1))
    queue = script.until("the queue shows it", lambda: _in_list(script, ref), within_s=2)
    case = script.get("lina", f"cases/{ref}/")
    script.same("playbook", case["playbook"]["slug"], "T1589")
    script.check(len(case["clocks"]) == 3, f"three clocks run, not {len(case['clocks'])}")
    script.say(
        f"a SIEM sends an alert: {ref} opens, the repeat is counted, a second joins, a bad one is refused alone",
        f"{queue['title']}",
        f"playbook {case['playbook']['slug']} version {case['playbook']['version']}: {case['playbook']['why']}",
        *(
            f"clock {clock['measure']}: {clock['state']}, target {clock['target_s'] // 60} min"
            for clock in case["clocks"]
        ),
    )
    return str(ref)


def _in_list(script: Script, ref: str) -> Any:
    rows = script.get("lina", "cases/?state=open&limit=50")["results"]
    return next((row for row in rows if row["ref"] == ref), None)


def _evidence(script: Script, ref: str, text: str, truth: dict[str, Any], year: int) -> None:
    upload = {"timezone": "UTC", "year": year, "file": text.encode()}
    answer = script.call("lina", "POST", f"cases/{ref}/evidence/", upload=upload)
    script.same("upload", (answer.status, answer.body["state"]), (202, "queued"))
    found = script.until("the log is read", lambda: _read(script, answer.body["evidence"]), within_s=20)
    script.same("lines", found["lines"], truth["lines"])
    script.same("understood and not", found["understood"] + found["not_understood"], truth["lines"])
    script.say(
        f"lina attaches the log: {found['bytes']:,} bytes, kept under their SHA-256 {found['sha256'][:12]}…",
        f"{found['lines']} lines, {found['understood']} understood, {found['not_understood']} not",
        f"kinds of event: {', '.join(found['kinds'])}",
        f"zone {found['assumptions']['timezone']}, year {found['assumptions']['year']}",
    )


def _read(script: Script, number: int) -> Any:
    found = script.get("lina", f"evidence/{number}/")
    script.check(found["state"] not in ("failed", "refused"), f"evidence is {found['state']}: {found['error']}")
    return found if found["state"] == "ready" else None


def _findings(script: Script, ref: str, truth: dict[str, Any]) -> None:
    compromise = truth["compromise"]
    found = script.until("D05 answers", lambda: _said(script, ref, "D05", "case", "yes"), within_s=20)
    lines = [row["line"] for row in found["evidence"]]
    script.check(compromise["line"] in lines, f"the compromise is line {compromise['line']}; evidence names {lines}")
    row = next(row for row in found["evidence"] if row["line"] == compromise["line"])
    raw = script.get("lina", f"evidence/{row['evidence']}/lines/?from={row['line']}&to={row['line']}")["lines"][0][
        "text"
    ]
    script.same("the raw line", raw, row["text"])
    script.same("failures before it", found["figures"]["failures"], compromise["failures"])
    elsewhere = script.until("elsewhere", lambda: _said(script, ref, "D03", "elsewhere", None), within_s=10)
    script.check(ENUMERATOR in elsewhere["sentence"], f"elsewhere does not name {ENUMERATOR}: {elsewhere['sentence']}")
    script.say(
        "detectors answer for this case, and apart for the rest of the log",
        f"D05 {found['answer']}, {found['confidence']}: {found['sentence']}",
        f"threshold {found['threshold']}",
        f"line {row['line']}: {raw}",
        f"elsewhere: {elsewhere['sentence']}",
    )


def _said(script: Script, ref: str, detector: str, scope: str, answer: str | None) -> Any:
    for step in script.get("lina", f"cases/{ref}/run/")["steps"]:
        for finding in step["findings"]:
            if (finding["detector"], finding["scope"]) == (detector, scope) and answer in (None, finding["answer"]):
                return finding
    return None


def _benign(script: Script, text: str, year: int) -> None:
    """The same log on a case about the administrator's own address must not ask for escalation."""
    observables = [{"type": "ip", "value": OPERATOR, "role": "source"}]
    alert = {
        "external_id": "play-b",
        "title": "Failed logins from the office",
        "techniques": ["T1589"],
        "observables": observables,
    }
    ref = script.post("demo-siem", "alerts/", alert)["case"]
    upload = {"timezone": "UTC", "year": year, "file": text.encode()}
    script.call("lina", "POST", f"cases/{ref}/evidence/", upload=upload)
    found = script.until("D01 answers", lambda: _said(script, ref, "D01", "case", "no"), within_s=20)
    run = script.get("lina", f"cases/{ref}/run/")
    script.check(
        run["recommendation"]["decision"] != "escalate", f"the benign case is told to escalate: {run['recommendation']}"
    )
    script.say(
        f"the same log on a case about the operator's own address ({ref}) is not told to escalate",
        f"D01: {found['sentence']}",
        f"recommendation: {run['recommendation']['decision']}",
    )


def _triage(script: Script, ref: str) -> None:
    run = script.get("lina", f"cases/{ref}/run/")
    script.same("recommendation", run["recommendation"]["decision"], "escalate")
    questions = [step for step in run["steps"] if step["section"] == "question"]
    told = []
    for step in questions:
        path = f"cases/{ref}/run/steps/{step['id']}"
        proposal = step["proposal"]
        if proposal["state"] == "ready" and proposal["answer"] != "cannot_tell":
            script.post("lina", f"{path}/accept/")
        else:
            note = "No such log is collected here."
            script.post("lina", f"{path}/answer/", {"value": "cannot_tell", "note": note, "unknowable": True})
        told.append(f"{proposal['answer'] or '–':<12} {step['text']}")
    for step in run["steps"]:
        if step["section"] == "l1_step":
            script.post("lina", f"cases/{ref}/run/steps/{step['id']}/done/", {"note": "looked at"})
    case = script.get("lina", f"cases/{ref}/")
    script.same("owner", case["owner"], "lina")
    run = script.get("lina", f"cases/{ref}/run/")
    met = [criterion for criterion in run["criteria"] if criterion["state"] == "met"]
    script.check(bool(met), f"no criterion is met: {run['criteria']}")
    script.say(
        "lina takes it by answering; each proposal accepted or marked unknowable",
        *told,
        *(f"criterion {criterion['state']}: {criterion['text']}" for criterion in run["criteria"]),
        *(f"because {line}" for line in run["recommendation"]["because"]),
    )


def _escalation(script: Script, ref: str) -> None:
    version = script.get("lina", f"cases/{ref}/")["version"]
    stale = script.call("lina", "POST", f"cases/{ref}/escalate/", {"version": version - 1})
    script.same("a stale version", (stale.status, "changed_by" in stale.body), (409, True))
    script.post("lina", f"cases/{ref}/escalate/", {"version": version})
    mail = script.until("T2 is told by mail", lambda: _mail(script, ref), within_s=10)
    handover = script.get("tomas", f"cases/{ref}/handover/")
    accepted = script.post("tomas", f"cases/{ref}/accept/")
    case = accepted if "state" in accepted else script.get("tomas", f"cases/{ref}/")
    script.same("after acceptance", (case["state"], case["owner"]), ("investigating", "tomas"))
    tasks = script.get("tomas", f"cases/{ref}/tasks/")
    rows = tasks["tasks"] if "tasks" in tasks else tasks["results"]
    script.call("tomas", "PATCH", f"tasks/{rows[0]['id']}/", {"state": "done", "outcome": "nothing left the network"})
    text = handover.get("handover") or handover.get("text") or ""
    script.say(
        f"lina escalates with a generated hand-over; {mail} mail{'' if mail == 1 else 's'} went to T2; tomas accepts",
        *[line for line in text.splitlines() if line.strip()][:6],
        f"{len(rows)} T2 actions became tasks",
    )


def _mail(script: Script, ref: str) -> int:
    folder = script.stack.state_dir / "mail"
    return sum(ref in path.read_text() for path in folder.glob("*.log")) if folder.is_dir() else 0


def _containment(script: Script, ref: str) -> int:
    ask = {
        "kind": "block_address",
        "target": ATTACKER,
        "connector": "simulated",
        "expires_in": 86400,
        "reason": "It got in.",
    }
    asked = script.post("tomas", f"cases/{ref}/actions/", ask, expect=201)
    rail = script.call("tomas", "POST", f"cases/{ref}/actions/", ask | {"target": "10.0.0.0/8"})
    script.same("a corporate range", rail.status, 422)
    own = script.call("tomas", "POST", f"actions/{asked['id']}/approve/", {})
    script.same("approval by the requester", own.status, 403)
    script.post("tessa", f"actions/{asked['id']}/approve/")
    block = script.until("verified", lambda: _in_state(script, asked["id"], "verified"), within_s=20)
    reset = script.post(
        "tomas",
        f"cases/{ref}/actions/",
        {"kind": "reset_password", "target": VICTIM, "connector": "simulated", "reason": "Its password is known."},
        expect=201,
    )
    script.post("lea", f"actions/{reset['id']}/approve/")
    script.until("reset verified", lambda: _in_state(script, reset["id"], "verified", "applied"), within_s=20)
    short = script.post("tomas", f"cases/{ref}/actions/", ask | {"target": ENUMERATOR, "expires_in": 60}, expect=201)
    script.post("lea", f"actions/{short['id']}/approve/")
    script.until("short block verified", lambda: _in_state(script, short["id"], "verified"), within_s=20)
    seen = _at_target(script)
    script.same(
        "what reached the target", sorted(row[0] for row in seen), ["block_address", "block_address", "reset_password"]
    )
    force = script.get("tomas", "actions/?state=in_force")["results"]
    script.say(
        "tomas asks, tessa and lea agree, the worker applies and verifies; the requester cannot agree",
        f"block {ATTACKER}: {block['state']}, ends {block['expires_at']}",
        f"a corporate range is refused: {rail.body['detail']}",
        f"{len(seen)} acts reached the simulated target's own file; {len(force)} actions in force",
    )
    script.post("tomas", f"actions/{asked['id']}/undo/", {"reason": "The address was handed to a customer."})
    script.until("undone", lambda: _in_state(script, asked["id"], "undone"), within_s=20)
    script.say(f"undo: {ATTACKER} is free again, by the snapshot taken before acting")
    return int(short["id"])


def _in_state(script: Script, number: int, *states: str) -> Any:
    action = script.get("tomas", f"actions/{number}/")
    script.check(action["state"] not in ("failed", "unknown", "undo_failed"), f"action is {action['state']}: {action}")
    return action if action["state"] in states else None


def _at_target(script: Script) -> list[tuple[str, str]]:
    """What reached the target since the play began, by its own append-only file: (kind, target)."""
    path = script.stack.state_dir / "simulated_target.jsonl"
    acts = [json.loads(line) for line in path.read_text().splitlines()]
    ours = {ATTACKER, ENUMERATOR, VICTIM}
    return [
        (act["kind"], act["target"]) for act in acts if act.get("act", "apply") == "apply" and act["target"] in ours
    ]


def _close(script: Script, ref: str) -> None:
    reason = "Password guessed; address blocked, password reset."
    case = script.get("tomas", f"cases/{ref}/")
    script.post(
        "tomas", f"cases/{ref}/close/", {"version": case["version"], "verdict": "true_positive", "reason": reason}
    )
    case = script.get("tomas", f"cases/{ref}/")
    script.same("after closing", (case["state"], case["verdict"]), ("closed", "true_positive"))
    instants = {name: at for name, at in case["instants"].items() if at}
    script.check({"contained", "resolved", "accepted"} <= set(instants), f"instants: {sorted(instants)}")
    script.say(
        f"tomas closes {ref} as a true positive",
        *(f"{clock['measure']}: {clock['state']} after {clock['elapsed_s']} s" for clock in case["clocks"]),
    )


def _report(script: Script, ref: str) -> None:
    report = script.get("mara", "reports/sla/?format=json")
    measures = {row["measure"]: row for row in report["measures"]}
    script.same("measures", len({row["measure"] for row in report["measures"]}), 10)
    contain = measures["time_to_contain"]
    script.check(contain["n"] >= 1 and contain["met"] >= 1, f"time to contain: {contain}")
    script.say(
        "mara reads the SLA report: every measure with its formula, and the cases behind it",
        *(
            f"{row['measure']:<20} n {row['n']:>4}  median {_span(row['median_s'])}  p90 {_span(row['p90_s'])}  "
            f"attained {_share(row['attainment'])}  = {row['formula']}"
            for row in report["measures"]
        ),
    )


def _span(seconds: float | None) -> str:
    return "     –" if seconds is None else f"{seconds / 60:5.1f}m"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}" if share <= 1 else f"{share:.1f} %"


def _expiry(script: Script, number: int) -> None:
    def ended() -> Any:
        script.stack.manage("sweep")
        return _in_state(script, number, "undone")

    script.until("the short block expires", ended, within_s=100)
    script.say(f"the 60 s block of {ENUMERATOR} expired and was undone by itself")


def _journal(script: Script, ref: str) -> None:
    entries = script.get("aude", f"cases/{ref}/timeline/?limit=500")["results"]
    verbs = {entry["verb"] for entry in entries}
    wanted = {
        "case.opened", "alert.attached", "case.taken", "evidence.added", "evidence.read", "step.answered",
        "case.escalated", "case.accepted", "action.requested", "action.approved", "action.verified", "action.undone",
        "case.closed",
    }  # fmt: skip
    script.check(wanted <= verbs, f"the journal lacks {sorted(wanted - verbs)}")
    said = script.stack.manage("verify_journal").strip().splitlines()
    script.say(f"the journal tells the whole story in {len(entries)} entries", *said)
