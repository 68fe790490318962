"""The web process never loads Polars: what a page and the API import of triage is pure Python."""

from __future__ import annotations

import subprocess
import sys

WHAT_WEB_IMPORTS = "triage.api.urls, triage.run_view, triage.answers, triage.decisions, triage.queries, triage.tasks"


def test_no_polars_in_web():
    code = (
        "import django, os, sys; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings_test');"
        f"django.setup(); import {WHAT_WEB_IMPORTS}; sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
