"""From an expression's tree to Python source, twice: quick for the usual case, careful for the words of an error.

Quick code reads fields by plain subscripts and compares inline; whatever it raises, the careful code is run on the same
(pure) input and finds the part that is wrong and its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import nodes

from router.errors import ExpressionError, ExpressionSyntaxError
from transforms.expressions import hints
from transforms.expressions.names import FILE_FIELDS, MESSAGE_FIELDS, ROOTS
from transforms.expressions.quick import QUICK
from transforms.expressions.runtime import DECIMAL_MARK
from transforms.filters import COMPUTED, check_call

COMPARE = {"eq": "eq", "ne": "ne", "lt": "lt", "lteq": "le", "gt": "gt", "gteq": "ge"}
ARITHMETIC = {nodes.Add: "add", nodes.Sub: "sub", nodes.Mul: "mul", nodes.Div: "div", nodes.FloorDiv: "floordiv",
              nodes.Mod: "mod"}  # fmt: skip
BOOLEAN = (nodes.Compare, nodes.And, nodes.Or, nodes.Not, nodes.Test)
INLINE = {"message": "message_fields(m)", "file": "file_root(m)", "record": "record_root(m)",
          "target": "target_root(m)", "reply": "extra(n, 'reply')", "out": "extra(n, 'out')"}  # fmt: skip
"""Names that may be missing, looked up where they stand."""
LAZY = ("default", "d")


def constants(arguments: Sequence[nodes.Node]) -> list[Any]:
    """What is written in the brackets of a filter; `COMPUTED` for all that is no literal."""
    return [constant(one.value) if isinstance(one, nodes.Const) else COMPUTED for one in arguments]


def constant(value: Any) -> Any:
    """A literal: numbers with a point are Decimals."""
    if isinstance(value, str) and value.startswith(DECIMAL_MARK):
        try:
            return Decimal(value[len(DECIMAL_MARK) :])
        except InvalidOperation:
            raise ExpressionSyntaxError("a number in the expression is too long") from None
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def words(node: nodes.Node) -> str:
    """The text of a part, as an error names it."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{words(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{words(node.node)}[{words(node.arg)}]"
    if isinstance(node, nodes.Const):
        value = constant(node.value)
        return str(value) if isinstance(value, Decimal) else repr(value)
    if isinstance(node, nodes.Filter):
        arguments = f"({', '.join(words(a) for a in node.args)})" if node.args else ""
        return f"{words(node.node) if node.node else ''} | {node.name}{arguments}"
    if isinstance(node, nodes.BinExpr) and type(node) in ARITHMETIC:
        return f"({words(node.left)} {node.operator} {words(node.right)})"
    if isinstance(node, nodes.Concat):
        return " ~ ".join(words(n) for n in node.nodes)
    return "the expression"


class Emitter:
    """Writes one function's worth of source; constants and filters that it needs are collected in `env`."""

    def __init__(
        self, filters: dict[str, Callable[..., Any]], env: dict[str, Any], loops: tuple[str, ...] = ()
    ) -> None:
        self.filters = filters
        self.env = env
        self.loops = list(loops)
        self.careful = False
        self.roots: set[str] = set()
        self._temps = 0

    def const(self, value: Any) -> str:
        if value is None or isinstance(value, (bool, int, str)):
            return repr(value)
        name = f"_c{len(self.env)}"
        self.env[name] = value
        return name

    def temp(self) -> str:
        self._temps += 1
        return f"_t{self._temps}"

    def emit(self, node: nodes.Node) -> str:
        method = getattr(self, f"emit_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionSyntaxError(f"{words_for(node)} is not possible in an expression", node.lineno)
        return str(method(node))

    def condition(self, node: nodes.Node) -> str:
        """Source that is surely True or False."""
        source = self.emit(node)
        return source if isinstance(node, BOOLEAN) else f"truth({source}, {words(node)!r})"

    # --- names and paths ---
    def emit_name(self, node: nodes.Name) -> str:
        name = node.name
        if name in self.loops:
            return f"v_{name}"
        if name not in ROOTS:
            raise ExpressionSyntaxError(hints.unknown_name(name, self.loops), node.lineno)
        self.roots.add(name)
        # what a map has built goes on to grow, and would hold itself
        return f"snapshot({INLINE[name]})" if name == "out" else INLINE.get(name, f"r_{name}")

    def emit_getattr(self, node: nodes.Getattr) -> str:
        return self._path(node, node.node, node.attr, None)

    def emit_getitem(self, node: nodes.Getitem) -> str:
        if isinstance(node.arg, nodes.Slice):
            reason = "slices are not possible in an expression; use `first`, `last` or a filter"
            raise ExpressionSyntaxError(reason, node.lineno)
        if isinstance(node.arg, nodes.Tuple):
            reason = "in the brackets stands one name or one position, as in body['x'] or body.lines[0]"
            raise ExpressionSyntaxError(reason, node.lineno)
        key = constant(node.arg.value) if isinstance(node.arg, nodes.Const) else None
        return self._path(node, node.node, key, None if isinstance(node.arg, nodes.Const) else node.arg)

    def _path(self, node: nodes.Expr, parent: nodes.Node, key: Any, dynamic: nodes.Node | None) -> str:
        if isinstance(parent, nodes.Name) and parent.name not in self.loops and dynamic is None:
            if parent.name == "message":
                check_field("message", key, MESSAGE_FIELDS, node)
                return f"m.envelope.{key}"
            if parent.name == "file":
                check_field("file", key, FILE_FIELDS, node)
            if parent.name == "headers":
                self.roots.add("headers")
                return f"header(r_headers, {key!r}, {words(node)!r})"
        if isinstance(parent, nodes.Const):
            raise ExpressionSyntaxError(f"{words(parent)} has no fields: a field is written body.NAME", node.lineno)
        source = self._parent(parent)
        index = self.emit(dynamic) if dynamic is not None else repr(key)
        if isinstance(parent, nodes.Name) and parent.name == "headers":
            return f"header({source}, {index}, {words(node)!r})"
        if self.careful:
            return f"get({source}, {index}, {words(node)!r}, {words(parent)!r})"
        return (
            f"{source}[{index}]"
            if dynamic is None and isinstance(key, str)
            else (f"get({source}, {index}, {words(node)!r}, {words(parent)!r})")
        )

    def _parent(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Name) and node.name == "out" and node.name not in self.loops:
            self.roots.add("out")
            return INLINE["out"]
        return self.emit(node)

    # --- literals ---
    def emit_const(self, node: nodes.Const) -> str:
        return self.const(constant(node.value))

    def emit_list(self, node: nodes.List) -> str:
        return f"[{', '.join(self.emit(n) for n in node.items)}]"

    def emit_tuple(self, node: nodes.Tuple) -> str:
        return f"[{', '.join(self.emit(n) for n in node.items)}]"

    def emit_dict(self, node: nodes.Dict) -> str:
        return "{" + ", ".join(f"{self.emit(p.key)}: {self.emit(p.value)}" for p in node.items) + "}"

    # --- operators ---
    def emit_compare(self, node: nodes.Compare) -> str:
        parts: list[str] = []
        left = node.expr
        for operand in node.ops:
            parts.append(self._compare(left, operand.op, operand.expr))
            left = operand.expr
        return f"({' and '.join(parts)})"

    def _compare(self, left: nodes.Expr, op: str, right: nodes.Expr) -> str:
        a, b = self.emit(left), self.emit(right)
        names = f", {words(left)!r}, {words(right)!r}"
        if op in ("in", "notin"):
            return f"{'not ' if op == 'notin' else ''}contains({a}, {b}{names})"
        if not self.careful and isinstance(right, nodes.Const) and op in ("eq", "ne"):
            value = constant(right.value)
            if type(value) is str:
                t = self.temp()
                sign = "==" if op == "eq" else "!="
                return f"({t} {sign} {b} if type({t} := {a}) is str else {COMPARE[op]}({t}, {b}{names}))"
        return f"{COMPARE[op]}({a}, {b}{names})"

    def _binary(self, node: Any) -> str:
        name = ARITHMETIC[type(node)]
        return f"{name}({self.emit(node.left)}, {self.emit(node.right)}, {words(node.left)!r}, {words(node.right)!r})"

    emit_add = emit_mul = emit_div = emit_floordiv = emit_mod = _binary

    def emit_sub(self, node: nodes.Sub) -> str:
        field = hints.hyphened(node)
        if field is not None and field.last and field.last not in (*ROOTS, *self.loops):
            path = f"{words(field.parent)}[{field.key!r}]"
            reason = f"`-` is no part of a name: write {path} for a field with a hyphen; with blanks around it, `-` subtracts"
            raise ExpressionSyntaxError(reason, field.start)
        return self._binary(node)

    def emit_neg(self, node: nodes.Neg) -> str:
        return f"neg({self.emit(node.node)}, {words(node.node)!r})"

    def emit_pos(self, node: nodes.Pos) -> str:
        return self.emit(node.node)

    def emit_concat(self, node: nodes.Concat) -> str:
        parts = ", ".join(self.emit(n) for n in node.nodes)
        if not self.careful:
            return f"cat({parts})"
        names = tuple(words(n) for n in node.nodes)
        return f"cat({parts}, names={names!r})"

    def emit_and(self, node: nodes.And) -> str:
        return f"({self.condition(node.left)} and {self.condition(node.right)})"

    def emit_or(self, node: nodes.Or) -> str:
        return f"({self.condition(node.left)} or {self.condition(node.right)})"

    def emit_not(self, node: nodes.Not) -> str:
        return f"(not {self.condition(node.node)})"

    def emit_condexpr(self, node: nodes.CondExpr) -> str:
        if node.expr2 is None:
            reason = "`a if condition` needs an `else`: write what it is otherwise; `else none` for null"
            raise ExpressionSyntaxError(reason, node.lineno)
        return f"({self.emit(node.expr1)} if {self.condition(node.test)} else {self.emit(node.expr2)})"

    # --- tests and filters ---
    def emit_test(self, node: nodes.Test) -> str:
        tests = {
            "defined": "defined(lambda: {})",
            "undefined": "(not defined(lambda: {}))",
            "none": "is_none(lambda: {})",
        }
        if node.name not in tests or node.args:
            raise ExpressionSyntaxError(hints.unknown_test(node.name), node.lineno)
        return tests[node.name].format(self._named(node.node))

    def _named(self, node: nodes.Node) -> str:
        """Careful source whatever the mode: lenient words need to know what kind of error it was."""
        before, self.careful = self.careful, True
        try:
            return self.emit(node)
        finally:
            self.careful = before

    def emit_filter(self, node: nodes.Filter) -> str:
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            reason = f"the filter '{node.name}' takes plain arguments only, without names"
            raise ExpressionSyntaxError(reason, node.lineno)
        if node.name in LAZY:
            if len(node.args) > 1:
                raise ExpressionSyntaxError(hints.ONE_DEFAULT, node.lineno)
            other = self.emit(node.args[0]) if node.args else "''"
            return f"default(lambda: {self._named(node.node)}, lambda: {other})"
        if node.name not in self.filters:
            raise ExpressionSyntaxError(hints.unknown_filter(node.name, self.filters), node.lineno)
        try:
            check_call(node.name, constants(node.args))
        except ExpressionError as error:
            raise ExpressionSyntaxError(error.reason, node.lineno) from None
        quick = not self.careful and node.name in QUICK
        self.env[f"f_{node.name}"] = QUICK[node.name] if quick else self.filters[node.name]
        arguments = "".join(f", {self.emit(a)}" for a in node.args)
        if self.careful:
            return f"filtered(f_{node.name}, {words(node.node)!r}, {self.emit(node.node)}{arguments})"
        return f"f_{node.name}({self.emit(node.node)}{arguments})"

    def emit_call(self, node: nodes.Call) -> str:
        called, arguments = node.node, [words(argument) for argument in node.args]
        if isinstance(called, nodes.Getattr):
            reason = hints.no_call(called.attr, words(called.node), arguments, self.filters)
            raise ExpressionSyntaxError(reason, called.lineno + 1)
        raise ExpressionSyntaxError(hints.no_call(words(called), None, arguments, self.filters), called.lineno)


def check_field(of: str, key: Any, fields: tuple[str, ...], node: nodes.Node) -> None:
    """`message` and `file` have fixed fields. `node` stands at its dot or bracket."""
    if key not in fields:
        raise ExpressionSyntaxError(f"{of} has no field '{key}'; it has {', '.join(fields)}", node.lineno + 1)


def words_for(node: nodes.Node) -> str:
    return {"Pow": "`**`"}.get(type(node).__name__, f"'{type(node).__name__.lower()}'")
