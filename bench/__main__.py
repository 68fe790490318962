"""`make bench`: what `docs/performance.md` reports, each figure beside its floor in the same run."""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import coverage, evidence, imports, intake, large_log, pages, playbooks, web_log
from bench.instance import instance, pss_mib
from config.services.throwaway import throwaway_stack

RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds, for trying the bench itself")
    parser.add_argument("--large", action="store_true", help="intake with two million alerts stored, too")
    asked = parser.parse_args()
    quick, large = asked.quick, asked.large
    print("casebook bench: a whole instance of its own, fsync on", flush=True)
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }
    with instance() as measured:
        memory = pss_mib(measured.stack.process.pid)
        results["start"] = {"first_s": round(measured.first_s, 1), "warm_s": round(measured.warm_s, 1)}
        tell("make run to ready (environment installed)", results["start"])
        ours = {name: size for name, size in memory.items() if name != "PostgreSQL"}
        results["idle_pss_mib"] = {name: round(size, 1) for name, size in sorted(memory.items())}
        results["idle_pss_mib"]["web, workers and broker"] = round(sum(ours.values()), 1)
        tell("idle memory, PSS in MiB", results["idle_pss_mib"])
        results["evidence"] = evidence.measure(measured.stack, rounds=2 if quick else 5)
        tell("log uploaded to all answers", results["evidence"])
        results["pages"] = pages.measure(measured.stack, seconds=2 if quick else 5)
        for name, figures in results["pages"].items():
            tell(f"page: {name}", figures)
        results["imports"] = imports.measure(measured.stack)
        for name, figures in results["imports"].items():
            tell(f"656 cards imported, {name}", figures)
        results["intake"] = intake.measure(measured.stack, rounds=1 if quick else 3, seconds=3 if quick else 6)
        for name, figures in results["intake"].items():
            tell(f"intake, {name}", figures)
        results["playbook_report"] = playbooks.measure(measured.stack, seconds=2 if quick else 5)
        for name, figures in results["playbook_report"].items():
            tell(f"playbook report, {playbooks.RUNS:,} runs of one, {name}", figures)
        results["coverage"] = coverage.measure(measured.stack, seconds=2 if quick else 5)
        for name, figures in results["coverage"].items():
            tell(f"coverage, {coverage.ALERTS:,} alerts, {name}", figures)
    lines = 100_000 if quick else 1_000_000
    results["large_log"] = large_log.measure(lines)
    tell(f"{lines:,} lines of sshd, cold, to five detectors", results["large_log"])
    results["evidence_large"] = evidence.measure_large(lines)
    tell(f"a row of a log of {lines:,} lines opened", results["evidence_large"])
    results["web_log"] = web_log.measure(100)
    tell("web log of 100 MB to events", results["web_log"])
    with throwaway_stack(durable=True) as stack:  # of its own: it counts what is stored
        sizes = [20_000] if quick else [20_000, 200_000, 2_000_000] if large else [20_000, 200_000]
        results["intake_growth"] = intake.growth(stack, sizes, rounds=1 if quick else 3, seconds=3 if quick else 6)
        for name, figures in results["intake_growth"].items():
            tell(f"intake, {name}", figures)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(f"written to {RESULTS.relative_to(Path.cwd())}")


def tell(name: str, figures: dict[str, Any]) -> None:
    print(f"{name:<44} " + "  ".join(f"{key} {value}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
