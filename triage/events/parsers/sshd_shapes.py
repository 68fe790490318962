"""The messages that make up nearly all of an authentication log, as shapes to read many at once.

A shape is how a message begins and what follows, and what such a line says. Shapes are narrower than the rules of
`sshd_messages`, `pam` and `host_programs`, which say the same of them and of everything else: a user name holds no
space here, an address is one, nothing unexpected stands behind. A message that begins like a shape and goes on
differently is left to the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from triage.events.parsers import host_programs
from triage.events.parsers.sources import source
from triage.events.schema import SCHEMA

USER = r"(?P<user>[^ ]*)"
SOURCE = r"(?P<source>[!-~]+)"
ADDRESS = r"(?P<source>[0-9]+\.[0-9.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
FOUR = r"(?P<source>[0-9]+\.[0-9.]+)"
PORT = r"(?P<port>[0-9]{1,5})"
DISCONNECT = (
    r"^(?P<source>[0-9]+\.[0-9.]*[0-9]|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*[0-9A-Fa-f])"
    rf"(?: port {PORT}:[0-9]+:|: [0-9]+:)"
)
KEY = r"(?:: [!-~]+(?: [!-~]+)?)?"
"""What follows ``ssh2`` where a key was used: its kind and fingerprint."""

PAM_FAILURE = r"logname=[^ ]* uid=[0-9]+ euid=[0-9]+ tty=ssh ruser= rhost=(?P<source>[!-~]*)(?:  user=(?P<user>.*)| )?$"


KINDS: Final[dict[str, pl.DataType]] = {**SCHEMA, "exists": pl.Boolean()}
NOTHING: Final = pl.DataFrame(
    schema={
        "evidence.line": pl.Int64(),
        **dict.fromkeys(("signal", "source", "user", "port", "more"), pl.String()),
        **{
            name: KINDS[name]
            for name in (
                "exists",
                "user.exists",
                "event.category",
                "event.action",
                "event.outcome",
                "event.code",
                "event.reason",
            )
        },
    }
)


@dataclass(frozen=True, slots=True)
class Shape:
    """``begins`` and then ``rest`` (a pattern whose groups are ``user source port more``). ``signal`` is what the line
    is to an attempt to log in (see `attempts.Told`), ``says`` what it states; a shape that says nothing is known and
    adds no event."""

    begins: str
    rest: str
    signal: str | None = None
    says: dict[str, Any] = field(default_factory=dict)


def _logins() -> Iterator[Shape]:
    for method in ("password", "none", "publickey", "keyboard-interactive/pam"):
        login = {"event.category": "authentication", "event.action": "ssh_login", "event.code": method}
        failed = {**login, "event.outcome": "failure"}
        behind = f"^{USER} from {SOURCE} port {PORT} ssh2{KEY}$"
        unknown = {"user.exists": False, "event.reason": "no such account"}
        yield Shape(f"Failed {method} for invalid user ", behind, "failed", {**failed, **unknown})
        yield Shape(f"Failed {method} for ", behind, "failed", {**failed, "user.exists": True})
        won = {**login, "event.outcome": "success", "user.exists": True}
        yield Shape(f"Accepted {method} for ", behind, "seen", won)


def _ends() -> Iterator[Shape]:
    for begins, action in (
        ("Connection closed by ", "ssh_connection_closed"),
        ("Connection reset by ", "ssh_connection_reset"),
        ("Disconnected from ", "ssh_disconnected"),
    ):
        ended = {"event.category": "network", "event.action": action, "event.outcome": "unknown"}
        behind = f"^{USER} {ADDRESS} port {PORT}$"
        yield Shape(f"{begins}invalid user ", behind, "seen", {**ended, "user.exists": False})
        yield Shape(f"{begins}authenticating user ", behind, "seen", {**ended, "user.exists": True})
        yield Shape(f"{begins}user ", behind, "seen", ended)
        yield Shape(begins, f"^{ADDRESS}(?: port {PORT})?$", "seen", ended)


def _exceeded() -> Iterator[Shape]:
    said = {"event.category": "authentication", "event.action": "ssh_attempts_exceeded", "event.outcome": "unknown"}
    begins, behind = "maximum authentication attempts exceeded for ", f"^{USER} from {SOURCE} port {PORT} ssh2$"
    yield Shape(f"{begins}invalid user ", behind, "seen", {**said, "user.exists": False})
    yield Shape(begins, behind, "seen", {**said, "user.exists": True})


def _strays() -> Iterator[Shape]:
    broken = {"event.category": "network", "event.action": "ssh_protocol_error", "event.outcome": "unknown"}
    silent = {**broken, "event.action": "ssh_no_identification"}
    yield Shape("Did not receive identification string from ", f"^{FOUR}(?: port {PORT})?$", "seen", silent)
    for begins in (
        "Unable to negotiate with ",
        "banner exchange: Connection from ",
        "Timeout before authentication for ",
    ):
        yield Shape(begins, f"^{FOUR} port {PORT}(?:: [^0-9]*)?$", "seen", broken)


NAMED = {
    "event.category": "authentication",
    "event.action": "ssh_user_named",
    "event.outcome": "unknown",
    "event.reason": "no such account; no login attempt followed",
    "user.exists": False,
}
RECEIVED = {"event.category": "network", "event.action": "ssh_disconnect_received", "event.outcome": "unknown"}
FAILED = {
    "event.category": "authentication",
    "event.action": "ssh_login",
    "event.outcome": "failure",
    "event.code": "pam",
}
SESSION = {"event.category": "session", "event.outcome": "success"}

SSHD: Final[tuple[Shape, ...]] = (
    *_logins(),
    Shape("pam_unix(sshd:auth): authentication failure; ", f"^{PAM_FAILURE}", "pam", FAILED),
    Shape("pam_unix(sshd:auth): check pass; user unknown", "^", "existence", {"exists": False}),
    Shape("Invalid user ", f"^{USER} from {SOURCE}(?: port {PORT})?$", "named", NAMED),
    *_ends(),
    Shape("Received disconnect from ", DISCONNECT, "seen", RECEIVED),
    Shape(
        "pam_unix(sshd:session): session opened for user ",
        r"^(?P<user>[^ ()]*)(?:\(uid=[0-9]+\))? by [^ ()]*\(uid=[0-9]+\)$",
        None,
        {**SESSION, "event.action": "session_opened"},
    ),
    Shape(
        "pam_unix(sshd:session): session closed for user ", "^(?P<user>.*)$", None,
        {**SESSION, "event.action": "session_closed"},
    ),
    Shape("PAM ", f"^(?P<more>[0-9]{{1,9}}) more authentication failures?; {PAM_FAILURE}", "pam", FAILED),
    *_exceeded(),
    Shape("input_userauth_request: invalid user ", "^[^ ]*$"),
    Shape("Disconnecting: ", "^[^0-9]*$"),
    Shape("User ", "^[^ ]* from [!-~]+ not allowed because ", "existence", {"exists": True}),
    *_strays(),
)  # fmt: skip

QUIET: Final[tuple[Shape, ...]] = tuple(
    shape
    for service in ("cron", "sudo", "su", "su-l", "systemd-user")
    for shape in (
        Shape(f"pam_unix({service}:session): session closed for user ", "^"),
        Shape(
            f"pam_unix({service}:session): session opened for user ",
            r"^[^ ()]*(?:\(uid=[0-9]+\))? by [^ ()]*\(uid=[0-9]+\)$",
        ),
    )
)
"""Sessions that another line tells better, or that are the machine's own."""

HOUSE: Final[tuple[Shape, ...]] = (
    *QUIET,
    Shape("(", r"^[^ )]+\) (?:CMD|RELOAD|STARTUP|INFO)"),
    Shape("New session ", r"^[!-~]+ of user "),
    Shape("Removed session ", "^"),
    Shape("Session ", r"^[!-~]+ logged out"),
)

_HOUSEKEEPERS = tuple(name for name, rule in host_programs.PROGRAMS.items() if rule is host_programs.housekeeping)

SHAPES: Final[tuple[tuple[tuple[str, ...], tuple[Shape, ...]], ...]] = (
    (("sshd",), SSHD),
    (("sudo", "su"), QUIET),
    (_HOUSEKEEPERS, HOUSE),
)
"""Which programs write which shapes."""


def matched(rows: pl.DataFrame) -> pl.DataFrame:
    """What the shapes make of lines with the columns of `syslog_columns.headers`: one row for each line they know, with
    its ``evidence.line``, ``signal``, ``exists`` and what it states; lines that add no event have no category."""
    found: list[pl.DataFrame] = []
    for programs, shapes in SHAPES:
        messages = rows.filter(pl.col("program").is_in(programs)).select("evidence.line", "message")
        if programs == ("sshd",):
            bare = pl.col("message").str.strip_prefix("error: ").str.strip_prefix("fatal: ")
            messages = messages.with_columns(bare.str.strip_suffix(" [preauth]"))
        found += _pieces(messages, shapes)
    return _stated(pl.concat([NOTHING, *found], how="diagonal"))


def _pieces(messages: pl.DataFrame, shapes: Sequence[Shape]) -> Iterator[pl.DataFrame]:
    """The lines of each shape with its groups. A message belongs to the first shape it begins like, and to no other."""
    families: dict[str, list[Shape]] = {}
    for shape in shapes:
        families.setdefault(shape.begins.partition(" ")[0], []).append(shape)
    for word, family in families.items():
        mine = messages.filter(pl.col("message").str.starts_with(word))
        lines, texts = mine["evidence.line"], mine["message"]
        for shape in family:
            begins = texts.str.starts_with(shape.begins)
            if begins.any():
                yield _piece(shape, lines.filter(begins), texts.filter(begins).str.strip_prefix(shape.begins))
                lines, texts = lines.filter(~begins), texts.filter(~begins)


def _piece(shape: Shape, lines: pl.Series, behind: pl.Series) -> pl.DataFrame:
    """The lines among those that begin like the shape which go on like it."""
    says = [pl.lit(value, dtype=KINDS[name]).alias(name) for name, value in shape.says.items()]
    said = [pl.lit(shape.signal, dtype=pl.String).alias("signal"), *says]
    if "(?P<" not in shape.rest:
        return pl.DataFrame([lines.filter(behind.str.contains(shape.rest))]).with_columns(said)
    groups = behind.str.extract_groups(shape.rest).struct.unnest()
    found = groups["source" if "source" in groups.columns else "user"].is_not_null()
    return groups.with_columns(lines, *said).filter(found)


def _stated(found: pl.DataFrame) -> pl.DataFrame:
    """Groups become fields: the address in its one spelling, numbers as numbers."""
    named = found["source"].drop_nulls().unique()
    read = [source(value) for value in named]
    fields = [
        _read_as(pl.col("source"), named, [one.get(name) for one in read]).alias(name)
        for name in ("source.ip", "source.domain")
    ]
    known = found.with_columns(
        *fields,
        pl.col("user").alias("user.name"),
        pl.col("more").cast(pl.Int64).clip(lower_bound=1).fill_null(1),
    )
    somewhere = pl.col("source.ip").is_not_null() | pl.col("source.domain").is_not_null()
    port = pl.when(somewhere).then(pl.col("port").cast(pl.Int64)).alias("source.port")
    return known.with_columns(port).drop("source", "user", "port")


def _read_as(stated: pl.Expr, values: pl.Series, read: list[str | None]) -> pl.Expr:
    """A column of values as each was read; mostly they are what they were, or nothing is."""
    meant = pl.Series(read, dtype=pl.String)
    if meant.null_count() == meant.len():
        return pl.lit(None, dtype=pl.String)
    return stated if meant.equals(values) else stated.replace_strict(values, meant, default=None)
