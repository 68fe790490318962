"""What an action can be: its targets, its words, whether it ends by itself. Pure data; connectors say which they do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """``contains``: it cuts the attacker off, so that the first one done sets the case's *contained* instant.

    ``brake`` names the hourly limit it counts against. ``roles`` are the roles in which an observable is offered.
    """

    name: str
    verb: str
    noun: str
    target_types: tuple[str, ...]
    roles: tuple[str, ...]
    undo_text: str
    undoable: bool
    contains: bool
    brake: str = ""

    def what(self, target: str, where: str) -> str:
        """``block 192.0.2.1 at the edge`` as it stands in sentences."""
        return f"{self.verb} {target} at {where}"

    def title(self, target: str) -> str:
        """``Block 192.0.2.1`` as it stands on a card."""
        words = f"{self.verb} {target}"
        return words[:1].upper() + words[1:]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="block_address",
            verb="block",
            noun="blocks",
            target_types=("ip", "cidr"),
            roles=("source",),
            undo_text="the block is taken off; what was there before stays",
            undoable=True,
            contains=True,
            brake="BLOCKS_PER_HOUR",
        ),
        # A new password does not end the sessions that are open, so this alone contains nothing.
        Kind(
            name="reset_password",
            verb="reset the password of",
            noun="resets",
            target_types=("user", "mailbox"),
            roles=("target", "related"),
            undo_text="cannot be undone: the old password is gone",
            undoable=False,
            contains=False,
        ),
    )
}

NAMES = [(name, name) for name in KINDS]
"""The kinds as choices."""
