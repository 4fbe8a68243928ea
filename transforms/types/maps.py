"""What maps make: the type of a new body, field by field, and what is wrong with their expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.errors import ExpressionSyntaxError
from transforms.expressions.parse import parse
from transforms.map_writer import exact
from transforms.types import fields, remarks
from transforms.types.conditions import asked_in, conditioned
from transforms.types.kinds import ANY, BOOL, FALSE, TRUE, Object, Type, list_of, named, object_of, of_value, spoken, union
from transforms.types.reader import Reader
from transforms.types.remarks import Remarks
from transforms.types.scope import Scope


class MapReader:
    """One map in one scope. Remarks have the keys in the map, from its top, as their path."""

    def __init__(self, scope: Scope, said: Remarks) -> None:
        self.scope, self.said = scope, said

    def of(self, spec: Mapping[str, Any]) -> Type:
        kept = self.scope.body if spec.get("keep") == "all" else None
        made: dict[str, Type] = {}
        rest = None
        if kept is not None:
            objects = [kind for kind in named(kept, "object") if isinstance(kind, Object)]
            made, rest = (dict(objects[0].fields), objects[0].rest) if len(kept.kinds) == len(objects) == 1 else ({}, ANY.maybe)
        with self.said.below("fields"):
            for key, one in spec["fields"].items():
                self.scope = self.scope.having(out=object_of(dict(made), rest))
                with self.said.below(str(key)):
                    made[str(key)] = self.value(one)
        return object_of(made, rest)

    def fields(self, spec: Mapping[str, Any]) -> Type:
        made: dict[str, Type] = {}
        for key, one in spec.items():
            with self.said.below(str(key)):
                made[str(key)] = self.value(one)
        return object_of(made)

    def value(self, spec: Any) -> Type:
        if isinstance(spec, str):
            return self.expression(spec)
        if isinstance(spec, Mapping):
            return self.mapping(spec)
        if isinstance(spec, list | tuple):
            return list_of(union(self.element(n, one) for n, one in enumerate(spec)))
        return of_value(exact(spec))

    def element(self, n: int, spec: Any) -> Type:
        with self.said.below(n):
            found = self.value(spec)
        return found.surely

    def mapping(self, spec: Mapping[str, Any]) -> Type:
        keys = set(spec)
        if "each" in keys:
            return self.each(spec)
        if keys & {"value", "const"}:
            return self.directive(spec)
        if keys == {"fields"} and isinstance(spec["fields"], Mapping):
            with self.said.below("fields"):
                return self.fields(spec["fields"])
        return self.fields(spec)

    def directive(self, spec: Mapping[str, Any]) -> Type:
        """Left out where `when` is false."""
        before, when = self.scope, spec.get("when")
        if when is not None:
            with self.said.below("when"):
                self.condition(str(when))
            self.scope = self.scope.asking(asked_in(str(when)))
        if "const" in spec:
            found = of_value(exact(spec["const"]))
        else:
            with self.said.below("value"):
                found = self.value(spec["value"])
        self.scope = before
        return found.maybe if when is not None else found.surely

    def each(self, spec: Mapping[str, Any]) -> Type:
        variable, _, source = str(spec["each"]).partition(" in ")
        with self.said.below("each"):
            listed = self.expression(source.strip())
            if not (listed.never or listed.unknown or named(listed, "list")):
                message = f"{source.strip()} is {spoken(listed)}, not a list"
                self.said.error(remarks.WRONG_KIND, message, "`each` goes over a list")
        before = self.scope
        item = fields.item_of(listed) if not listed.never else ANY
        self.scope = self.scope.looping(**{variable.strip(): item if item.kinds else ANY})
        if "where" in spec:
            with self.said.below("where"):
                self.condition(str(spec["where"]))
            self.scope = self.scope.asking(asked_in(str(spec["where"])))
        what = "fields" if "fields" in spec else "value"
        with self.said.below(what):
            found = self.fields(spec["fields"]) if what == "fields" else self.value(spec["value"])
        self.scope = before
        return list_of(found.surely)

    def expression(self, text: str) -> Type:
        """Once it is evaluated, it is there: what is undefined stops the map."""
        try:
            found = Reader(self.scope, self.said, text).of(parse(text))
        except (ExpressionSyntaxError, RecursionError):
            return ANY
        if found in (TRUE, FALSE):
            return BOOL  # that it is always the same was said here, or is meant
        return found.surely if found.kinds else ANY

    def condition(self, text: str) -> None:
        try:
            conditioned(Reader(self.scope, self.said, text), parse(text))
        except (ExpressionSyntaxError, RecursionError):
            return
