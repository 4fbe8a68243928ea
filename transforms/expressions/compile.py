"""Compiles expressions to Python functions that are called with a message."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

from router.errors import ExpressionError, ExpressionSyntaxError, TooLong
from router.message import Message
from transforms.expressions import arithmetic, runtime
from transforms.expressions.deciding import parts
from transforms.expressions.emit import Emitter, words
from transforms.expressions.names import CaseFree, file_fields
from transforms.expressions.parse import parse
from transforms.filters import FILTERS, xpath, xpath_all
from transforms.filters.xml import NAMESPACES

RUNTIME = {name: getattr(runtime, name) for name in (
    "get", "header", "eq", "ne", "lt", "le", "gt", "ge", "contains", "cat", "truth", "defined", "is_none", "default",
    "filtered", "each",
)}  # fmt: skip
ARITHMETIC = {name: getattr(arithmetic, name) for name in ("add", "sub", "mul", "div", "floordiv", "mod", "neg")}


def missing(name: str) -> Any:
    raise ExpressionError(f"{name} is undefined here", "undefined")


def message_fields(message: Message) -> dict[str, Any]:
    e = message.envelope
    return {"id": e.id, "route": e.route, "received_at": e.received_at, "source": e.source, "params": e.params,
            "client": e.client}  # fmt: skip


ROOT_SOURCE = {"body": "r_body = m.body", "headers": "r_headers = casefree(m.headers)"}
"""Names that a function binds at its start; the others are looked up where they stand, since they may be missing."""


def file_root(message: Message) -> Any:
    return file_fields(message.envelope.file) or missing("file")


def record_root(message: Message) -> Any:
    return {"number": message.record} if message.record else missing("record")


def target_root(message: Message) -> Any:
    return {"id": message.target} if message.target else missing("target")


def extra(names: Mapping[str, Any], name: str) -> Any:
    return names[name] if name in names else missing(name)


def environment() -> dict[str, Any]:
    """The globals of generated code: the operators, and nothing of Python."""
    return {
        **RUNTIME, **ARITHMETIC, "__builtins__": {}, "type": type, "str": str, "file_root": file_root,
        "record_root": record_root, "target_root": target_root, "extra": extra, "message_fields": message_fields,
        "casefree": CaseFree, "snapshot": dict,
    }  # fmt: skip


def filters(namespaces: Mapping[str, str] | None = None) -> dict[str, Callable[..., Any]]:
    """All filters; those with XPath know the prefixes, by default of the route that is being compiled."""
    prefixes = dict(NAMESPACES.get() if namespaces is None else namespaces)
    found: dict[str, Callable[..., Any]] = dict(FILTERS)
    if prefixes:
        found["xpath"] = lambda value, path: xpath(value, path, prefixes)
        found["xpath_all"] = lambda value, path: xpath_all(value, path, prefixes)
    return found


def roots(names: set[str], own: tuple[str, ...] = ()) -> list[str]:
    return [ROOT_SOURCE[name] for name in sorted(names) if name in ROOT_SOURCE and name not in own]


OF_BODY = re.compile(r"\b(body|record)\b")
SHORT = 120
"""Characters within which an expression cannot be nested too deeply for the compiler: there, the quick code is compiled for
the first message, and the careful code when there is an error to explain."""
TOO_DEEP = "it is nested too deeply: compute a part of it in a step of its own"


def build(source: str, env: dict[str, Any], name: str = "_f") -> Callable[..., Any]:
    """Raises ExpressionSyntaxError for what Python's compiler does not take: parentheses or loops by the hundred."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of Python about `[1]['a']`, which fails when it is evaluated
            exec(compile(source, f"<{name}>", "exec"), env)
    except (SyntaxError, RecursionError, MemoryError):
        raise ExpressionSyntaxError(TOO_DEEP, 1) from None
    function: Callable[..., Any] = env[name]
    return function


class Expr:
    """A compiled expression: `expr(message, **names)`. Raises ExpressionError that names the part that is wrong."""

    __slots__ = ("_careful", "_condition", "_loops", "_namespaces", "_quick", "_written", "source", "tree")

    def __init__(self, source: str, condition: bool = False, loops: tuple[str, ...] = ()) -> None:
        self.source = source
        self._condition, self._loops, self._namespaces = condition, loops, NAMESPACES.get()
        self._quick: Callable[..., Any] | None = None
        self._careful: Callable[..., Any] | None = None
        self.tree = parse(source)
        try:
            self._written = self._write(False)
            if len(source) > SHORT:
                self._quick = build(*self._written)
                self._careful = build(*self._write(True))
        except RecursionError:
            raise ExpressionSyntaxError(TOO_DEEP, 1) from None

    def _write(self, careful: bool) -> tuple[str, dict[str, Any]]:
        """The source of the function, and the names it sees."""
        env = environment()
        emitter = Emitter(filters(self._namespaces), env, self._loops)
        emitter.careful = careful
        value = emitter.condition(self.tree) if self._condition else emitter.emit(self.tree)
        lines = [*roots(emitter.roots), *(f"v_{name} = n[{name!r}]" for name in self._loops), f"return {value}"]
        return "def _f(m, n):\n    " + "\n    ".join(lines), env

    def __call__(self, message: Message, **names: Any) -> Any:
        quick = self._quick
        if quick is None:
            quick = self._quick = build(*self._written)
        try:
            return quick(message, names)
        except (MemoryError, TooLong):
            raise
        except Exception:
            return self.carefully(message, names)

    def carefully(self, message: Message, names: Mapping[str, Any]) -> Any:
        try:
            self._careful = self._careful or build(*self._write(True))
            return self._careful(message, names)
        except ExpressionError:
            raise
        except RecursionError:
            raise ExpressionError(f"{words(self.tree)}: the value is nested too deeply", "limit") from None
        except Exception as error:
            raise ExpressionError(f"{words(self.tree)}: {error}", "value") from error

    @property
    def of_body(self) -> bool:
        """Whether it may look at the body, or at a record of it."""
        return OF_BODY.search(self.source) is not None

    def values(self, message: Message) -> tuple[dict[str, Any], list[str]]:
        """What its parts are for that message, by their texts; the texts of those that have no value."""
        known: dict[str, Any] = {}
        unknown: list[str] = []
        for text, node in parts(self.tree):
            try:
                known[text] = self.part(node)(message, {})
            except Exception:
                unknown.append(text)
        return known, unknown

    def part(self, node: nodes.Node) -> Callable[..., Any]:
        env = environment()
        emitter = Emitter(filters(self._namespaces), env)
        emitter.careful = True
        value = emitter.emit(node)
        return build("def _f(m, n):\n    " + "\n    ".join([*roots(emitter.roots), f"return {value}"]), env)

    def __repr__(self) -> str:
        return f"Expr({self.source!r})"


def compile_expression(text: str, loop_names: tuple[str, ...] = ()) -> Expr:
    """Raises ExpressionSyntaxError."""
    return Expr(text, loops=loop_names)


def compile_condition(text: str) -> Expr:
    """An expression whose value must be true or false."""
    return Expr(text, condition=True)
