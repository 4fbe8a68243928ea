"""Rewrites a template's tree: operators, paths and conditions become calls of the strict ones; the rest is refused."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateAssertionError, nodes
from jinja2.visitor import NodeTransformer

from router.errors import ExpressionError
from transforms.expressions.emit import constants, words
from transforms.expressions.hints import ONE_DEFAULT, no_call, unknown_filter, unknown_test
from transforms.expressions.runtime import DECIMAL_MARK
from transforms.filters import FILTERS, check_call
from transforms.jinja.operators import TESTS

COMPARE = {"eq": "eq", "ne": "ne", "lt": "lt", "lteq": "le", "gt": "gt", "gteq": "ge", "in": "contains",
           "notin": "excludes"}  # fmt: skip
REFUSED = {
    nodes.Pow: "`**` is not possible",
    nodes.Slice: "slices are not possible; use `first`, `last` or a filter",
    nodes.FilterBlock: "filter blocks are not possible; put the filter behind a value",
    nodes.NSRef: "only plain names can be set",
    nodes.EvalContextModifier: "autoescape is decided by the suffix of the file",
    nodes.ScopedEvalContextModifier: "autoescape is decided by the suffix of the file",
}


def call(name: str, first: nodes.Node, *rest: Any) -> nodes.Filter:
    """`first` given to an operator; what is not a node is a constant."""
    line = first.lineno
    arguments = [r if isinstance(r, nodes.Node) else nodes.Const(r, lineno=line) for r in rest]
    return nodes.Filter(first, name, arguments, [], None, None, lineno=line)


def root(node: nodes.Node) -> str:
    """The name that a path begins with."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""


class Strict(NodeTransformer):
    """One pass over the tree of one template, named `name`."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self._captured = 0
        self._modules = {"loop", "self"}
        """Names with something to call below them."""

    def fail(self, reason: str, node: nodes.Node) -> TemplateAssertionError:
        return TemplateAssertionError(reason, node.lineno, self.name)

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if type(node) in REFUSED:
            raise self.fail(REFUSED[type(node)], node)
        return super().generic_visit(node, *args, **kwargs)

    def condition(self, node: nodes.Node) -> nodes.Filter:
        text = words(node)
        return call("op truth", self.visit(node), text if text != "the expression" else "the condition")

    # --- statements ---
    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        node.nodes = [self.printed(part) for part in node.nodes]
        return node

    def printed(self, node: nodes.Expr) -> nodes.Expr:
        """Fixed text that a macro or a block keeps for itself is counted; what goes out at once is counted there."""
        if isinstance(node, nodes.TemplateData):
            return call("op fixed", node) if self._captured else node
        text = words(node)
        return call("op print", self.visit(node), text)

    def capture(self, node: nodes.Node) -> nodes.Node:
        self._captured += 1
        self.generic_visit(node)
        self._captured -= 1
        return node

    visit_Macro = visit_CallBlock = capture

    def visit_If(self, node: nodes.If) -> nodes.Node:
        test = self.condition(node.test)
        node.test = nodes.Const(True)
        self.generic_visit(node)
        node.test = test
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        text, test = words(node.iter), node.test and self.condition(node.test)
        node.test = None
        self.generic_visit(node)
        node.iter, node.test = call("op each", node.iter, text), test
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:
        if node.filter is not None:
            raise self.fail("a filter is not possible here; put it behind a value", node)
        return self.capture(node)

    def visit_Include(self, node: Any) -> nodes.Node:
        if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
            raise self.fail("the name of another template must be a plain text", node)
        return node  # type: ignore[no-any-return]

    visit_Import = visit_FromImport = visit_Extends = visit_Include

    # --- paths, calls and constants ---
    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        marked = isinstance(node.value, str) and node.value.startswith(DECIMAL_MARK)
        return call("op constant", node) if marked else node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        name, parent = words(node), words(node.node)
        return call("op reach", self.visit(node.node), node.attr, name, parent)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        name, parent = words(node), words(node.node)
        return call("op reach", self.visit(node.node), self.visit(node.arg), name, parent)

    def visit_Template(self, node: nodes.Template) -> nodes.Node:
        self._modules.update(one.target for one in node.find_all(nodes.Import))
        return self.generic_visit(node)  # type: ignore[no-any-return]

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        if isinstance(node.node, nodes.Getattr) and root(node.node) not in self._modules:
            reason = no_call(node.node.attr, words(node.node.node), [words(argument) for argument in node.args], FILTERS)
            raise self.fail(reason.replace(" in an expression", ""), node)
        again = isinstance(node.node, nodes.Name) and node.node.name == "loop"
        names = [words(argument) for argument in node.args]
        self.generic_visit(node)
        if again:
            node.args = [call("op each", argument, name) for argument, name in zip(node.args, names, strict=True)]
        return node

    # --- operators ---
    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        names = [words(side) for side in sides]
        seen = [self.visit(side) for side in sides]
        parts = [call(f"op {COMPARE[o.op]}", seen[n], seen[n + 1], names[n], names[n + 1])
                 for n, o in enumerate(node.ops)]  # fmt: skip
        result: nodes.Expr = parts[0]
        for part in parts[1:]:
            result = nodes.And(call("op truth", result, ""), call("op truth", part, ""), lineno=node.lineno)
        return result

    def binary(self, node: nodes.BinExpr) -> nodes.Node:
        left, right = words(node.left), words(node.right)
        return call(f"op {type(node).__name__.lower()}", self.visit(node.left), self.visit(node.right), left, right)

    visit_Add = visit_Sub = visit_Mul = visit_Div = visit_FloorDiv = visit_Mod = binary

    def visit_Neg(self, node: nodes.Neg) -> nodes.Node:
        name = words(node.node)
        return call("op neg", self.visit(node.node), name)

    def visit_Pos(self, node: nodes.Pos) -> nodes.Node:
        return self.visit(node.node)  # type: ignore[no-any-return]

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        names = tuple(words(part) for part in node.nodes)
        first, *rest = [self.visit(part) for part in node.nodes]
        return call("op cat", first, *rest, names)

    def logical(self, node: Any) -> nodes.Node:
        return type(node)(self.condition(node.left), self.condition(node.right), lineno=node.lineno)  # type: ignore[no-any-return]

    visit_And = visit_Or = logical

    def visit_Not(self, node: nodes.Not) -> nodes.Node:
        return nodes.Not(self.condition(node.node), lineno=node.lineno)

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        if node.expr2 is None:
            raise self.fail("`a if condition` needs an `else`: write what it is otherwise; `else ''` for nothing", node)
        test = self.condition(node.test)
        return nodes.CondExpr(test, self.visit(node.expr1), self.visit(node.expr2), lineno=node.lineno)

    # --- tests and filters ---
    def visit_Test(self, node: nodes.Test) -> nodes.Node:
        if node.name not in TESTS or node.args:
            raise self.fail(unknown_test(node.name), node)
        return self.generic_visit(node)  # type: ignore[no-any-return]

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        name = "default" if node.name == "d" else node.name
        if name not in FILTERS:
            raise self.fail(unknown_filter(name, FILTERS), node)
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self.fail(f"the filter '{name}' takes plain arguments only", node)
        if name == "default":
            if len(node.args) > 1:
                raise self.fail(ONE_DEFAULT, node)
            return call("op default", *map(self.visit, [node.node, *node.args]))
        self.check(name, node)
        text = words(node.node)
        return call(name, self.visit(node.node), text, *map(self.visit, node.args))

    def check(self, name: str, node: nodes.Filter) -> None:
        """What can be told about a filter's arguments before there is a value."""
        try:
            check_call(name, constants(node.args))
        except ExpressionError as error:
            raise self.fail(error.reason, node) from None
