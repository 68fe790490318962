"""Every address: pages, the API, its schema."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from config import problems
from config.navigation import settings_door

api: list[Any] = [
    path("", include("accounts.api.urls")),
    path("", include("casebook.api.urls")),
    path("", include("automation.api.urls")),
    path("", include("triage.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", TemplateView.as_view(template_name="api_docs.html"), name="docs"),
    re_path(r"^.*$", problems.not_found),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("settings/", settings_door),
    path("", include("accounts.web.urls")),
    path("", include("casebook.web.urls")),
    path("", include("automation.web.urls")),
    path("", include("triage.web.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
