"""Filters in an expression: what they take, what they make, and how tight they bind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from transforms.expressions.emit import ARITHMETIC, LAZY, words
from transforms.expressions.slips import PARTNERS, Token, tokens
from transforms.types import fields, remarks
from transforms.types.filters import Filter, filter_of, with_attribute
from transforms.types.kinds import ANY, NULL, TEXT, Json, Type, list_of, name_of, named, spoken, union
from transforms.types.wording import is_path, start

if TYPE_CHECKING:
    from transforms.types.reader import Reader

AFTERWARDS = ("round", "text", "abs", "pad", "iso", "json")
"""Filters that are meant for a result. `| decimal` and `| int` behind one operand are meant for that operand."""


class Piped:
    """The filters of one expression; its parts are read by `reader`."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def of(self, node: nodes.Filter) -> Type:
        if node.node is None:
            return ANY
        if node.name in LAZY:
            return self.default(node)
        value = self.reader.of(node.node)
        arguments = [self.reader.of(argument) for argument in node.args]
        filter_ = filter_of(node.name, len(arguments))
        if filter_ is None or value.never:
            return value if value.never else ANY
        taken = value if value.unknown else Type(tuple(k for k in value.expanded if name_of(k) in filter_.takes))
        if taken.never:
            self.refused(node, filter_, value)
            return taken
        if node.name == "datetime":
            self.formatted(node, value)
        made = self.by_attribute(node, taken) or filter_.makes(taken, arguments)
        fails = value.lacks or (named(value, "null") and "null" not in filter_.takes)
        return made.maybe if fails else made

    def formatted(self, node: nodes.Filter, value: Type) -> None:
        """The format of `datetime` says how a text is read, and not how a date is written."""
        asked = node.args[0] if node.args else None
        dated = not value.unknown and named(value, "date", "datetime") and not named(value, "text")
        if dated and isinstance(asked, nodes.Const) and isinstance(asked.value, str):
            name = words(node.node or node).replace("the expression", "this")
            message = f"{name} is {spoken(value)}: the format of `| datetime` reads a text"
            self.reader.said.warning(remarks.IDLE, message, "write `| date`, or `| iso`, for its text", start(node))

    def default(self, node: nodes.Filter) -> Type:
        """Null stays null; what hangs on null, or is not there, gives way. Of what can never be there nothing is
        concluded: who writes a default has seen it."""
        assert node.node is not None
        value = self.reader.leniently(node.node)
        other = self.reader.of(node.args[0]) if node.args else TEXT
        if value.never:
            return ANY
        return union([value.surely, other]) if value.lacks or not is_path(node.node) else value

    def refused(self, node: nodes.Filter, filter_: Filter, value: Type) -> None:
        assert node.node is not None
        name = words(node.node)
        what = f"{name} is {spoken(value)}" if name != "the expression" else f"this is {spoken(value)}"
        hint = "" if value == NULL else self.instead(node, filter_, value, name)
        self.reader.said.error(remarks.NO_FILTER, f"{what}: `| {node.name}` takes {filter_.words}", hint, start(node))

    def instead(self, node: nodes.Filter, filter_: Filter, value: Type, name: str) -> str:
        """What to write for a value of this kind."""
        if Json() in value.kinds:
            return filter_.hint
        if node.name in ("xpath", "xpath_all") and not named(value, "text", "bytes", "object", "list"):
            return ""
        if named(value, "list") and "list" not in filter_.takes:
            return f"write {name}[0] for its first item" if name != "the expression" else ""
        scalar = named(value, "text", "int", "decimal", "date", "datetime", "bool")
        if filter_.hint.startswith("use `| text`") and not named(value, "int", "decimal", "date", "datetime"):
            return ""
        if filter_.hint == "use `| json`":
            return filter_.hint if named(value, "list", "object") else ""
        return filter_.hint if scalar or "format" in filter_.hint else ""

    def by_attribute(self, node: nodes.Filter, value: Type) -> Type | None:
        """What a filter makes that looks at a field of each item."""
        argument = node.args[0] if node.args else None
        if not with_attribute(node.name) or not isinstance(argument, nodes.Const) or not isinstance(argument.value, str):
            return None
        item = fields.item_of(value)
        if item.unknown or item.never:
            return None
        found = fields.along(item, argument.value)
        if found.never:
            first = argument.value.partition(".")[0]
            message, hint = fields.absent(argument.value, f"each item of {words(node.node or node)}", item, first)
            self.reader.said.warning(remarks.NO_FIELD, message, hint, start(node))
        return list_of(found if found.kinds else ANY) if node.name == "map" else None

    # --- how tight they bind ---
    def binds(self, node: nodes.BinExpr) -> None:
        """`a * b | round(2)` rounds b."""
        hint = self.tight(node)
        if hint:
            filter_: Any = node.right
            message = f"`| {filter_.name}` is applied to {words(filter_.node)} alone, before `{node.operator}`"
            self.reader.said.warning(remarks.BINDS, message, hint, start(node))

    def tight(self, node: nodes.BinExpr) -> str:
        """What to write where a filter that was meant for the result binds to the right side alone; `''` elsewhere."""
        right = node.right
        if type(node) not in ARITHMETIC or not isinstance(right, nodes.Filter) or right.node is None:
            return ""
        if right.name not in AFTERWARDS or self.in_brackets(node, right):
            return ""
        arguments = f"({', '.join(words(a) for a in right.args)})" if right.args else ""
        left = words(node.left)
        if "the expression" in (left, words(right.node)):
            return "put the calculation in brackets, and the filter behind them"
        return f"write ({left} {node.operator} {words(right.node)}) | {right.name}{arguments}"

    def in_brackets(self, node: nodes.BinExpr, right: nodes.Filter) -> bool:
        """Whether brackets hold the right side together, its filter included."""
        begin, inner = start(node), start(right)
        row = tokens(self.reader.text[begin - 1 : right.lineno - 1 + len(right.name)])
        at = next((n for n, token in enumerate(row) if token.start + begin - 1 == inner), None)
        if at is None:
            return True
        outermost = at
        while outermost and row[outermost - 1].value == "(":
            outermost -= 1
        return outermost < at and open_at_end(row[outermost:])


def open_at_end(row: list[Token]) -> bool:
    """Whether the bracket that it begins with is still open at its end."""
    depth = 0
    for token in row:
        depth += (token.value in PARTNERS) - (token.value in PARTNERS.values())
        if not depth:
            return False
    return depth > 0
