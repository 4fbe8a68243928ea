"""What steps make of a body, and what is wrong with their expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.config.types import Passed, Remark, Use
from router.errors import ExpressionSyntaxError
from router.route import AnyStep
from transforms.expressions.parse import parse
from transforms.steps.map import FOLDER as MAPS
from transforms.steps.map import Map
from transforms.steps.template import TemplateStep
from transforms.steps.validate import Validate
from transforms.steps.xslt import Xslt
from transforms.types import fields, remarks, uses
from transforms.types.conditions import conditioned
from transforms.types.files import Files
from transforms.types.kinds import ANY, ELEMENT, TEXT, Object, Type, named, object_of, spoken, union
from transforms.types.maps import MapReader
from transforms.types.reader import Reader
from transforms.types.remarks import Remarks
from transforms.types.schemas import Schemas
from transforms.types.scope import Scope


class Steps:
    """The verbs, a method each. What a verb makes that has none is not known."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.schemas = Schemas()

    def passed(self, scope: Scope, step: AnyStep, written: Any) -> Passed:
        method = getattr(self, f"of_{step.verb}", None)
        return method(scope, step, written) if method is not None else Passed(scope.with_body(ANY))

    def of_validate(self, scope: Scope, step: Validate, written: Any) -> Passed:
        said = takes(scope, "object", "validate", "an object")
        return Passed(scope.with_body(self.schemas.of(step.schema)), said)

    def of_dedupe(self, scope: Scope, step: AnyStep, written: Mapping[str, Any]) -> Passed:
        said = Remarks()
        with said.below("key"):
            evaluated(scope, said, str(written["key"]), "key")
        return Passed(scope, said.found)

    def of_map(self, scope: Scope, step: Map, written: Any) -> Passed:
        if isinstance(written, str):
            path = f"{MAPS}{written}.yaml"
            body, found = self.files.map(path, step.spec, scope)
            return Passed(scope.with_body(body), found, (path,))
        said = Remarks()
        return Passed(scope.with_body(MapReader(scope, said).of(step.spec)), said.found)

    def of_template(self, scope: Scope, step: TemplateStep, written: Any) -> Passed:
        found, read = self.files.template(step.name, scope)
        return Passed(scope.with_body(TEXT), found, tuple(read))

    def of_xslt(self, scope: Scope, step: Xslt, written: Any) -> Passed:
        said = Remarks(takes(scope, "element", "xslt", "XML", "set `format: xml` on the route"))
        for name, text in (written.get("params") or {}).items() if isinstance(written, Mapping) else ():
            with said.below("params", name):
                evaluated(scope, said, str(text), "text")
        return Passed(scope.with_body(TEXT if step.makes_text else ELEMENT), said.found)

    def of_set(self, scope: Scope, step: AnyStep, written: Mapping[str, Any]) -> Passed:
        """All expressions see the message as it was before the step."""
        said, body, headers = Remarks(), scope.body, scope.names["headers"]
        for place, text in written.items():
            root, _, rest = place.partition(".")
            with said.below(place):
                value = evaluated(scope, said, str(text), "text" if root == "headers" else "value")
                if root == "headers":
                    headers = replaced(headers, [rest.lower()], TEXT)
                else:
                    body = self.changed(body, rest.split("."), value, place, said)
        return Passed(scope.having(body=body, headers=headers), said.found)

    def changed(self, body: Type, names: list[str], value: Type, place: str, said: Remarks) -> Type:
        found = replaced(body, names, value.surely if value.kinds else ANY)
        if found.never and not body.never:
            said.error(remarks.UNWRITABLE, f"{place} cannot be set: {in_the_way(body, names)}, not an object")
            return ANY
        return found

    def of_filter(self, scope: Scope, step: AnyStep, written: Any) -> Passed:
        said = Remarks()
        always = condition(scope, said, str(written))
        return Passed(scope, said.found, always=always)


def takes(scope: Scope, name: str, verb: str, wanted: str, hint: str = "") -> list[Remark]:
    """What a step says of a body that it never takes."""
    body = scope.body
    if body.never or body.unknown or named(body, name):
        return []
    said = Remarks()
    if not hint and named(body, "list"):
        hint = "let a `split` stand before it"
    said.error(remarks.UNWRITABLE, f"the body is {spoken(body)}: `{verb}` takes {wanted}", hint)
    return said.found


def in_the_way(body: Type, names: list[str]) -> str:
    """The part of a path that is no object."""
    name, found = "body", body
    for one in names:
        if named(found, "object"):
            name, found = f"{name}.{one}", fields.inside(found, one)
    return f"{name} is {spoken(found)}"


def replaced(type_: Type, names: list[str], value: Type) -> Type:
    """An object in which the field at a path is new; objects on the way that are not there are made."""
    if not names:
        return value
    first, rest = names[0], names[1:]
    made = []
    for kind in type_.expanded if not type_.unknown else (Object({}, ANY.maybe),):
        if isinstance(kind, Object):
            inside = kind.fields.get(first) or (kind.rest.maybe if kind.rest is not None else None)
            before = union([inside.surely, *([object_of({})] if inside.lacks else [])]) if inside else object_of({})
            inner = replaced(before, rest, value)
            if inner.kinds:
                made.append(object_of({**kind.fields, first: inner}, kind.rest))
    return union(made)


def evaluated(scope: Scope, said: Remarks, text: str, use: Use = "value") -> Type:
    """The type of an expression at a place that wants something of it."""
    try:
        tree = parse(text)
        found = Reader(scope, said, text).of(tree)
    except (ExpressionSyntaxError, RecursionError):
        return ANY
    uses.check(use, found, tree, said)
    return found


def condition(scope: Scope, said: Remarks, text: str) -> bool | None:
    try:
        return conditioned(Reader(scope, said, text), parse(text))
    except (ExpressionSyntaxError, RecursionError):
        return None
