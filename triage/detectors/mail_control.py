"""Changes by which mail leaves or is kept from its owner: forwarding, rules, permissions, connectors, the audit itself.

Exchange tells each as the cmdlet it is; the parameters are read from the command line that the parser made of it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

COMMAND = pl.col("process.command_line")

KINDS: Final = {
    "forwarding": ("forwarding change", "forwarding changes"),
    "inbox_rule": ("inbox rule", "inbox rules"),
    "connector": ("mail connector", "mail connectors"),
    "transport_rule": ("mail flow rule", "mail flow rules"),
    "permission": ("mailbox permission", "mailbox permissions"),
    "audit": ("switch of mailbox auditing", "switches of mailbox auditing"),
}
"""What was changed, as sentences count it. The order is that of weight."""

ACTIONS: Final = {
    "mail_forwarding_changed": "forwarding",
    "inbox_rule_changed": "inbox_rule",
    "mail_connector_changed": "connector",
    "transport_rule_changed": "transport_rule",
    "mailbox_permission_granted": "permission",
    "mailbox_audit_changed": "audit",
}

TAKEN_BACK: Final = (
    r"-Forwarding(?:Smtp)?Address (?:\"\"|\$?null\b)|-DeliverToMailboxAndForward \"?\$?false|"
    r"-AuditBypassEnabled \"?\$?false"
)
SENDS: Final = r"-Forwarding(?:Smtp)?Address \"?[^\s\"]|-DeliverToMailboxAndForward \"?\$?true"
"""A forwarding is taken back with the very cmdlet that sets it."""

ADDRESS: Final = r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"
WHERE_TO: Final = (
    r"-(?:Forwarding(?:Smtp)?Address|ForwardTo|RedirectTo|ForwardAsAttachmentTo|BlindCopyTo|CopyTo|RedirectMessageTo|"
    rf"AddToRecipients)\s+\"?(?:\[?smtp:)?[^\"@]*?({ADDRESS})"
)
HIDES: Final = (
    r"-(?:DeleteMessage|SoftDeleteMessage)\s+\"?\$?true|"
    r"-MoveToFolder\s+\"?[^\"-]*(?:rss|archive|conversation history|junk|deleted|notes)"
)
OPEN_DOOR: Final = r"-SenderDomains\s+\"?(?:smtp:)?\*"
MAILBOX: Final = r"\s-(?:Identity|Mailbox)\s+(?:\"([^\"]*)\"|(\S+))"
NAMED: Final = r"\s-Name\s+(?:\"([^\"]*)\"|(\S+))"

SIGNS: Final = ("outside", "hides", "open_door")
"""To another domain than the mailbox's and its maker's; kept from the owner's eyes; any sender let in."""


def with_control(events: pl.DataFrame) -> pl.DataFrame:
    """All the events, those that give somebody control over mail with ``kind`` (of `KINDS`), ``mailbox`` (whose, as the
    cmdlet names it), ``named`` (what the rule or connector is called), ``where_to`` (the address mail goes to) and the
    `SIGNS`."""
    kind = pl.col("event.action").replace_strict(ACTIONS, default=None, return_dtype=pl.String)
    done = (pl.col("event.outcome") != "failure").fill_null(True) & ~_taken_back()
    events = events.with_columns(pl.when(done).then(kind).alias("kind"))
    said = pl.when(pl.col("kind").is_not_null()).then(COMMAND)  # of all other events nothing is read
    return events.with_columns(
        mailbox=_word(said, MAILBOX).str.split("/").list.last(),
        named=_word(said, NAMED),
        where_to=said.str.extract(f"(?i){WHERE_TO}").str.to_lowercase(),
        hides=said.str.contains(f"(?i){HIDES}").fill_null(False),
        open_door=said.str.contains(f"(?i){OPEN_DOOR}").fill_null(False),
    ).with_columns(outside=_outside().fill_null(False))


def _word(said: pl.Expr, pattern: str) -> pl.Expr:
    """A parameter's value, quoted or bare."""
    groups = said.str.extract_groups(f"(?i){pattern}")
    return pl.coalesce(groups.struct[0], groups.struct[1])


def _outside() -> pl.Expr:
    """Mail goes to a domain that is neither the mailbox's nor that of whoever set it so."""
    to = domain(pl.col("where_to"))
    ours = [domain(pl.col(name)) for name in ("mailbox", "user.name", "actor.user.name")]
    same = pl.any_horizontal([(to == one).fill_null(False) for one in ours])
    return to.is_not_null() & ~same


def _taken_back() -> pl.Expr:
    back, sends = (COMMAND.str.contains(f"(?i){pattern}").fill_null(False) for pattern in (TAKEN_BACK, SENDS))
    return back & ~sends


def domain(address: pl.Expr) -> pl.Expr:
    """``ada@corp.example`` → ``corp.example``; null of what is no address."""
    return address.str.extract(r"@([^@\s>]+)$").str.to_lowercase()
