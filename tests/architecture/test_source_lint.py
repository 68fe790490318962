"""The source lint finds what it should, lets pass what it should, and the product is clean under it."""

from __future__ import annotations

import pytest

from tests.architecture.source_lint import RULES, Rule, check

BAD = [(rule, text) for rule in RULES for text in rule.bad]
GOOD = [(rule, text) for rule in RULES for text in rule.good]


@pytest.mark.parametrize(("rule", "text"), BAD, ids=lambda value: getattr(value, "name", str(value)[:40]))
def test_a_bad_line_is_found(rule: Rule, text: str) -> None:
    assert list(rule.finds(text))


@pytest.mark.parametrize(("rule", "text"), GOOD, ids=lambda value: getattr(value, "name", str(value)[:40]))
def test_a_good_line_passes(rule: Rule, text: str) -> None:
    assert not list(rule.finds(text))


def test_the_product_is_clean_and_every_exception_is_needed() -> None:
    offences, unused = check()
    assert not offences, "\n".join(offences)
    assert not unused
