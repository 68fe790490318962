"""What TLP and PAP allow: whether a value may be told to somebody outside. Pure."""

from __future__ import annotations

ORDER = ("clear", "green", "amber", "amber_strict", "red")


def strictest(markings: list[str]) -> str:
    """The strictest of several; without any, amber, which is what an unmarked alert is taken to be."""
    return max(markings, key=ORDER.index, default="amber")


def objection(tlp: str, pap: str, *, most_tlp: str, most_pap: str) -> str | None:
    """Why a value so marked may not be told, or None."""
    for name, marking, most in (("TLP", tlp, most_tlp), ("PAP", pap, most_pap)):
        if ORDER.index(marking) > ORDER.index(most):
            return f"not asked: {name}:{marking.upper().replace('_', '+')} stays in the house"
    return None
