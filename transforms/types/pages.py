"""Reads templates without a message: `{{ }}` by `{{ }}`, in the scope of the loops and conditions around it."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes

from transforms.expressions.emit import words
from transforms.types import fields, remarks
from transforms.types.conditions import conditioned
from transforms.types.guards import asked
from transforms.types.kinds import ANY, TEXT, Object, Type, named, object_of, spoken, union
from transforms.types.reader import Reader
from transforms.types.remarks import Remarks
from transforms.types.scope import Scope
from transforms.types.wording import start

PRINTED = ("text", "int", "decimal", "bool", "date", "datetime")
LOOP = object_of({}, ANY.maybe)


class PageReader:
    """One template in one scope. `json`: it prints anything that JSON can hold. `text` is what its places count in."""

    def __init__(self, scope: Scope, said: Remarks, text: str, json: bool) -> None:
        self.reader = Reader(scope, said, text)
        self.said, self.json = said, json
        self.assigned: list[str] = []

    def read(self, tree: nodes.Template) -> None:
        self.assigned = [node.name for assign in tree.find_all((nodes.Assign, nodes.AssignBlock))
                         for node in stored(assign)]  # fmt: skip
        self.all(tree.body)

    def all(self, body: list[nodes.Node]) -> None:
        for node in body:
            method = getattr(self, f"of_{type(node).__name__.lower()}", None)
            if method is not None:
                method(node)
            else:
                self.other(node)

    def inside(self, scope: Scope, body: list[nodes.Node]) -> None:
        before, self.reader.scope = self.reader.scope, scope
        self.all(body)
        self.reader.scope = before

    # --- statements ---
    def of_output(self, node: nodes.Output) -> None:
        for n, part in enumerate(node.nodes):
            if not isinstance(part, nodes.TemplateData):
                self.printed(part, quoted(node.nodes, n))

    def printed(self, part: nodes.Expr, in_quotes: bool = False) -> None:
        found = self.reader.of(part)
        if self.json and in_quotes and only_texts(found):
            name = words(part) if words(part) != "the expression" else "this"
            message = f"{name} is {spoken(found)}, which is printed with quotes of its own"
            self.said.error(remarks.WRONG_KIND, message, "remove the quotes around it", start(part))
        if self.json or found.never or found.unknown or named(found, *PRINTED):
            return
        name = words(part) if words(part) != "the expression" else "this"
        hint = "use `| json`" if named(found, "list", "object") else ""
        self.said.error(remarks.WRONG_KIND, f"{name} is {spoken(found)}, which cannot be printed", hint, start(part))

    def of_if(self, node: nodes.If) -> None:
        always = conditioned(self.reader, node.test)
        scope = self.reader.scope.asking(asked(node.test))
        self.branch(scope, node.body, always is False)
        for other in node.elif_:
            self.inside(scope, [other])
        self.branch(scope, node.else_, always is True)

    def branch(self, scope: Scope, body: list[nodes.Node], never: bool) -> None:
        if never:
            with self.said.quietly():
                self.inside(scope, body)
        else:
            self.inside(scope, body)

    def of_for(self, node: nodes.For) -> None:
        found = self.reader.of(node.iter)
        bound = {name.name: self.item(node, found) for name in stored(node.target)}
        if len(bound) != 1 or isinstance(node.target, nodes.Tuple):
            bound = dict.fromkeys(bound, ANY)
        outer = self.reader.scope
        scope = outer.looping(**bound, loop=LOOP)
        if node.test is not None:
            self.reader.scope = scope
            conditioned(self.reader, node.test)
            scope = scope.asking(asked(node.test))
            self.reader.scope = outer
        self.inside(scope, node.body)
        self.inside(outer, node.else_)

    def item(self, node: nodes.For, found: Type) -> Type:
        """An item of a list, or the name of a field of an object."""
        if found.never or found.unknown:
            return ANY
        objects = [kind for kind in named(found, "object") if isinstance(kind, Object)]
        item = union([fields.item_of(found), *([TEXT] if objects else [])])
        if not named(found, "list", "object"):
            name = words(node.iter) if words(node.iter) != "the expression" else "this"
            self.said.error(remarks.WRONG_KIND, f"{name} is {spoken(found)}, not a list", "", start(node.iter))
        return item if item.kinds else ANY

    def of_assign(self, node: nodes.Assign) -> None:
        found = self.reader.of(node.node)
        for name in stored(node.target):
            once = self.assigned.count(name.name) == 1 and isinstance(node.target, nodes.Name)
            self.bind(name.name, found if once and found.kinds else ANY)

    def of_assignblock(self, node: nodes.AssignBlock) -> None:
        self.inside(self.reader.scope, node.body)
        for name in stored(node.target):
            self.bind(name.name, ANY)

    def of_with(self, node: nodes.With) -> None:
        bound = {}
        for target, value in zip(node.targets, node.values, strict=True):
            found = self.reader.of(value)
            bound.update({name.name: found if found.kinds else ANY for name in stored(target)})
        self.inside(self.reader.scope.looping(**bound), node.body)

    def of_macro(self, node: nodes.Macro) -> None:
        """Its arguments may be anything."""
        bound = {argument.name: ANY for argument in node.args}
        self.inside(self.reader.scope.looping(**bound, caller=ANY, varargs=ANY, kwargs=ANY), node.body)
        self.bind(node.name, ANY)

    def of_callblock(self, node: nodes.CallBlock) -> None:
        self.reader.of(node.call)
        bound = {argument.name: ANY for argument in node.args}
        self.inside(self.reader.scope.looping(**bound), node.body)

    def of_block(self, node: nodes.Block) -> None:
        self.inside(self.reader.scope.looping(super=ANY), node.body)

    def of_import(self, node: nodes.Import) -> None:
        self.bind(node.target, ANY)

    def of_fromimport(self, node: nodes.FromImport) -> None:
        for name in node.names:
            self.bind(name if isinstance(name, str) else name[1], ANY)

    def other(self, node: nodes.Node) -> None:
        """What is not known here binds nothing that is."""
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self.reader.of(child)
            else:
                self.all([child])

    def bind(self, name: str, found: Type) -> None:
        self.reader.scope = self.reader.scope.looping(**{name: found})


def stored(node: nodes.Node) -> list[Any]:
    """The names that a target binds."""
    found = [node] if isinstance(node, nodes.Name) else []
    return [name for name in (*found, *node.find_all(nodes.Name)) if name.ctx in ("store", "param")]


def only_texts(found: Type) -> bool:
    texts = named(found, "text", "date", "datetime")
    return bool(texts) and len(texts) + len(named(found, "null")) == len(found.expanded)


def quoted(parts: list[nodes.Expr], n: int) -> bool:
    """Whether a value stands between quotes: `"{{ x }}"`."""
    if not 0 < n < len(parts) - 1:
        return False
    before, after = parts[n - 1], parts[n + 1]
    return (isinstance(before, nodes.TemplateData) and before.data.endswith('"')
            and isinstance(after, nodes.TemplateData) and after.data.startswith('"'))  # fmt: skip
