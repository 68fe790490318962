"""What must not stand in the source: `python tests/architecture/source_lint.py` names each place and why.

The openings through which peers were broken, one rule each, with lines that must pass and lines that must not: the
rules are tested by them. An exception is a line of `ALLOWED` with its reason; one that nothing needs any more fails.
Standard library only.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON, TEMPLATE, SCRIPT, STYLE = ".py", ".html", ".js", ".css"
PRODUCT = ("accounts", "automation", "bench", "cards", "casebook", "config", "deploy", "scripts", "static",
           "templates", "triage", "manage.py")  # fmt: skip
OTHERS_WORK = ("static/vendor/",)
GENERATED = re.compile(r"/migrations/\d+_initial\.py$")
LONGEST = 400

Found = Iterator[tuple[int, str]]


@dataclass(frozen=True)
class Rule:
    """``finds`` yields (line number, the offending text) of a whole file's text."""

    name: str
    why: str
    suffixes: tuple[str, ...]
    finds: Callable[[str], Found]
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()


@dataclass(frozen=True)
class Allowed:
    file: str
    rule: str
    text: str
    reason: str


ALLOWED = (
    Allowed("casebook/work/ring.py", "celery call", "send_task", "the doorbell: the one place that rings Celery"),
    Allowed(
        "triage/playbook_report/lines.py", "sql formatting", "_TIMES", "a statement the ORM made, its values bound"
    ),
    Allowed("casebook/work/lease.py", "sql formatting", "_OURS", "column lists of this module, never a value"),
    Allowed("triage/demo/log.py", "machine path", "/home/", "what sudo writes of the machine the made-up log is from"),
    Allowed("bench/auth_log.py", "machine path", "/home/", "what sudo writes of the machine the made-up log is from"),
    Allowed("triage/detectors/command_patterns.py", "machine path", "/tmp/", "where others drop what they run"),
    Allowed("triage/detectors/remote_patterns.py", "machine path", "/tmp/", "where others drop what they run"),
)


def lines(pattern: str, flags: int = re.IGNORECASE) -> Callable[[str], Found]:
    """A rule that looks at text, wherever it stands."""
    wanted = re.compile(pattern, flags)

    def finds(text: str) -> Found:
        for number, line in enumerate(text.splitlines(), start=1):
            if found := wanted.search(line):
                yield number, found.group(0).strip()

    return finds


def nodes(is_bad: Callable[[ast.AST], bool]) -> Callable[[str], Found]:
    """A rule that looks at Python as Python reads it: what a comment or a docstring says is no offence."""

    def finds(text: str) -> Found:
        for node in _read(text):
            if is_bad(node):
                yield getattr(node, "lineno", 1), ast.unparse(node)[:100]

    return finds


@lru_cache(maxsize=1)  # every rule reads the same file in turn
def _read(text: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text)))


def _name(node: ast.AST) -> str:
    """The last part of what is called or named: ``delay`` of ``tasks.drain.delay``."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls(*names: str, method: bool | None = None) -> Callable[[ast.AST], bool]:
    """Calls of these names; ``method`` True only as ``x.name()``, False only as ``name()``."""

    def is_bad(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or _name(node) not in names:
            return False
        return method is None or isinstance(node.func, ast.Attribute) is method

    return is_bad


def names(*wanted: str) -> Callable[[ast.AST], bool]:
    def is_bad(node: ast.AST) -> bool:
        if isinstance(node, ast.ImportFrom | ast.Import):
            return any(alias.name.split(".")[-1] in wanted for alias in node.names)
        return isinstance(node, ast.Attribute) and node.attr in wanted

    return is_bad


def any_of(*tests: Callable[[ast.AST], bool]) -> Callable[[ast.AST], bool]:
    return lambda node: any(test(node) for test in tests)


def _formats_sql(node: ast.AST) -> bool:
    """SQL put together from text: an f-string, ``%``, ``+`` or ``.format`` handed to something that runs SQL."""
    if not isinstance(node, ast.Call) or _name(node) not in ("execute", "executemany", "RawSQL", "raw", "RunSQL"):
        return False
    given = node.args[0] if node.args else None
    if isinstance(given, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in given.values)
    if isinstance(given, ast.BinOp):
        return True
    if isinstance(given, ast.Call) and _name(given) == "format" and isinstance(given.func, ast.Attribute):
        return _name(given.func.value) not in ("SQL", "Composed")  # psycopg.sql quotes what it is given
    return False


def _spreads_request(node: ast.AST) -> bool:
    """``Model(**request.data)``: the sender chooses the fields."""
    return (
        isinstance(node, ast.keyword) and node.arg is None and bool(re.match(r"\w*request\.", ast.unparse(node.value)))
    )


def _all_fields(node: ast.AST) -> bool:
    is_assigned = isinstance(node, ast.Assign) and any(_name(target) == "fields" for target in node.targets)
    return is_assigned and isinstance(node.value, ast.Constant) and node.value.value == "__all__"  # type: ignore[attr-defined]


def _keyword(name: str, value: object) -> Callable[[ast.AST], bool]:
    return lambda node: (
        isinstance(node, ast.keyword)
        and node.arg == name
        and isinstance(node.value, ast.Constant)
        and node.value.value is value
    )


def _not_done(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    return raised is not None and _name(raised) == "NotImplementedError"


def _too_long(text: str) -> Found:
    count = text.count("\n")
    if count > LONGEST:
        yield count, f"{count} lines"


EVERY = (PYTHON, TEMPLATE, SCRIPT, STYLE, ".toml", ".yaml", ".yml", ".sh", "")
RULES = (
    # ---- what is shown is escaped
    Rule("safe filter", "data must be escaped", (TEMPLATE,), lines(r"\|\s*safe(seq)?\b"),
         ("{{ case.title|safe }}", "{{ rows | safeseq }}"), ("{{ case.title }}", "safe to repeat", "{{ a|safely }}")),
    Rule("autoescape off", "data must be escaped", (TEMPLATE,), lines(r"\{%\s*autoescape\s+off"),
         ("{% autoescape off %}",), ("{% autoescape on %}",)),
    Rule("mark_safe", "data must be escaped", (PYTHON,),
         nodes(any_of(names("mark_safe"), calls("mark_safe", "SafeString", "SafeText"))),
         ("from django.utils.safestring import mark_safe", "x = safestring.SafeString(y)"),
         ('"""No mark_safe here."""', "def said() -> SafeString: ...", "from django.utils.html import format_html")),
    Rule("autoescape=False", "data must be escaped", (PYTHON,), nodes(_keyword("autoescape", False)),
         ("Engine(autoescape=False)",), ("Engine(autoescape=True)",)),
    # ---- nothing the content policy would have to block
    Rule("inline handler", "the content policy blocks it", (TEMPLATE,),
         lines(r"<[^>]*\s(on[a-z]{3,}|hx-on[:\w-]*)\s*="),
         ('<a onclick="go()">', '<img src="x" onerror = "x">', '<b hx-on:click="x">'),
         ('<a data-once="1">', "on = 3", '<input name="one">')),
    Rule("inline style", "the content policy blocks it", (TEMPLATE,), lines(r"<[^>]*\sstyle\s*=|<style\b"),
         ('<p style="color: red">', "<style>"), ('<p class="style">', '<link rel="stylesheet">')),
    Rule("inline script", "the content policy blocks it", (TEMPLATE,), lines(r"<script\b(?![^>]*\bsrc=)"),
         ("<script>go()</script>",), ('<script type="module" src="{% static "js/live.js" %}"></script>',)),
    Rule("javascript: address", "an address is http, https or mailto", (TEMPLATE, SCRIPT),
         lines(r"javascript:"), ('<a href="javascript:go()">',), ("a script of ours",)),
    Rule("js: values", "htmx would evaluate them", (TEMPLATE,),
         lines(r"hx-(vals|headers)\s*=\s*['\"]\s*(js|javascript):"),
         ("<b hx-vals='js:{a: 1}'>",), ("<b hx-vals='{\"a\": 1}'>",)),
    Rule("HTML from script", "text goes in as text", (SCRIPT,),
         lines(r"\.(innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write|createContextualFragment", 0),
         ("row.innerHTML = text", "document.write(x)"), ("row.textContent = text", "const innerHTML = 1")),
    Rule("eval in script", "the content policy blocks it", (SCRIPT,),
         lines(r"\beval\s*\(|new\s+Function\s*\(|set(Timeout|Interval)\(\s*[\"'`]", 0),
         ("eval(x)", "new Function('x')", 'setTimeout("go()", 1)'), ("retrieval(x)", "setTimeout(go, 1)")),
    Rule("address of others", "everything is served from here", (TEMPLATE, STYLE),
         lines(r"(src|href)\s*=\s*[\"'](https?:)?//|url\(\s*[\"']?(https?:)?//|@import"),
         ('<script src="https://cdn.example/x.js">', "a { background: url(//cdn.example/x) }"),
         ('<a href="/cases/">', "a { background: url(../icons/x.svg) }")),
    # ---- nothing is run that somebody sent
    Rule("eval", "runs what it is given", (PYTHON,), nodes(calls("eval", "exec", method=False)),
         ("eval(text)", "exec(code)"), ("cursor.execute(x)", "literal_eval(x)", "frame.eval(x)")),
    Rule("pickle", "runs what it is given", (PYTHON,), nodes(names("pickle", "marshal", "shelve")),
         ("import pickle",), ("import json",)),
    Rule("shell", "runs what it is given", (PYTHON,), nodes(_keyword("shell", True)),
         ("run(cmd, shell=True)",), ("run([cmd])", "run(cmd, shell=False)")),
    Rule("sql formatting", "a value is bound, a name is quoted", (PYTHON,), nodes(_formats_sql),
         ('cursor.execute(f"select {x}")', 'cursor.execute("select %s" % x)', 'c.execute("a" + x)',
          'c.execute(STATEMENT.format(x))', 'RawSQL(f"{x}", [])'),
         ('cursor.execute("select %s", [x])', "cursor.execute(SELECT, values)", 'c.execute(f"select 1")',
          'owner.execute(sql.SQL("drop {}").format(sql.Identifier(name)))')),
    Rule("extra()", "raw SQL in disguise", (PYTHON,), nodes(calls("extra", method=True)),
         ("Case.objects.extra(where=[x])",), ("extra(1)", "error.extra")),
    Rule("**request", "the sender would choose the fields", (PYTHON,), nodes(_spreads_request),
         ("Case(**request.data)", "f(**request.POST.dict())"),
         ("Case(**checked)", "f(request.data)")),
    Rule("all fields", "a new column would be public at once", (PYTHON,), nodes(_all_fields),
         ('fields = "__all__"',), ('fields = ("ref", "title")', '__all__ = ["Person"]')),
    Rule("no certificate check", "whoever stands between could answer", (PYTHON,), nodes(_keyword("verify", False)),
         ("get(url, verify=False)",), ("get(url, verify=True)",)),
    # ---- house rules
    Rule("celery call", "work is a row: casebook.work.enqueue", (PYTHON,),
         nodes(calls("delay", "apply_async", "send_task", method=True)),
         ("drain.delay(1)", "task.apply_async()", "app.send_task('x')"), ("enqueue('notify', x)", "delay(1)")),
    Rule("machine path", "works on any machine, from any folder", EVERY,
         lines(r"(?<![\w./}\])\"'-])/(work|tmp|home|root|Users)/|[\"'](/work|/tmp|/home|/root|/Users)(/|[\"'])", 0),
         ('open("/tmp/x")', "cd /home/someone/casebook", 'Path("/root")'),
         ('"triage/workbench.html"', 'tempfile.mkdtemp()', '${TMPDIR:-/tmp}/lint', "redirect('/t2/')")),
    Rule("not done", "nothing is left for later", EVERY, lines(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented", 0),
         ("# TODO: write", "raise X('not implemented')"), ("a todo list", "HACKERS")),
    Rule("NotImplementedError", "nothing is left for later", (PYTHON,), nodes(_not_done),
         ("raise NotImplementedError", "raise NotImplementedError('x')"),
         ("try:\n    go()\nexcept NotImplementedError:\n    stop()",)),
    Rule("too long", f"a file is one idea: {LONGEST} lines at most", (PYTHON, TEMPLATE, SCRIPT), _too_long,
         ("x = 1\n" * (LONGEST + 1),), ("x = 1\n" * LONGEST,)),
)  # fmt: skip


def files() -> Iterator[Path]:
    for name in PRODUCT:
        start = ROOT / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in found:
            place = path.relative_to(ROOT).as_posix()
            if (
                path.is_file()
                and "__pycache__" not in place
                and not place.startswith(OTHERS_WORK)
                and not GENERATED.search(place)
            ):
                yield path


def check() -> tuple[list[str], list[Allowed]]:
    """Every offence as ``file:line: rule: text (why)``, and the exceptions that nothing needs."""
    offences: list[str] = []
    unused = set(ALLOWED)
    for path in files():
        rules = [rule for rule in RULES if path.suffix in rule.suffixes]
        if not rules:
            continue
        place, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        for rule in rules:
            for line, said in rule.finds(text):
                excuse = next((a for a in ALLOWED if (a.file, a.rule) == (place, rule.name) and a.text in said), None)
                if excuse is not None:
                    unused.discard(excuse)
                else:
                    offences.append(f"{place}:{line}: {rule.name}: {said} ({rule.why})")
    return offences, sorted(unused, key=lambda allowed: allowed.file)


def main() -> int:
    offences, unused = check()
    offences += [f"ALLOWED no longer needs {one.file}: {one.rule}" for one in unused]
    print("\n".join(offences) or f"source lint: {len(RULES)} rules, nothing found")
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
