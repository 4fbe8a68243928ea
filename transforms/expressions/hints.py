"""What to write instead of a name, filter, test or call that does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import nodes

from router.config.nearest import nearest
from transforms.expressions.names import ROOTS

NO_STATEMENTS = "there are values, operators and filters, no statements"
CHOICE = "write `a if condition else b`"
NULL = "write `none`, as in `body.x is none`"
LISTS = "there are no loops; use `| map(…)` or `| select(…)`, or `each` in a map"
ONE_DEFAULT = ("the filter 'default' takes one value, which stands for what is undefined: write"
               " `'a' if (body.x | default('')) == '' else body.x` where it may be empty")  # fmt: skip
FOREIGN = {
    "AND": "write `and`", "OR": "write `or`", "NOT": "write `not`", "IN": "write `in`", "IS": "write `is`",
    "TRUE": "write `true`", "FALSE": "write `false`", "null": NULL, "NULL": NULL, "nil": NULL, "undefined": NULL,
    "if": CHOICE, "IF": CHOICE, "then": CHOICE, "elif": CHOICE, "case": CHOICE, "else": CHOICE, "for": LISTS,
    "while": LISTS, "contains": "write `'a' in body.x`", "like": "there are no patterns; write `'a' in body.x`",
    "matches": "there are no patterns; write `'a' in body.x`", "between": "write `body.x >= 1 and body.x <= 9`",
    "has": "write `'a' in body.x`", "eq": "write `==`", "ne": "write `!=`", "gt": "write `>`", "lt": "write `<`",
    **dict.fromkeys(
        ("lambda", "import", "from", "def", "return", "class", "yield", "await", "async", "del", "assert", "raise",
         "try", "with", "print", "exec", "eval", "let", "var", "const", "function", "new", "set", "select", "where"),
        NO_STATEMENTS,
    ),
}  # fmt: skip
"""Words of other languages, and what to write instead."""

SAME = {
    "len": "length", "count": "length", "size": "length", "str": "text", "string": "text", "tostring": "text",
    "format": "text", "float": "decimal", "number": "decimal", "integer": "int", "strip": "trim",
    "uppercase": "upper", "touppercase": "upper", "ucase": "upper", "lowercase": "lower", "tolowercase": "lower",
    "lcase": "lower", "zfill": "pad", "rjust": "pad", "isoformat": "iso", "strptime": "datetime", "sorted": "sort",
    "coalesce": "default", "filter": "select", "concat": "join", "distinct": "unique",
}  # fmt: skip
"""What filters are called elsewhere, in lower case without `_`."""
ENCODERS = ("urlencode", "url_encode", "urlquote", "quote", "encode")
CLOCK = ("now", "today", "utcnow", "time", "getdate")
CALCULATIONS = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)
NONE = "is none`, or `body.x is not none"
TESTS = {"null": NONE, "nil": NONE, "empty": "== ''", "true": "== true", "false": "== false",
         "equalto": "==", "undefined": "is not defined", "present": "is defined", "set": "is defined"}  # fmt: skip


def unknown_name(name: str, loops: Sequence[str]) -> str:
    if name in FOREIGN:
        return f"unknown name '{name}': {FOREIGN[name]}"
    close = nearest(name, [*ROOTS, *loops])
    if close is not None:
        return f"unknown name '{name}': did you mean '{close}'?"
    known = ", ".join([*ROOTS[:5], *loops])
    return f"unknown name '{name}'; an expression sees {known}; a field is body.{name}"


def same_filter(name: str, known: Iterable[str]) -> str | None:
    """The filter that is called so here, if there is one."""
    found = SAME.get(name.lower().replace("_", ""), name)
    return found if found in set(known) else None


def unknown_filter(name: str, known: Iterable[str]) -> str:
    names = sorted(name for name in known if name.isidentifier())
    close = same_filter(name, names) or nearest(name, names)
    if close is not None:
        return f"unknown filter '{name}': did you mean '{close}'?"
    if name in ENCODERS:
        return f"unknown filter '{name}': leave it out, what `path` and `query` render is encoded already"
    return f"unknown filter '{name}'; there are {', '.join(names)}"


def unknown_test(name: str) -> str:
    if name in TESTS:
        return f"unknown test 'is {name}': write `body.x {TESTS[name]}`"
    return f"unknown test 'is {name}'; there are `is defined` and `is none`"


def no_call(name: str, value: str | None, arguments: Sequence[str], known: Iterable[str]) -> str:
    """Of `value.name(arguments)`, or of `name(arguments)` where the value is None."""
    nothing = "nothing can be called in an expression"
    if name in CLOCK:
        return f"{nothing}, and there is no clock: message.received_at is the time"
    filter_ = same_filter(name, known)
    of, *rest = [value, *arguments] if value is not None else [*arguments, None]
    if filter_ is None or of is None:
        return f"{nothing}; use a filter, as in `body.x | {filter_ or 'upper'}`"
    behind = f"({', '.join(str(r) for r in rest if r is not None)})" if any(rest) else ""
    return f"{nothing}: write `{of} | {filter_}{behind}`"


@dataclass(frozen=True, slots=True)
class Hyphened:
    """`body.a-b-c` without a blank: `key` is `a-b-c`, from character `start` to the one before `end`."""

    parent: nodes.Node
    key: str
    last: str
    start: int
    end: int


def hyphened(node: nodes.Node) -> Hyphened | None:
    """A subtraction of names that was meant as the name of a field: what such a node ends with."""
    if isinstance(node, nodes.Getattr):
        start = node.lineno + 1
        return Hyphened(node.node, node.attr, "", start, start + len(node.attr))
    if not isinstance(node, nodes.Sub) or not isinstance(node.right, nodes.Name):
        return hyphened(node.right) if isinstance(node, CALCULATIONS) else None
    left, name = hyphened(node.left), node.right.name
    if left is None or node.right.lineno != left.end + 1:
        return None
    return Hyphened(left.parent, f"{left.key}-{name}", name, left.start, node.right.lineno + len(name))
