"""From a map to Python source: one function that builds a new object, a field at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from router.config.nearest import did_you_mean
from router.errors import ExpressionError, ExpressionSyntaxError
from transforms.expressions.compile import build, environment, filters, roots
from transforms.expressions.emit import Emitter, constant
from transforms.expressions.parse import parse

Seen = Callable[[str, bool], bool]
"""Is told a condition (`when PATH`, `where PATH`, or `each PATH`: there is something in the list) and its value, which it
gives back."""
ALLOWED = {"each": {"each", "where", "fields", "value"}, "value": {"value", "when"}, "const": {"const", "when"}}
"""Directives by the key that makes them one; the first that is written says which."""


LEFT_OUT = object()
"""In the place of an item whose `when` is false."""


class MapSyntaxError(ExpressionSyntaxError):
    """A field of a map cannot be compiled. `path` is dotted from `fields`; `key` is one of the keys there that is wrong, `at`
    says whether it is that key itself, its value, or `missing`."""

    def __init__(self, reason: str, path: str, column: int = 1, key: str = "", at: str = "value") -> None:
        super().__init__(f"{path}: {reason}" if path else reason, column)
        self.path, self.key, self.at = path, key, at
        self.others: list[MapSyntaxError] = []
        """Further mistakes of the same map."""


class Writer:
    """Writes the function of a map, line by line."""

    def __init__(self, careful: bool, seen: Seen | None = None) -> None:
        self.env = environment()
        self.env["seen"] = seen
        self.watches = seen is not None
        self.points: list[str] = []
        self.emitter = Emitter(filters(), self.env)
        self.emitter.careful = careful
        self.careful = careful
        self.lines: list[str] = []
        self.depth = 1
        self._names = 0
        self.mistakes: list[MapSyntaxError] = []

    def function(self, spec: Mapping[str, Any], mistakes: Iterable[MapSyntaxError] = ()) -> Callable[..., Any]:
        """Raises MapSyntaxError with all of them, after the `mistakes` that are known already."""
        self.mistakes.extend(mistakes)
        if isinstance(spec.get("fields"), Mapping):
            self.write(spec)
        if self.mistakes:
            wrong = self.mistakes[0]
            wrong.others = self.mistakes[1:]
            raise wrong
        head = [f"    {line}" for line in roots(self.emitter.roots)]
        names = ["    n = {'out': r_out}"] if self.emitter.roots & {"out", "reply"} else []
        first, *rest = self.lines
        return build("\n".join([f"def _f(m{', at' if self.careful else ''}):", *head, first, *names, *rest]), self.env)

    def write(self, spec: Mapping[str, Any]) -> None:
        self.env.update(keep_all=keep_all, left_out=LEFT_OUT)
        if not self.careful and spec.get("keep") is None and all(isinstance(v, str) for v in spec["fields"].values()):
            self.display(spec["fields"])
        else:
            self.line("r_out = keep_all(m.body)" if spec.get("keep") == "all" else "r_out = {}")
            self.fields("r_out", spec["fields"], "", ())
        self.line("return r_out")

    def display(self, fields: Mapping[str, Any]) -> None:
        """Plain expressions are one dict display, which is quicker than a field at a time; `out` has to see those before."""
        values = [f"{key!r}: {self.expression(text, str(key))}" for key, text in fields.items()]
        if self.mistakes:
            return
        if self.emitter.roots & {"out", "reply"}:
            self.line("r_out = {}")
            self.fields("r_out", fields, "", ())
        else:
            self.line(f"r_out = {{{', '.join(values)}}}")

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def name(self) -> str:
        self._names += 1
        return f"o{self._names}"

    def at(self, path: str, indexes: tuple[str, ...]) -> None:
        """Careful code notes where it is; `path` has `%d` for each index."""
        if self.careful:
            self.line(f"at[0] = {path!r} % ({''.join(i + ', ' for i in indexes)})" if indexes else f"at[0] = {path!r}")

    def fields(self, target: str, fields: Mapping[str, Any], path: str, indexes: tuple[str, ...]) -> None:
        for key, spec in fields.items():
            depth, loops = self.depth, len(self.emitter.loops)
            try:
                if not isinstance(key, str):
                    raise MapSyntaxError(f"field names are texts, not {key!r}", path)
                inner = f"{path}.{key.replace('%', '%%')}" if path else key.replace("%", "%%")
                self.value(f"{target}[{key!r}]", spec, inner, indexes)
            except MapSyntaxError as error:  # the others are looked at all the same
                self.mistakes.append(error)
                self.depth = depth
                del self.emitter.loops[loops:]

    def value(self, place: str, spec: Any, path: str, indexes: tuple[str, ...]) -> None:
        """Assigns what `spec` says to `place`."""
        plain = path.replace("%d", "N").replace("%%", "%")
        if isinstance(spec, str):
            self.at(path, indexes)
            self.line(f"{place} = {self.expression(spec, plain)}")
        elif isinstance(spec, Mapping):
            self.mapping(place, spec, path, indexes)
        elif isinstance(spec, (list, tuple)):
            self.elements(place, spec, path, indexes)
        else:
            self.line(f"{place} = {self.emitter.const(exact(spec))}")

    def elements(self, place: str, spec: Any, path: str, indexes: tuple[str, ...]) -> None:
        name = self.name()
        self.line(f"{name} = []")
        for i, item in enumerate(spec):
            self.element(name, item, f"{path}[{i}]", indexes)
        self.line(f"{place} = {name}")

    def element(self, listed: str, item: Any, path: str, indexes: tuple[str, ...]) -> None:
        """Appended, unless its `when` is false."""
        name, may_be_missing = self.name(), has_when(item)
        if may_be_missing:
            self.line(f"{name} = left_out")
        self.value(name, item, path, indexes)
        self.line(f"{'if ' + name + ' is not left_out: ' if may_be_missing else ''}{listed}.append({name})")

    def mapping(self, place: str, spec: Mapping[str, Any], path: str, indexes: tuple[str, ...]) -> None:
        keys = set(spec)
        if keys & ALLOWED.keys():
            return self.directive(place, spec, keys, path, indexes)
        fields = spec["fields"] if keys == {"fields"} and isinstance(spec["fields"], Mapping) else spec
        name = self.name()
        self.line(f"{name} = {{}}")
        self.fields(name, fields, path, indexes)
        self.line(f"{place} = {name}")

    def directive(self, place: str, spec: Any, keys: set[str], path: str, indexes: tuple[str, ...]) -> None:
        first = next(key for key in spec if key in ALLOWED)
        allowed = ALLOWED[first]
        plain = path.replace("%d", "N").replace("%%", "%")
        if keys - allowed:
            key = str(min(keys - allowed, key=str))
            near = did_you_mean(key, sorted(allowed), otherwise=False)
            advice = f": {near}" if near else "; an object with fields of these names is written {fields: {…}}"
            raise MapSyntaxError(f"'{key}' cannot stand beside '{first}'{advice}", plain, key=key, at="key")
        if first == "each":
            self.each(place, spec, path, indexes)
            return
        depth = self.depth
        if "when" in keys:
            self.at(path, indexes)
            when = self.expression(spec["when"], plain, True, "when")
            self.line(f"if {self.watch(f'when {plain}', when)}:")
            self.depth += 1
        if "const" in keys:
            self.line(f"{place} = {self.emitter.const(exact(spec['const']))}")
        else:
            self.value(place, spec["value"], path, indexes)
        self.depth = depth

    def each(self, place: str, spec: Any, path: str, indexes: tuple[str, ...]) -> None:
        plain = path.replace("%d", "N").replace("%%", "%")
        variable, _, source = str(spec["each"]).partition(" in ")
        variable = variable.strip()
        if not source or not variable.isidentifier():
            listed = source or variable
            meant = f"write line in {listed if listed.startswith('body') else 'body.lines'}"
            raise MapSyntaxError(f"each is `NAME in LIST`, not {spec['each']!r}; {meant}", plain, key="each")
        if ("fields" in spec) == ("value" in spec):
            at = "key" if "fields" in spec else "missing"
            reason = "each needs one of `fields` and `value`: write what each item becomes"
            raise MapSyntaxError(reason, plain, key="fields", at=at)
        if "fields" in spec and not isinstance(spec["fields"], Mapping):
            raise MapSyntaxError("`fields` of each is an object: write fields: {name: line.x}", plain, key="fields")
        listed, index = self.name(), self.name()
        self.at(path, indexes)
        self.line(f"{listed} = []")
        self.line(f"{index} = -1")
        of = self.expression(source.strip(), plain, key="each")
        self.line(f"for v_{variable} in each({of}, {source.strip()!r}):")
        self.depth += 1
        self.line(f"{index} = {index} + 1")
        inner, positions = f"{path}[%d]", (*indexes, index)
        self.emitter.loops.append(variable)
        if "where" in spec:
            self.at(inner, positions)
            where = self.expression(spec["where"], plain, True, "where")
            self.line(f"if not {self.watch(f'where {plain}', where)}: continue")
        self.element(listed, {"fields": spec["fields"]} if "fields" in spec else spec["value"], inner, positions)
        self.emitter.loops.pop()
        self.depth -= 1
        if self.watches:
            self.line(self.watch(f"each {plain}", f"{index} >= 0"))
        self.line(f"{place} = {listed}")

    def watch(self, path: str, condition: str) -> str:
        """A condition whose value is told."""
        if not self.watches:
            return condition
        self.points.append(path)
        return f"seen({path!r}, {condition})"

    def expression(self, text: Any, path: str, condition: bool = False, key: str = "") -> str:
        if isinstance(text, Mapping | list):
            reason = "a mapping or a list cannot stand here: write an expression as a text, such as line.qty > 0"
            self.mistakes.append(MapSyntaxError(reason, path, key=key))
            return "None"
        try:
            tree = parse(str(text))
            return self.emitter.condition(tree) if condition else self.emitter.emit(tree)
        except ExpressionSyntaxError as error:
            shown = str(text) if len(str(text)) <= 80 else f"{str(text)[:77]}..."
            at = f" (at character {error.column} of '{shown}')" if error.column else ""
            reason = as_constant(str(text), error.reason)
            self.mistakes.append(MapSyntaxError(reason + at, path, error.column, key))
            return "None"


def as_constant(text: str, reason: str) -> str:
    """A plain word in a map was meant as a text, more often than not."""
    if re.fullmatch(r"[^\W\d][\w -]*", text) and "did you mean" not in reason:
        what = reason.partition(";")[0].partition(": ")[0]
        return f"{what}: write {{const: {text}}} for that text, or body.{text.split()[0]}"
    return reason


def has_when(spec: Any) -> bool:
    """Whether it is a directive that may leave its value out."""
    return isinstance(spec, Mapping) and "when" in spec and not {"value", "const"}.isdisjoint(spec)


def keep_all(body: Any) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise ExpressionError("keep: all needs a body that is an object")
    return dict(body)


def exact(value: Any) -> Any:
    """A constant of the YAML file; a number with a point is a Decimal."""
    return Decimal(repr(value)) if isinstance(value, float) else constant(value)
