"""Expressions of a field map: JMESPath, or a JSON pointer (RFC 6901) where one begins with ``/``. Pure.

An administrator writes them and a stranger's message feeds them, so neither may cost more than a little: an expression
is short and shallow, makes few copies of what it is given, and stops after a fixed number of steps. Counting steps
rather than seconds gives the same message the same answer every time it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import jmespath
from jmespath import functions, visitor
from jmespath.exceptions import IncompleteExpressionError, JMESPathError, JMESPathTypeError, LexerError, ParseError

LONGEST = 500
DEEPEST, MOST_PARTS = 40, 200
MOST_COPIES = 16
"""``[@, @] | [@, @] | …`` doubles with every pipe; comparing or writing such a value out would take for ever."""
MOST_STEPS = 50_000
MOST_ITEMS = 1_000
MOST_MADE_ITEMS = 100_000
MOST_MADE_TEXT = 65_536
_COPYING = ("multi_select_list", "multi_select_dict")


class BadExpression(Exception):
    """The expression itself is wrong. ``at`` is the character it goes wrong at, from 0; None where that is unknown."""

    def __init__(self, what: str, at: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.at = at


class NoValue(Exception):
    """A good expression could not be followed through this message: its text says why."""


class Expression(NamedTuple):
    """A compiled expression. ``pointer`` holds the steps of a JSON pointer, ``tree`` a JMESPath syntax tree."""

    text: str
    pointer: tuple[str, ...] | None
    tree: Any = None

    def value(self, message: Any) -> Any:
        """What the expression finds in a message: JSON, None where there is nothing. Raises NoValue."""
        found = _follow(self.pointer, message) if self.pointer is not None else _search(self.tree, message)
        if isinstance(found, list) and len(found) > MOST_ITEMS:
            raise NoValue(f"finds {len(found):,} items; {MOST_ITEMS:,} at most are taken")
        return found

    @property
    def place(self) -> str:
        """The JSON pointer to where the value lies; "" where the expression works it out, or takes the whole."""
        steps = self.pointer if self.pointer is not None else _plain(self.tree) or ()
        return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """The expression a text is. Raises BadExpression."""
    if len(text) > LONGEST:
        raise BadExpression(f"{len(text)} characters; {LONGEST} at most", LONGEST)
    if text.startswith("/"):
        return Expression(text, tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/")))
    tree = _parsed(text)
    _affordable(tree)
    return Expression(text, None, tree)


def constant(text: str) -> str:
    """The expression that is always this text."""
    if "\\" in text:  # between quotes nothing stands for one
        return "`" + json.dumps(text, ensure_ascii=False).replace("`", "\\`") + "`"
    return "'" + text.replace("'", "\\'") + "'"


def _parsed(text: str) -> Any:
    try:
        return jmespath.compile(text).parsed
    except IncompleteExpressionError as error:
        raise BadExpression("ends too early", len(text)) from error
    except LexerError as error:
        raise BadExpression(str(error.message), error.lexer_position) from error
    except ParseError as error:
        raise BadExpression(f"cannot be read from {error.token_value!r} on", error.lex_position) from error
    except RecursionError as error:
        raise BadExpression("is nested too deeply") from error
    except JMESPathError as error:
        raise BadExpression("is empty" if not text.strip() else str(error).splitlines()[0]) from error


def _affordable(tree: Any) -> None:
    """Raises BadExpression for what is too deep, too long, makes too many copies, or calls what is not there."""
    copies = 1
    for parts, (node, depth) in enumerate(_nodes(tree)):
        if depth > DEEPEST or parts >= MOST_PARTS:
            raise BadExpression("is too long or nested too deeply to be followed")
        if node["type"] == "function_expression":
            _callable(node)
        elif any(isinstance(child, dict) and child["type"] == "expref" for child in (tree, *node.get("children", ()))):
            raise BadExpression("& stands before an argument of a function only")
        if node["type"] in _COPYING or node.get("value") == "merge":
            copies *= max(len(node["children"]), 1)
    if copies > MOST_COPIES:
        raise BadExpression(f"makes {copies} copies of what it is given; {MOST_COPIES} at most")


def _nodes(tree: Any) -> Iterator[tuple[dict[str, Any], int]]:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in node.get("children", ()) if isinstance(child, dict)]


def _callable(node: dict[str, Any]) -> None:
    """The library finds an unknown function out while it runs; whoever writes one wants to know at once."""
    name, given = node["value"], len(node["children"])
    spec = _Functions.FUNCTION_TABLE.get(name)
    if spec is None:
        raise BadExpression(f"there is no function {name}(); there are {', '.join(sorted(_Functions.FUNCTION_TABLE))}")
    wanted = spec["signature"]
    more = bool(wanted and wanted[-1].get("variadic"))
    if given < len(wanted) or (given > len(wanted) and not more):
        raise BadExpression(f"{name}() takes {'at least ' if more else ''}{len(wanted)} arguments, not {given}")


def _plain(tree: Any) -> tuple[str, ...] | None:
    """The steps of a path made of names and numbers alone; None for anything else."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "index" and tree["value"] >= 0:
        return (str(tree["value"]),)
    if tree["type"] not in ("subexpression", "index_expression"):
        return () if tree["type"] in ("current", "identity") else None
    parts = [_plain(child) for child in tree["children"]]
    return None if None in parts else tuple(step for part in parts for step in part or ())


def _follow(steps: tuple[str, ...], message: Any) -> Any:
    found = message
    for step in steps:
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdigit() and len(step) < 10:
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return None
    return found


def _search(tree: Any, message: Any) -> Any:
    try:
        return _Interpreter().visit(tree, message)
    except JMESPathTypeError as error:
        wanted = " or ".join(error.expected_types)
        raise NoValue(f"{error.function_name}() takes {wanted}, not {error.actual_type}") from error
    except RecursionError as error:
        raise NoValue("the message is nested too deeply to be followed") from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise NoValue(str(error).splitlines()[0][:200] if str(error) else "cannot be worked out") from error


class _Functions(functions.Functions):
    """The standard functions; those that make long texts stop early."""

    @functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, array: list[str]) -> str:
        if sum(len(text) for text in array) + len(separator) * len(array) > MOST_MADE_TEXT:
            raise NoValue(f"join() would make more than {MOST_MADE_TEXT:,} characters")
        return separator.join(array)

    @functions.signature({"types": []})
    def _func_to_string(self, arg: Any) -> Any:
        if _heavier(arg, MOST_MADE_TEXT):
            raise NoValue(f"to_string() would make more than {MOST_MADE_TEXT:,} characters")
        return arg if isinstance(arg, str) else json.dumps(arg, separators=(",", ":"), ensure_ascii=False)


class _Interpreter(visitor.TreeInterpreter):
    """Follows a tree through one message, and counts its steps."""

    def __init__(self) -> None:
        super().__init__(visitor.Options(custom_functions=_Functions()))
        self.steps = 0

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NoValue(f"takes more than {MOST_STEPS:,} steps through this message")
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        if sum(len(item) if isinstance(item, list) else 1 for item in base) > MOST_MADE_ITEMS:
            raise NoValue(f"makes a list of more than {MOST_MADE_ITEMS:,} items")
        return [one for item in base for one in (item if isinstance(item, list) else (item,))]


def _heavier(value: Any, most: int) -> bool:
    """Whether a value, written out, is longer than about ``most``; looks at no more of it than that."""
    weight, waiting = 0, [value]
    while waiting and weight <= most:
        one = waiting.pop()
        if isinstance(one, dict):
            weight += sum(len(str(key)) for key in one) + 2
            waiting += one.values()
        elif isinstance(one, list):
            weight += len(one) + 2
            waiting += one
        else:
            weight += len(one) if isinstance(one, str) else 8
    return weight > most
