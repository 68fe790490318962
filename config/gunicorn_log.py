"""Gunicorn's own log, without the source keys that stand in addresses."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from casebook.masking import masked


class MaskedLog(Logger):  # type: ignore[misc]
    """Requests are written to the access log, and errors to the error log, as they came but for source keys."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {name: masked(value) if isinstance(value, str) else value for name, value in atoms.items()}

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        super().error(msg, *map(_masked, args), **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        super().exception(msg, *map(_masked, args), **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        super().warning(msg, *map(_masked, args), **kwargs)


def _masked(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value
