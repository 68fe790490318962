"""What the terminal says when everything runs. Standard library only."""

from __future__ import annotations

import json
from pathlib import Path

DEMO = "demo.json"
READY = "Casebook is ready at {url}"


def how_to_sign_in(state: Path) -> list[str]:
    """Lines naming the demo people and their password, from `demo.json`; none where there is no demo data."""
    try:
        demo = json.loads((state / DEMO).read_text())
        people, password = demo["people"], demo["password"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    names = [_name_and_role(name, about) for name, about in people.items()] if isinstance(people, dict) else people
    return [f"Sign in as {', '.join(names)} with the password {password}"]


def _name_and_role(name: str, about: object) -> str:
    role = about.get("role") if isinstance(about, dict) else about
    return f"{name} ({role})" if isinstance(role, str) else name
