from django.apps import AppConfig


class TriageConfig(AppConfig):
    """The guided analysis of one case, from the first question to a decision or a hand-over to T2."""

    name = "triage"
    default_auto_field = "django.db.models.BigAutoField"
