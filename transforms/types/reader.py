"""Reads an expression without a message: the type of its value, and what can only go wrong."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes

from transforms.expressions.emit import constant, words
from transforms.types import fields, remarks
from transforms.types.calculating import Calculated
from transforms.types.comparing import Compared
from transforms.types.guards import asked
from transforms.types.kinds import (
    ABSENT,
    ANY,
    BOOL,
    FALSE,
    NEVER,
    TEXT,
    TRUE,
    Type,
    inverted,
    list_of,
    named,
    object_of,
    of_value,
    spoken,
    union,
)
from transforms.types.piped import Piped
from transforms.types.remarks import Remarks
from transforms.types.scope import ELSEWHERE, Scope
from transforms.types.wording import is_path, start


class Reader:
    """One text in one scope. Remarks stand at the character where the part of the text begins that is wrong."""

    def __init__(self, scope: Scope, said: Remarks, text: str = "") -> None:
        self.scope, self.said, self.text = scope, said, text
        self.piped, self.compared, self.calculated = Piped(self), Compared(self), Calculated(self)

    def of(self, node: nodes.Node) -> Type:
        method = getattr(self, f"of_{type(node).__name__.lower()}", None)
        if method is not None:
            found: Type = method(node)
            return found
        for child in node.iter_child_nodes():
            self.of(child)
        return ANY

    def within(self, scope: Scope, node: nodes.Node) -> Type:
        """The same in another scope."""
        before, self.scope = self.scope, scope
        try:
            return self.of(node)
        finally:
            self.scope = before

    # --- conditions ---
    def condition(self, node: nodes.Node) -> Type:
        """TRUE or FALSE where it is always that."""
        found = self.of(node)
        if found.never or found.unknown:
            return BOOL if found.unknown else NEVER
        truth = named(found, "bool")
        if not truth:
            name = "the condition" if words(node) == "the expression" else words(node)
            hint = self.as_condition(node, found)
            self.said.error(remarks.NO_CONDITION, f"{name} is {spoken(found)}, not true or false", hint, start(node))
        return Type(truth)

    def as_condition(self, node: nodes.Node, found: Type) -> str:
        name = words(node)
        if not isinstance(node, nodes.Getattr | nodes.Getitem):
            return ""
        if named(found, "text"):
            return f"compare it, as in {name} == 'x', or ask {name} is defined"
        if named(found, "list"):
            return f"write {name} | length > 0"
        return f"compare it, as in {name} == 1, or ask {name} is defined" if named(found, "int", "decimal") else ""

    # --- names and paths ---
    def of_name(self, node: nodes.Name) -> Type:
        found = self.scope.of(node.name)
        if node.name in self.scope.quiet:
            return ANY.maybe
        if found == ABSENT and node.name in ELSEWHERE:
            message = f"{node.name} is not there: it is {ELSEWHERE[node.name]}"
            self.said.warning(remarks.NO_FIELD, message, "", start(node))
        return found

    def of_getattr(self, node: nodes.Getattr) -> Type:
        return self.path(node, node.node, node.attr)

    def of_getitem(self, node: nodes.Getitem) -> Type:
        if isinstance(node.arg, nodes.Const):
            return self.path(node, node.node, constant(node.arg.value))
        self.of(node.arg)
        return fields.any_inside(self.of(node.node))

    def path(self, node: nodes.Expr, parent: nodes.Node, key: Any) -> Type:
        above = self.of(parent)
        name = words(node)
        if name in self.scope.quiet:
            return ANY.maybe
        if above.never:
            return above
        if isinstance(parent, nodes.Name) and parent.name == "headers" and isinstance(key, str):
            key = key.lower()
        found = fields.inside(above, key)
        if found.never:
            message, hint = fields.absent(name, words(parent), above, key)
            self.said.warning(remarks.NO_FIELD, message, hint, start(node))
        return found.maybe if above.lacks else found

    # --- literals ---
    def of_const(self, node: nodes.Const) -> Type:
        return of_value(constant(node.value))

    def of_list(self, node: nodes.List | nodes.Tuple) -> Type:
        return list_of(union(self.of(item) for item in node.items))

    of_tuple = of_list

    def of_dict(self, node: nodes.Dict) -> Type:
        plain = all(isinstance(pair.key, nodes.Const) for pair in node.items)
        made = {str(getattr(pair.key, "value", n)): self.of(pair.value) for n, pair in enumerate(node.items)}
        return object_of(made, None if plain else ANY)

    # --- operators ---
    def of_compare(self, node: nodes.Compare) -> Type:
        return self.compared.of(node)

    def of_binary(self, node: nodes.BinExpr) -> Type:
        return self.calculated.of(node)

    of_add = of_sub = of_mul = of_div = of_floordiv = of_mod = of_binary

    def of_neg(self, node: nodes.Neg) -> Type:
        return self.calculated.negated(node)

    def of_pos(self, node: nodes.Pos) -> Type:
        return self.of(node.node)

    def of_concat(self, node: nodes.Concat) -> Type:
        return self.calculated.joined(node)

    # --- logic ---
    def of_and(self, node: nodes.And) -> Type:
        return self.logical(node, FALSE)

    def of_or(self, node: nodes.Or) -> Type:
        return self.logical(node, TRUE)

    def logical(self, node: Any, ends: Type) -> Type:
        """`ends` on the left side decides, and the right side is never looked at."""
        left = self.side(node.left, self.scope)
        scope = self.scope.asking(asked(node.left))
        if left == ends:
            with self.said.quietly():
                self.side(node.right, scope)
            return ends
        right = self.side(node.right, scope)
        if left.never or right.never:
            return NEVER if left.never else BOOL
        if right == ends:
            return ends
        return right if left == inverted(ends) else left if right == inverted(ends) else BOOL

    def side(self, node: nodes.Node, scope: Scope) -> Type:
        """Whether something is defined decides only where it stands alone: beside others it is a guard."""
        before, self.scope = self.scope, scope
        try:
            found = self.condition(node)
        finally:
            self.scope = before
        return BOOL if is_guard(node) else found

    def of_not(self, node: nodes.Not) -> Type:
        return inverted(self.condition(node.node))

    def of_condexpr(self, node: nodes.CondExpr) -> Type:
        test = self.side(node.test, self.scope)
        scope = self.scope.asking(asked(node.test))
        found = []
        for branch, never in ((node.expr1, FALSE), (node.expr2, TRUE)):
            if branch is None:
                continue
            if test == never:
                with self.said.quietly():
                    self.within(scope, branch)
            else:
                found.append(self.within(scope, branch))
        return union(found)

    # --- tests and filters ---
    def of_test(self, node: nodes.Test) -> Type:
        found = self.leniently(node.node)
        if node.name == "none":
            return is_none(found)
        defined = is_defined(found) if is_path(node.node) else BOOL
        return inverted(defined) if node.name == "undefined" else defined

    def leniently(self, node: nodes.Node) -> Type:
        """What is missing is not wrong here. Of more than a path nothing is said: a part of it may be missing."""
        with self.said.leniently() if is_path(node) else self.said.quietly():
            return self.of(node)

    def of_filter(self, node: nodes.Filter) -> Type:
        return self.piped.of(node)

    def of_call(self, node: nodes.Call) -> Type:
        for argument in node.args:
            self.of(argument)
        return ANY

    def of_templatedata(self, node: nodes.TemplateData) -> Type:
        return TEXT


def is_guard(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Not):
        return is_guard(node.node)
    return isinstance(node, nodes.Test) and node.name in ("defined", "undefined")


def is_defined(found: Type) -> Type:
    return FALSE if found.never and found.lacks else BOOL if found.unknown or found.lacks or found.never else TRUE


def is_none(found: Type) -> Type:
    nulls = named(found, "null")
    if found.unknown:
        return BOOL
    if not nulls:
        return FALSE
    return TRUE if len(nulls) == len(found.expanded) and not found.lacks else BOOL
