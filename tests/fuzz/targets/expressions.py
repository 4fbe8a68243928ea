"""Expressions: any text, and programs that are well written and do what nobody means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from router.errors import ExpressionError, ExpressionSyntaxError
from tests.fuzz.target import Target, Wrong, last_byte, told
from tests.fuzz.targets.choices import Choices
from tests.fuzz.targets.sample import BODIES, message, shown
from transforms.expressions import NAMESPACES, Expr, compile_condition, compile_expression
from transforms.filters import FILTERS

DEEPEST = 5


@contextmanager
def prefixed() -> Iterator[None]:
    """As in a route whose format names a prefix."""
    token = NAMESPACES.set({"p": "urn:p"})
    try:
        yield
    finally:
        NAMESPACES.reset(token)


def expression(data: bytes) -> str:
    with prefixed():
        return any_text(data)


def any_text(data: bytes) -> str:
    raw, variant = last_byte(data)
    text = raw.decode("utf-8", "replace")
    try:
        compiled = compile_expression(text)
    except ExpressionSyntaxError as error:
        if not 0 <= error.column <= len(text) + 1:
            raise Wrong(f"column {error.column} is not in the text of {len(text)} characters: {error.reason}") from error
        raise
    return value_of(compiled, variant)


def value_of(compiled: Expr, variant: int) -> str:
    """What the quick code gives is what the careful code gives."""
    one = message(variant).at("erp")
    found = outcome(lambda: compiled(one, out={"total": "3.00"}))
    careful = outcome(lambda: compiled.carefully(one, {"out": {"total": "3.00"}}))
    if found != careful:
        raise Wrong(f"{compiled.source!r:.400} is {found:.300}, and with care {careful:.300}")
    return found


def outcome(make: Callable[[], Any]) -> str:
    try:
        return shown(make())
    except ExpressionError as error:
        told(error.reason)
        return f"ExpressionError: {error.reason}"


def program(data: bytes) -> str:
    with prefixed():
        return any_program(data)


def any_program(data: bytes) -> str:
    """A program of the bytes, as a value and as a condition."""
    choices = Choices(data)
    variant = choices.below(len(BODIES))
    text = written(choices, 0)
    try:
        return value_of(compile_expression(text), variant) + value_of(compile_condition(text), variant)
    except ExpressionSyntaxError as error:
        told(error.reason)
        return f"{text}: {error.reason}"


LEAVES = (
    "body.qty",
    "body.price",
    "1",
    "'a'",
    "body.items",
    "body.words",
    "0",
    "-3",
    "2.50",
    "''",
    "'1.5'",
    "'2026-03-01'",
    "none",
    "true",
    "false",
    "body",
    "body.name",
    "body.nothing",
    "body.ok",
    "body.on",
    "body.at",
    "body.d.keys",
    "body['d']['items']",
    "body.big",
    "body.empty",
    "body.items[0].p",
    "body.items[1]",
    "body.missing",
    "body.missing.deeper",
    "headers['X-Kind']",
    "headers.none",
    "message.id",
    "message.received_at",
    "message.params.sku",
    "file.stem",
    "file.size",
    "record.number",
    "target.id",
    "out.total",
    "reply.status",
    "9" * 50,
    "0." + "0" * 30 + "1",
    "[1, 'a', none]",
    "[]",
    "{'a': 1}",
    "'ß'",
    "body.text",
    "1e3",
    "body[0]",
    "body['']",
)
BINARY = ("+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or")
ARGUMENTS = (
    "1",
    "2",
    "0",
    "'p'",
    "'a'",
    "''",
    "','",
    "'%Y-%m-%d'",
    "'Europe/Berlin'",
    "8",
    "-1",
    "'even'",
    "none",
    "body.name",
    "20",
    "'//p:r'",
    "'.'",
    "'//p:r/text()'",
    "'count(//*)'",
    "9999",
    "'q'",
    "body.qty",
    "1.5",
)
NAMES = tuple(FILTERS)
TESTS = ("is defined", "is undefined", "is none", "is not none")


def written(choices: Choices, depth: int) -> str:
    kind = choices.below(8) if depth < DEEPEST else 0
    if kind < 2:
        return choices.among(LEAVES)
    inner = written(choices, depth + 1)
    if kind < 4:
        return f"({inner} {choices.among(BINARY)} {written(choices, depth + 1)})"
    if kind < 6:
        arguments = ", ".join(choices.among(ARGUMENTS) for _ in range(choices.below(3)))
        return f"({inner} | {choices.among(NAMES)}{f'({arguments})' if arguments else ''})"
    if kind == 6:
        return f"({inner} if {written(choices, depth + 1)} else {written(choices, depth + 1)})"
    return f"({choices.among(('not ', '-', '+'))}{inner})" if choices.below(2) else f"({inner} {choices.among(TESTS)})"


WRITTEN = (
    "body.qty * body.price",
    "body.qty // 3 % 2",
    "-7 ~ 'b' + 'c'",
    "body.items | sum('p') | text(2)",
    "body.d['keys'] == 5.0",
    "1 < body.qty <= 2 and not body.ok",
    "body.name in ['x', 'y'] or body.nothing is none",
    "body.qty if body.ok else 1",
    "body.missing.deeper | default(3)",
    "'1.234,50' | replace('.', '') | decimal(',')",
    "message.received_at | date",
    "body | xpath_all('//p:r')",
    "body.items | select('p', 2) | map('q') | join(',')",
    "7 | text | pad(4, '0')",
    "record.number ~ file.stem ~ headers['x-kind']",
    "body.words | unique | sort | length",
    "{'a': [1, (2, 3)]}",
    "body.text | datetime('%Y-%m-%d', 'Europe/Berlin') | iso",
)
TARGETS = (
    Target(
        "expression",
        expression,
        (ExpressionError, ExpressionSyntaxError),
        written=tuple(t.encode() for t in WRITTEN),
        variants=2,
        words="expression",
        longest=400,
    ),
    Target(
        "program",
        program,
        (ExpressionError,),
        written=(bytes(range(40)), bytes(range(250, 3, -7)), b"\0\4\1\3\7\2\5\0\6\3\3"),
        longest=120,
    ),
)
