"""Pages of work against outside systems, relative to `/`."""

from __future__ import annotations

from django.urls import path

from automation.web import containment, log_searches, log_systems, polls, webhooks

urlpatterns = [
    path("containment/", containment.show, name="containment"),
    path("cases/<str:ref>/actions/", containment.ask),
    path("actions/<int:pk>/approve/", containment.agree),
    path("actions/<int:pk>/refuse/", containment.refuse),
    path("actions/<int:pk>/withdraw/", containment.withdraw),
    path("actions/<int:pk>/renew/", containment.renew),
    path("actions/<int:pk>/undo/", containment.take_back),
    path("actions/<int:pk>/retry/", containment.retry),
    path("actions/<int:pk>/resolve/", containment.settle),
    *webhooks.urlpatterns,
    *polls.urlpatterns,
    *log_systems.urlpatterns,
    *log_searches.urlpatterns,
]
