"""Pages of the record, relative to `/`."""

from __future__ import annotations

from django.urls import path

from casebook.web import (
    alerts,
    context,
    coverage,
    exports,
    field_map,
    health,
    imports,
    playbook_urls,
    queue,
    reports,
    sources,
    suppressed,
    suppressions,
    verbs,
)

urlpatterns = [
    path("", queue.show, name="queue"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("cases/new/", queue.new_case, name="new-case"),
    path("cases/<str:ref>/take/", verbs.take),
    path("cases/<str:ref>/release/", verbs.release),
    path("cases/<str:ref>/assign/", verbs.assign),
    path("cases/<str:ref>/wait/", verbs.wait),
    path("cases/<str:ref>/resume/", verbs.resume),
    path("cases/<str:ref>/reopen/", verbs.reopen),
    path("cases/<str:ref>/note/", verbs.note),
    path("cases/<str:ref>/edit/", verbs.edit),
    path("cases/<str:ref>/evidence/", verbs.attach),
    path("evidence/<int:pk>/correct/", verbs.correct),
    path("evidence/<int:pk>/original/", verbs.download),
    *imports.urlpatterns,
    *playbook_urls.urlpatterns,
    *exports.urlpatterns,
    *coverage.urlpatterns,
    *alerts.urlpatterns,
    *context.urlpatterns,
    *sources.urlpatterns,
    *field_map.urlpatterns,
    *suppressions.urlpatterns,
    *suppressed.urlpatterns,
    *reports.urlpatterns,
]
