"""The web process."""

from __future__ import annotations

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Every view is imported now, before the server forks: its workers share them, and nobody's first request pays for it.
import_module(settings.ROOT_URLCONF)
