from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Work done by workers against outside systems on behalf of a case: lookups and containment."""

    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"
