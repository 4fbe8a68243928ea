"""Comparisons: of unlike things, of things that are never equal, of a thing with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from transforms.expressions.emit import COMPARE, constant, words
from transforms.types import operators, remarks
from transforms.types.kinds import BOOL, FALSE, NEVER, TRUE, Scalar, Type, inverted, named, spoken
from transforms.types.wording import one_of_values, side, start

if TYPE_CHECKING:
    from transforms.types.reader import Reader


class Compared:
    """The comparisons of one expression."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.said = reader, reader.said

    def of(self, node: nodes.Compare) -> Type:
        found: list[Type] = []
        left, left_type = node.expr, self.reader.of(node.expr)
        for operand in node.ops:
            right_type = self.reader.of(operand.expr)
            found.append(self.compared(left, left_type, operand.op, operand.expr, right_type))
            left, left_type = operand.expr, right_type
        return both(found)

    def compared(self, left: nodes.Expr, a: Type, op: str, right: nodes.Expr, b: Type) -> Type:
        if a.never or b.never:
            return NEVER
        if op in ("in", "notin"):
            found = self.looked_for(left, a, right, b)
            return inverted(found) if op == "notin" else found
        found = operators.compare(op, a, b)
        if found.never:
            self.unlike(left, a, op, right, b)
        elif op in COMPARE and words(left) == words(right) != "the expression" and not isinstance(left, nodes.Const):
            found = TRUE if op in ("eq", "lteq", "gteq") else FALSE
            self.always(found, f"{words(left)} is compared with itself", left)
            return BOOL
        elif (found == FALSE and op == "eq") or (found == TRUE and op == "ne"):
            return self.impossible(left, a, right, b, found)
        return found

    def unlike(self, left: nodes.Expr, a: Type, op: str, right: nodes.Expr, b: Type) -> None:
        sign = operators.SIGNS[op]
        sides = sorted(((left, a, right), (right, b, left)), key=lambda one: not isinstance(one[0], nodes.Const))
        for node, found, other in sides:
            if len(found.kinds) == len(named(found, "null")):
                test = "is not none" if op == "ne" else "is none"
                asked_for = words(other) if words(other) != "the expression" else "x"
                hint = f"write `{asked_for} {test}`" if op in ("eq", "ne") else ""
                name = "null" if isinstance(node, nodes.Const) else f"{words(node)} is null, and null"
                self.said.error(remarks.UNLIKE, f"{name} cannot be compared by `{sign}`", hint, start(left))
                return
        hint = self.alike_by(left, a, right, b) or self.alike_by(right, b, left, a)
        message = f"{side(left, a)} cannot be compared with {side(right, b)}"
        if spoken(a) == spoken(b) and not named(a, "datetime"):
            message = f"{spoken(a)} has no order: `{sign}` cannot compare {side(left, a)} with {side(right, b)}"
        self.said.error(remarks.UNLIKE, message, hint, start(left))

    def alike_by(self, node: nodes.Expr, found: Type, other: nodes.Expr, other_type: Type) -> str:
        """How a text, or a date with time, becomes what the other side is."""
        name = words(node)
        if named(found, "datetime") and named(other_type, "date") and name != "the expression":
            return f"write ({name} | date)"
        if not named(found, "text") or name == "the expression":
            return ""
        if isinstance(node, nodes.Const):
            value = constant(node.value)
            number = named(other_type, "int", "decimal") and isinstance(value, str) and value.lstrip("-").isdigit()
            if number:
                return f"write {value} without quotes"
            if named(other_type, "bool"):
                return "write true or false without quotes" if value in ("true", "false") else ""
            wanted = next((name for name in ("date", "datetime") if named(other_type, name)), "")
            return f"write ({name} | {wanted})" if wanted else ""
        if named(other_type, "int", "decimal"):
            literal = isinstance(other, nodes.Const) and isinstance(other.value, int)
            either = f", or {words(other)} in quotes: '{words(other)}'" if literal else ""
            return f"write ({name} | {'int' if literal else 'decimal'}){either}"
        if named(other_type, "date"):
            return f"write ({name} | date)"
        return f"write ({name} | datetime)" if named(other_type, "datetime") else ""

    def impossible(self, left: nodes.Expr, a: Type, right: nodes.Expr, b: Type, found: Type) -> Type:
        """A comparison with a constant that the other side never is. Once that is said, nothing more is said of it."""
        for node, type_, other in ((left, a, right), (right, b, left)):
            values = possible(type_)
            if isinstance(other, nodes.Const) and not isinstance(node, nodes.Const) and values:
                self.always(found, f"{words(node)} is never {words(other)}", left, one_of_values(values, other))
                return BOOL
        return found

    def looked_for(self, left: nodes.Expr, a: Type, right: nodes.Expr, b: Type) -> Type:
        if not isinstance(right, nodes.List | nodes.Tuple):
            found = operators.contains(a, b)
            if found.never:
                message = f"cannot look for {side(left, a)} in {side(right, b)}"
                text = named(b, "text") and named(a, "int", "decimal") and words(left) != "the expression"
                hint = f"write ({words(left)} | text)" if text else "`in` looks into a text, a list or an object"
                self.said.error(remarks.UNLIKE, message, hint, start(left))
            return found
        items = [self.reader.of(item) for item in right.items]
        if any(item.never for item in items):
            return NEVER
        found = operators.among(a, items)
        if found.never:
            self.unlike(left, a, "eq", right.items[0], items[0])
        elif values := possible(a):
            for item, type_ in zip(right.items, items, strict=True):
                if operators.compare("eq", a, type_) == FALSE:
                    hint = one_of_values(values, item)
                    self.said.warning(remarks.ALWAYS, f"{words(left)} is never {words(item)}", hint, start(item), True)
                    found = found if found == TRUE else BOOL
        return found

    def always(self, found: Type, why: str, node: nodes.Node, hint: str = "") -> None:
        message = f"this is always {'true' if found == TRUE else 'false'}: {why}"
        self.said.warning(remarks.ALWAYS, message, hint, start(node), by_all=True)


def possible(type_: Type) -> list[Any]:
    """The values that it may have, where that is known of a thing of one kind; null is beside them."""
    kinds = [kind for kind in type_.kinds if not (isinstance(kind, Scalar) and kind.name == "null")]
    only = kinds[0] if len(kinds) == 1 else None
    return sorted(only.values, key=str) if isinstance(only, Scalar) and only.values else []


def both(found: list[Type]) -> Type:
    if any(one.never for one in found):
        return NEVER
    if FALSE in found:
        return FALSE
    return TRUE if all(one == TRUE for one in found) else BOOL
