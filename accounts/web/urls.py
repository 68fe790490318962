"""Sign in and out, and how a person likes to read."""

from __future__ import annotations

from django.urls import path

from accounts.web import preferences, session, source_tokens

urlpatterns = [
    path("signin/", session.sign_in, name="signin"),
    path("signout/", session.sign_out, name="signout"),
    path("preferences/", preferences.save, name="preferences"),
    *source_tokens.urlpatterns,
]
