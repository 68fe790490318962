from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who people and machines are and what they may do."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
