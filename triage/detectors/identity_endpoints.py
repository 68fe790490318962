"""Which paths of a web site tell who its people are or let them in: what D11 looks for, as data and expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from triage.detectors.web_requests import PATH

PATHS = (
    # signing in and registering
    "login", "log-in", "signin", "sign-in", "sign_in", "logon", "wp-login", "auth", "oauth", "sso", "saml", "adfs",
    "owa", "ecp", "autodiscover", "register", "registration", "signup", "sign-up", "password-reset", "forgot-password",
    # people and accounts
    "user", "users", "account", "accounts", "profile", "profiles", "members", "employees", "staff",
    "directory", "api/user", "api/users", "api/v1/users", "api/v2/users", "rest/api/2/user", "scim/v2/users",
    "wp-json/wp/v2/users", "author", "ldap", "graphql", "xmlrpc", ".well-known", "?author=",
    # administration
    "admin", "administrator", "wp-admin", "phpmyadmin", "adminer", "manager/html",
)  # fmt: skip
"""A path is met at the root of the site or one folder below it, where applications are mounted; a name that begins
with a question mark is a parameter of any page."""

ADMIN = ("admin", "administrator", "wp-admin", "phpmyadmin", "adminer", "manager/html")
"""Where an answer with content means that administration lies open."""

LISTINGS = (
    "user", "users", "accounts", "members", "employees", "staff", "directory", "api/user", "api/users", "api/v1/users",
    "api/v2/users", "scim/v2/users", "wp-json/wp/v2/users",
)  # fmt: skip
"""Where such an answer names people, when the path itself is asked for and not something below it."""

_MOUNTED = r"^/+(?:[^/]+/+)?"
_EXTENSION = r"(?:\.(?:php\d?|aspx?|jspx?|do|cgi|pl|html?|action|json|xml))?"
_FURNITURE = (
    r"(?i)\.(?:css|js|map|png|gif|jpe?g|svg|ico|woff2?|ttf)$|/(?:admin-ajax|admin-post|load-(?:styles|scripts))\.php$"
)
"""What a page of an administration loads for every visitor: no administration itself."""


def endpoint(paths: Sequence[str]) -> pl.Expr:
    """The watched path a request asks for, in small letters; null where it asks for none."""
    pages = [path for path in paths if not path.startswith("?")]
    parameters = [path[1:] for path in paths if path.startswith("?") and len(path) > 1]
    found = [PATH.str.extract(f"(?i){_MOUNTED}({_any_of(pages)}){_EXTENSION}(?:[/;]|$)")] if pages else []
    if parameters:
        named = pl.col("url.query").str.extract(f"(?i)(?:^|&)({_any_of(parameters)})")
        found.append(pl.lit("?") + named)
    return pl.coalesce(*found, pl.lit(None, dtype=pl.String)).str.to_lowercase().alias("endpoint")


def discloses(admin: Sequence[str], listings: Sequence[str]) -> pl.Expr:
    """Whether an answer to the request would open administration or name people."""
    itself = PATH.str.contains(rf"(?i)(?:{_any_of(listings)}){_EXTENSION}/*$") if listings else pl.lit(False)
    inside = pl.col("endpoint").is_in([path.lower() for path in admin]) & ~PATH.str.contains(_FURNITURE)
    return (inside | (pl.col("endpoint").is_in([path.lower() for path in listings]) & itself)).fill_null(False)


def _any_of(paths: Sequence[str]) -> str:
    """The longest first, so that a path is not taken for one that it begins with."""
    return "|".join(re.escape(path.strip("/")) for path in sorted(paths, key=len, reverse=True))
