"""Routes of who may come in, relative to `/api/v1/`."""

from __future__ import annotations

from accounts.api import tokens

urlpatterns = [*tokens.urlpatterns]
