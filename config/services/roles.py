"""See that the two database roles are there, whoever's server it is. Standard library only until one is given."""

from __future__ import annotations

import importlib
from pathlib import Path

from config import env
from config.services.variables import value_of


def see_to_given_roles(state: Path) -> None:
    """On a given server: make the app role where only the owner's address is known, judge it where both are.

    A private server makes its own roles when it starts.
    """
    if not value_of("DATABASE_URL"):
        return
    # By name, because it brings psycopg, which the launcher of a private server does without.
    given = importlib.import_module("config.services.given")
    roles = env.database_roles()
    if value_of("DATABASE_OWNER_URL"):
        given.check_roles(roles.owner, roles.app)
    else:
        given.ensure_app_role(roles.owner, state)
