"""What may be set on a webhook, checked. Every wrong field is told."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from automation.outbound import Reach, refusal
from automation.webhooks.forms.protocol import Form
from automation.webhooks.message import VERBS
from casebook.errors import Invalid
from casebook.plugins import load, table

FIELDS = ("name", "form", "url", "reach", "verbs", "settings", "source", "enabled", "secret")
SECRET_MOST, URL_MOST, NAME_MOST = 4000, 2000, 120
LOOPBACK = "127.0.0.1"


def form_named(name: str) -> Form:
    """Raises Invalid."""
    forms = table("WEBHOOK_FORMS")
    if name not in forms:
        raise Invalid("There is no such form.", errors={"form": [f"one of {', '.join(sorted(forms))}"]})
    found: Form = load(forms[name])
    return found


def wrong(values: Mapping[str, Any], form: Form) -> dict[str, list[str]]:
    """What is wrong, by field; ``values`` are those given."""
    errors = {name: [f"there is no such setting: {', '.join(FIELDS)}"] for name in values if name not in FIELDS}
    errors |= faults(values)
    if "settings" in values and "settings" not in errors:
        errors |= lacking(values["settings"], form.needs)
    return errors


def faults(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each value by itself; fields nothing is known of pass."""
    found = ((name, _CHECKS[name](value)) for name, value in values.items() if name in _CHECKS)
    return {name: [what] for name, what in found if what}


def lacking(settings: Any, needs: Mapping[str, str]) -> dict[str, list[str]]:
    """Settings that must be there and are not."""
    if not isinstance(settings, dict):
        return {"settings": ["an object"]}
    missing = [name for name in needs if not str(settings.get(name, "")).strip()]
    return {"settings": [f"{name} is required: {needs[name]}" for name in missing]} if missing else {}


def misplaced(url: str, reach: str) -> dict[str, list[str]]:
    """An address that is written as a number, or as this machine, and may not be called from where it is said to stand.
    A name is looked up, and refused, each time it is called."""
    host = urlsplit(url).hostname or ""
    address = LOOPBACK if host == "localhost" else host
    try:
        ip_address(address)
    except ValueError:
        return {}
    refused = refusal(address, Reach(reach))
    return {"reach": [refused]} if refused else {}


def _name(value: Any) -> str | None:
    fits = isinstance(value, str) and 0 < len(value.strip()) <= NAME_MOST
    return None if fits else f"say whom it tells, in {NAME_MOST} characters at most"


def _url(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > URL_MOST:
        return f"an address of {URL_MOST:,} characters at most"
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port  # the port is read here: it raises where it is none
    except ValueError:
        return "that is no address"
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return "write it whole: https://siem.example/hooks/casebook"
    if parts.username or parts.password:
        return "an address must not carry a password: it would be shown"
    return None


def _reach(value: Any) -> str | None:
    allowed = [one.value for one in Reach]
    return None if value in allowed else f"one of {', '.join(allowed)}"


def _verbs(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return "choose at least one verb"
    unknown = [str(one) for one in value if one not in VERBS]
    return f"unknown: {', '.join(unknown)}; there are {', '.join(VERBS)}" if unknown else None


def _settings(value: Any) -> str | None:
    return None if isinstance(value, dict) else "an object"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _secret(value: Any) -> str | None:
    fits = isinstance(value, str) and len(value) <= SECRET_MOST
    return None if fits else f"text of {SECRET_MOST:,} characters at most"


_CHECKS = {
    "name": _name, "url": _url, "reach": _reach, "verbs": _verbs, "settings": _settings, "enabled": _flag,
    "secret": _secret,
}  # fmt: skip
