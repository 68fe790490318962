"""As an app this package brings the `runstack` command, the app role's rights, and a word when a worker works."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import pre_migrate

from config import celery, checks, env
from config.services.announce import announce_when_ready
from config.services.grants import default_privileges


class ServicesConfig(AppConfig):
    name = "config.services"
    label = "services"

    def ready(self) -> None:
        celery.app.set_default()  # the doorbell rings through it, whichever process this is
        checks.register_all()
        announce_when_ready()
        # Django sends this once for each app with models; the first one's is before the first table.
        first = next(app for app in apps.get_app_configs() if app.models_module is not None)
        pre_migrate.connect(grant_to_app_role, sender=first, dispatch_uid="app role's rights")


def grant_to_app_role(*, using: str, **_: Any) -> None:
    """Before the first table: the app role may use whatever the migrating role makes, in test databases too."""
    connection, app = connections[using], env.app_role()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        if owner == app:
            return
        quote = connection.ops.quote_name
        for statement in default_privileges(owner=quote(owner), app=quote(app)):
            cursor.execute(statement)
