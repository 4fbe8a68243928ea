"""Calculations and joins whose sides do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from transforms.expressions.emit import constant
from transforms.types import operators, remarks
from transforms.types.kinds import NEVER, Type, named, of_value
from transforms.types.wording import side, start

if TYPE_CHECKING:
    from transforms.types.reader import Reader

VERBS = {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide", "FloorDiv": "divide", "Mod": "divide"}


class Calculated:
    """The calculations of one expression."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.said = reader, reader.said

    def of(self, node: nodes.BinExpr) -> Type:
        left, right = self.reader.of(node.left), self.reader.of(node.right)
        if left.never or right.never:
            return NEVER
        name = type(node).__name__
        found = operators.add(left, right) if name == "Add" else operators.numbers(name, left, right)
        if found.never:
            self.no_sum(node, left, right)
        else:
            self.reader.piped.binds(node)
        return found

    def no_sum(self, node: nodes.BinExpr, left: Type, right: Type) -> None:
        name = type(node).__name__
        hint = self.reader.piped.tight(node)
        if name == "Add" and not hint and named(left, "text") and not operators.numbers_of(left):
            message = f"cannot add {side(node.right, right)} to {side(node.left, left)}"
            hint = "use `~` to join" if named(right, "int", "decimal", "text") else ""
        else:
            sides = ((node.left, left), (node.right, right))
            wrong = next((one for one in sides if not operators.numbers_of(one[1])), sides[1])
            message = f"cannot {VERBS[name]} {side(*wrong)}"
            hint = hint or ("use `| decimal` or `| int`" if named(wrong[1], "text") else "")
        self.said.error(remarks.NO_SUM, message, hint, start(node))

    def negated(self, node: nodes.Neg) -> Type:
        found = self.reader.of(node.node)
        made = operators.negated(found)
        if made.never and not found.never:
            hint = "use `| decimal` or `| int`" if named(found, "text") else ""
            self.said.error(remarks.NO_SUM, f"cannot negate {side(node.node, found)}", hint, start(node))
        return known(node, made)

    def joined(self, node: nodes.Concat) -> Type:
        parts = [(part, self.reader.of(part)) for part in node.nodes]
        if any(found.never for _, found in parts):
            return NEVER
        made = operators.joined([found for _, found in parts])
        if made.never:
            part, found = next((p, f) for p, f in parts if operators.joined([f]).never)
            hint = "use `| text` or `| iso`" if named(found, "bool", "date", "datetime") else ""
            hint = "use `| join(', ')`" if named(found, "list") else hint
            message = f"cannot join {side(part, found)}: `~` joins texts and numbers"
            self.said.error(remarks.NO_SUM, message, hint, start(part))
        return made


def known(node: nodes.Neg, made: Type) -> Type:
    """A number with its sign is a constant too."""
    value = constant(node.node.value) if isinstance(node.node, nodes.Const) else None
    return of_value(-value) if made.kinds and value is not None else made
