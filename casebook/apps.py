from django.apps import AppConfig


class CasebookConfig(AppConfig):
    """The record: alerts, cases and playbook steps, with their clocks, journal and reports."""

    name = "casebook"
    default_auto_field = "django.db.models.BigAutoField"
