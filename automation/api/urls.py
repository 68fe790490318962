"""Routes of work against outside systems, relative to `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from automation.api import actions, log_systems, lookups, polls, webhooks

urlpatterns = [
    path("cases/<str:ref>/lookups/", lookups.CaseLookupsView.as_view()),
    path("cases/<str:ref>/actions/", actions.CaseActionsView.as_view()),
    path("actions/", actions.ActionsView.as_view()),
    path("actions/<int:pk>/", actions.ActionView.as_view()),
    path("actions/<int:pk>/approve/", actions.ApproveView.as_view()),
    path("actions/<int:pk>/refuse/", actions.RefuseView.as_view()),
    path("actions/<int:pk>/withdraw/", actions.WithdrawView.as_view()),
    path("actions/<int:pk>/renew/", actions.RenewView.as_view()),
    path("actions/<int:pk>/undo/", actions.UndoView.as_view()),
    path("actions/<int:pk>/resolve/", actions.ResolveView.as_view()),
    path("actions/<int:pk>/retry/", actions.RetryView.as_view()),
    *webhooks.urlpatterns,
    *polls.urlpatterns,
    *log_systems.urlpatterns,
]
