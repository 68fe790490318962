"""What the app role may do: use what the owner role makes, and own nothing.

These are *default* privileges: they hold for tables made afterwards, so a migration that takes rights away (the
journal's) is not undone by a later start. Names are quoted by whoever calls.
"""

from __future__ import annotations


def default_privileges(*, owner: str, app: str) -> list[str]:
    """Statements to run in a database, as `owner` or a superuser, before its first table is made. Safe to repeat."""
    made_by_owner = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
    return [
        f"GRANT USAGE ON SCHEMA public TO {app}",
        f"{made_by_owner} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        f"{made_by_owner} USAGE, SELECT ON SEQUENCES TO {app}",
        f"{made_by_owner} EXECUTE ON FUNCTIONS TO {app}",
    ]
