"""Routes of the record, relative to `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from casebook.api import (
    alerts,
    cases,
    changes,
    context,
    coverage,
    evidence,
    exports,
    imports,
    intake,
    jobs,
    playbook_drafts,
    playbooks,
    reports,
    source_tools,
    sources,
    suppressions,
)

urlpatterns = [
    path("alerts/", alerts.AlertsView.as_view()),
    path("intake/<str:adapter>/", intake.IntakeView.as_view()),
    path("intake/<str:adapter>/<str:source_key>/", intake.KeyedIntakeView.as_view()),
    path("alerts/<int:pk>/", alerts.AlertView.as_view()),
    path("cases/", cases.CasesView.as_view()),
    path("cases/<str:ref>/", cases.CaseView.as_view()),
    path("cases/<str:ref>/take/", cases.TakeView.as_view()),
    path("cases/<str:ref>/release/", cases.ReleaseView.as_view()),
    path("cases/<str:ref>/assign/", cases.AssignView.as_view()),
    path("cases/<str:ref>/wait/", cases.WaitView.as_view()),
    path("cases/<str:ref>/resume/", cases.ResumeView.as_view()),
    path("cases/<str:ref>/reopen/", cases.ReopenView.as_view()),
    path("cases/<str:ref>/note/", cases.NoteView.as_view()),
    path("cases/<str:ref>/timeline/", cases.TimelineView.as_view()),
    path("cases/<str:ref>/related/", cases.RelatedView.as_view()),
    path("cases/<str:ref>/evidence/", evidence.CaseEvidenceView.as_view()),
    path("evidence/<int:pk>/", evidence.EvidenceView.as_view()),
    path("evidence/<int:pk>/lines/", evidence.LinesView.as_view()),
    path("evidence/<int:pk>/original/", evidence.OriginalView.as_view()),
    path("changes/", changes.ChangesView.as_view()),
    path("playbooks/", playbooks.PlaybooksView.as_view()),
    *imports.urlpatterns,
    path("playbooks/<str:slug>/", playbooks.PlaybookView.as_view()),
    *playbook_drafts.urlpatterns,
    *exports.urlpatterns,
    *coverage.urlpatterns,
    *jobs.urlpatterns,
    *context.urlpatterns,
    *reports.urlpatterns,
    *sources.urlpatterns,
    *source_tools.urlpatterns,
    *suppressions.urlpatterns,
]
