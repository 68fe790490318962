"""Routes of triage, relative to `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from triage.api import decisions, logs, pins, playbook_report, replay, run, tasks, telemetry_report

urlpatterns = [
    path("cases/<str:ref>/run/", run.RunView.as_view()),
    path("cases/<str:ref>/run/accept-all/", run.AcceptAllView.as_view()),
    path("cases/<str:ref>/run/undo/", run.UndoView.as_view()),
    path("cases/<str:ref>/run/steps/<int:step>/answer/", run.AnswerView.as_view()),
    path("cases/<str:ref>/run/steps/<int:step>/accept/", run.AcceptView.as_view()),
    path("cases/<str:ref>/run/steps/<int:step>/done/", run.DoneView.as_view()),
    path("cases/<str:ref>/focus/", run.FocusView.as_view()),
    path("cases/<str:ref>/escalate/", decisions.EscalateView.as_view()),
    path("cases/<str:ref>/accept/", decisions.AcceptCaseView.as_view()),
    path("cases/<str:ref>/return/", decisions.ReturnView.as_view()),
    path("cases/<str:ref>/close/", decisions.CloseView.as_view()),
    path("cases/<str:ref>/playbook/", decisions.PlaybookView.as_view()),
    path("cases/<str:ref>/handover/", decisions.HandoverView.as_view()),
    path("cases/<str:ref>/pins/", pins.CasePinsView.as_view()),
    path("evidence/<int:pk>/pins/", pins.EvidencePinsView.as_view()),
    path("pins/<int:pk>/", pins.PinView.as_view()),
    path("cases/<str:ref>/tasks/", tasks.CaseTasksView.as_view()),
    path("playbooks/<str:slug>/replay/", replay.ReplayView.as_view()),
    path("reports/playbooks/", playbook_report.PlaybookReportView.as_view()),
    path("reports/playbooks/cases/", playbook_report.PlaybookCasesView.as_view()),
    path("tasks/<int:pk>/", tasks.TaskView.as_view()),
    *logs.urlpatterns,
    *telemetry_report.urlpatterns,
]
