"""What attack tools write into requests, as families of patterns over the decoded path and query; and tools that name
themselves.

A pattern says what somebody tried, never that it worked. Patterns are few and plain: each should be hard to write by
accident. Sources: the OWASP testing guide's families; the choice and the wording are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from triage.detectors.web_requests import PATH

AGENT: Final = pl.col("user_agent.original")

FAMILIES: Final = {
    "path traversal": r"\.\.[/\\;]|/etc/(?:passwd|shadow)\b|/proc/self/|\b(?:win|boot)\.ini\b",
    "SQL injection": (
        r"\bunion(?:\s|/\*.*?\*/|\()+(?:all\s+|distinct\s+)?select\b|['\"]\s*\)*\s*(?:or|and)\s+['\"(\d]|"
        r"\b(?:sleep|benchmark|pg_sleep|extractvalue|updatexml)\s*\(|\bwaitfor\s+delay\b|information_schema|xp_cmdshell"
    ),
    "script injection": r"<\s*/?(?:script|iframe|svg|img)\b|\bjavascript:|\bon(?:error|load|focus)\s*=\s*\w+\(",
    "command injection": (
        r"[;|`]\s*(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|powershell)(?:[\s;|`/&]|$)|\$\([a-z]|/bin/(?:ba)?sh\b|"
        r"\bcmd\.exe\b"
    ),
    "template injection": r"\$\{\s*(?:jndi|lower|upper|env|sys|java|::-)|\{\{\s*\d+\s*\*\s*\d+",
    "file inclusion": r"\b(?:php|phar|expect|zip|gopher|dict)://|=\s*file://|[?&]\w+=\s*data:text/",
    "unpublished file": (
        r"/\.(?:env|git|svn|hg|aws|ssh|htpasswd|bash_history)(?:[/.?]|$)|/wp-config\.php|/web\.config\b|/id_rsa\b|"
        r"/phpinfo\.php|/server-status\b"
    ),
}  # fmt: skip

SCANNERS: Final = (
    r"sqlmap|nikto|nmap|masscan|zgrab|nuclei|gobuster|dirbuster|dirsearch|feroxbuster|ffuf|wfuzz|wpscan|joomscan|"
    r"acunetix|nessus|openvas|qualys|netsparker|burp|owasp.?zap|w3af|arachni|whatweb|wapiti|skipfish|havij|jaeles"
)
"""Scanners by the name they put into the user agent when nobody tells them not to."""

_ENCODED: Final = {
    "%2e": ".", "%2f": "/", "%5c": "\\", "%27": "'", "%22": '"', "%3c": "<", "%3e": ">", "%28": "(", "%29": ")",
    "%20": " ", "+": " ", "%09": " ", "%0a": " ", "%3b": ";", "%7c": "|", "%60": "`", "%24": "$", "%7b": "{",
    "%7d": "}", "%3a": ":", "%3d": "=", "%26": "&", "%2a": "*", "%2d": "-", "%5f": "_",
}  # fmt: skip
_ANY: Final = "|".join(f"(?:{pattern})" for pattern in FAMILIES.values())


def with_attacks(requests: pl.DataFrame) -> pl.DataFrame:
    """The requests with the ``family`` of the pattern their path or query holds, and the ``scanner`` their user agent
    names; null where there is none. Each different page and user agent is read once."""
    query = pl.when(pl.col("url.query").is_not_null()).then("?" + pl.col("url.query")).otherwise(pl.lit(""))
    asked = requests.select(pl.concat_str(PATH, query).alias("asked"), AGENT)
    return requests.with_columns(
        _read_once(asked["asked"], _families).alias("family"),
        _read_once(asked["user_agent.original"], _scanners).alias("scanner"),
    )


def _read_once(texts: pl.Series, read: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.Series:
    """What is ``told`` by each ``text``. Few tell anything: where none does, nothing is looked up."""
    telling = read(texts.drop_nulls().unique().to_frame("text"))
    if telling.is_empty():
        return pl.repeat(None, texts.len(), dtype=pl.String, eager=True)
    return texts.replace_strict(telling["text"], telling["told"], default=None)


def _families(pages: pl.DataFrame) -> pl.DataFrame:
    decoded = pl.col("decoded")
    held = (pl.when(decoded.str.contains(pattern)).then(pl.lit(name)) for name, pattern in FAMILIES.items())
    suspicious = pages.with_columns(_decoded(pl.col("text")).alias("decoded")).filter(decoded.str.contains(_ANY))
    return suspicious.with_columns(pl.coalesce(*held).alias("told"))


def _scanners(agents: pl.DataFrame) -> pl.DataFrame:
    """The scanner that a user agent names, in small letters."""
    named = pl.col("text").str.to_lowercase().str.extract(rf"\b({SCANNERS})")
    return agents.with_columns(named.alias("told")).drop_nulls("told")


def _decoded(text: pl.Expr) -> pl.Expr:
    """The text as an application sees it: decoded twice, since one encoding more is a known way around a filter."""
    once = text.str.to_lowercase().str.replace_all("%25", "%", literal=True)
    return once.str.replace_many(list(_ENCODED), list(_ENCODED.values()))
