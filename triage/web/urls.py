"""Pages of the guided analysis, relative to `/`."""

from __future__ import annotations

from django.urls import path

from triage.web import (
    accept,
    desk,
    downloads,
    events_page,
    give,
    logs,
    page,
    pins,
    playbook_report,
    preview,
    raw,
    replay,
    sheets,
    tasks,
    telemetry_report,
    timeline,
    try_expression,
)

urlpatterns = [
    path("t2/", desk.show, name="t2-desk"),
    path("cases/<str:ref>/", page.case, name="case"),
    path("cases/<str:ref>/handover/", page.handed_over, name="handover"),
    path("cases/<str:ref>/timeline/", timeline.show, name="timeline"),
    path("cases/<str:ref>/findings/<str:detector>/<str:form>/", downloads.finding, name="finding-export"),
    path("cases/<str:ref>/text/", page.as_text, name="case-text"),
    path("cases/<str:ref>/steps/<int:step>/answer/", give.answer, name="answer"),
    path("cases/<str:ref>/accept-all/", give.accept_all, name="accept-all"),
    path("cases/<str:ref>/undo/", give.undo, name="undo-answer"),
    path("cases/<str:ref>/accept/", accept.accept, name="accept-case"),
    path("cases/<str:ref>/do/<str:verb>/", sheets.do, name="do"),
    path("cases/<str:ref>/tasks/", tasks.add, name="add-task"),
    path("tasks/<int:pk>/", tasks.change, name="change-task"),
    path("playbooks/<str:slug>/preview/", preview.show, name="preview"),
    path("playbooks/<str:slug>/try/", try_expression.try_on, name="try"),
    path("playbooks/<str:slug>/replay/", replay.ask, name="replay"),
    path("playbooks/<str:slug>/replay/<int:job>/", replay.show, name="replay-report"),
    path("playbooks/<str:slug>/replay/<int:job>/cancel/", replay.cancel),
    path("reports/playbooks/", playbook_report.show, name="playbook-report"),
    path("reports/playbooks/cases/", playbook_report.cases, name="playbook-report-cases"),
    path("evidence/<int:pk>/", events_page.show, name="evidence"),
    path("evidence/<int:pk>/export/<str:form>/", downloads.events, name="evidence-export"),
    path("evidence/<int:pk>/pins/", pins.pin, name="pin"),
    path("pins/<int:pk>/off/", pins.unpin, name="unpin"),
    path("evidence/<int:pk>/lines/", raw.lines, name="evidence-lines"),
    path("alerts/<int:pk>/raw/", raw.alert, name="raw-alert"),
    *logs.urlpatterns,
    *telemetry_report.urlpatterns,
]
