"""Pages of the playbook library, relative to `/`. Names of pages stand before the names of playbooks."""

from __future__ import annotations

from django.urls import path

from casebook.web import diff, editor, new_playbook, playbook_page, playbooks, publishing

urlpatterns = [
    path("playbooks/", playbooks.listing, name="playbooks"),
    path("playbooks/new/", new_playbook.new, name="new-playbook"),
    path("playbooks/<str:slug>/", playbook_page.one, name="playbook"),
    path("playbooks/<str:slug>/diff/", diff.show, name="playbook-diff"),
    path("playbooks/<str:slug>/draft/", playbook_page.draft),
    path("playbooks/<str:slug>/edit/", editor.edit, name="editor"),
    path("playbooks/<str:slug>/expression/", editor.expression),
    path("playbooks/<str:slug>/discard/", publishing.discard),
    path("playbooks/<str:slug>/publish/", publishing.publish, name="publish"),
    path("playbooks/<str:slug>/retire/", playbook_page.retire),
    path("playbooks/<str:slug>/review/", playbook_page.review),
]
