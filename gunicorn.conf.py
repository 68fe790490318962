"""What holds for gunicorn however it is started; it reads this file by itself."""

from __future__ import annotations

logger_class = "config.gunicorn_log.MaskedLog"
