"""The grammar of routes.yaml as JSON Schema 2020-12, printed from its one declaration, for editors.

It is a help while typing: it accepts whatever the checker accepts, and refuses most of what it refuses. What takes more
than one place to see (a connection that is not there, a sum of a text) the checker alone says."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import singledispatchmethod
from typing import Any

from marshmallow import fields

from router.config.schema import connections, formats, route_tests, routes, shapes, sources, steps, targets
from router.config.schema import fields as scalar
from router.config.schema.policies import ErrorName
from router.config.schema.sends import Status

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"$ref": "#/$defs/Reference"}
REFERENCES = {"type": "string", "pattern": r"\$\{(env|secret):[^}]+\}", "description": "A setting, or a secret."}
EXAMPLES: Mapping[type, list[Any]] = {
    scalar.Duration: ["500ms", "30s", "15m", "24h", "7d"], scalar.Size: ["16MiB", "20GiB"], scalar.Rate: ["50/s", "600/min"],
    scalar.Share: ["20%"], connections.Url: ["https://erp.example.com/api", "${env:ERP_URL}"],
    sources.SourcePath: ["/orders", "/orders/{number}"], sources.Glob: ["*.csv", "SALES_*.csv"],
    steps.SchemaName: ["orders.Order"], steps.FunctionName: ["prices.rounded"], Status: ["200-299", 404],
    ErrorName: ["timeout", "5xx", 429], formats.Encoding: ["utf-8", "cp1252"],
}  # fmt: skip
Schema = dict[str, Any]


def project_schema() -> Schema:
    """Of routes.yaml."""
    return document(routes.ProjectFile, "routes.yaml of Crossdock")


def included_schema() -> Schema:
    """Of a file that routes.yaml includes."""
    return document(routes.IncludedFile, "A file that routes.yaml of Crossdock includes")


def document(words: type[shapes.Words], title: str) -> Schema:
    printer = Printer()
    top = printer.words(words())
    return {"$schema": DIALECT, "title": title, **top, "$defs": dict(sorted(printer.defs.items()))}


class Printer:
    """`defs` are the mappings that were met, by the names of their declarations."""

    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {"Reference": REFERENCES}

    # --- mappings with known keys ---
    def words(self, words: Any, more: Mapping[str, Schema] | None = None) -> Schema:
        named = {field.data_key or name: field for name, field in words.fields.items()}
        required = [*(more or {}), *(key for key, field in named.items() if field.required)]
        found: Schema = {"type": "object", "description": about(type(words))}
        found["properties"] = {**(more or {}), **{key: self.entry(field) for key, field in named.items()}}
        if required:
            found["required"] = required
        return {**found, "additionalProperties": False}

    def ref(self, words: Any, name: str = "", more: Mapping[str, Schema] | None = None) -> Schema:
        name = name or type(words).__name__
        if name not in self.defs:
            self.defs[name] = {}  # it may hold itself
            self.defs[name] = self.words(words, more)
        return {"$ref": f"#/$defs/{name}"}

    # --- fields ---
    def entry(self, field: fields.Field[Any]) -> Schema:
        """With what is to be said of it."""
        found = self.shape(field)
        note = field.metadata.get("note")
        said: Schema = {"description": note} if note else {}
        examples = next((EXAMPLES[kind] for kind in type(field).__mro__ if kind in EXAMPLES), None)
        if examples:
            said["examples"] = examples
        if isinstance(field.load_default, str | bool | int):
            said["default"] = field.load_default
        if field.allow_none:
            found = one_of([found, {"type": "null"}])
        return {**found, **said}

    @singledispatchmethod
    def shape(self, field: Any) -> Schema:
        return {}

    @shape.register
    def _(self, field: scalar.Text) -> Schema:
        return {"type": "string"}

    @shape.register(scalar.Note)
    @shape.register(scalar.Pattern)
    def _(self, field: scalar.Entry) -> Schema:
        return {"type": ["string", "number"]}

    @shape.register(Status)
    @shape.register(ErrorName)
    def _(self, field: scalar.Entry) -> Schema:
        return {"type": ["string", "integer"]}

    @shape.register
    def _(self, field: scalar.Formula) -> Schema:
        return {"type": ["string", "number", "boolean"]}

    @shape.register
    def _(self, field: scalar.Word) -> Schema:
        return one_of([{"enum": list(field.words)}, REFERENCE])

    @shape.register
    def _(self, field: scalar.Flag) -> Schema:
        return one_of([{"type": "boolean"}, REFERENCE])

    @shape.register
    def _(self, field: scalar.Whole) -> Schema:
        return one_of([{"type": "integer", "minimum": field.least, "maximum": field.most}, REFERENCE])

    @shape.register
    def _(self, field: scalar.Factor) -> Schema:
        return one_of([{"type": "number", "minimum": 1, "maximum": 1000}, REFERENCE])

    @shape.register
    def _(self, field: scalar.Measure) -> Schema:
        return {"type": "string"}

    @shape.register
    def _(self, field: routes.Version) -> Schema:
        return one_of([{"const": 1}, REFERENCE])

    @shape.register
    def _(self, field: sources.Yes) -> Schema:
        return one_of([{"const": True}, REFERENCE])

    # --- shapes ---
    @shape.register
    def _(self, field: shapes.Nest) -> Schema:
        return self.ref(field.schema)

    @shape.register
    def _(self, field: formats.Options) -> Schema:
        return one_of([self.ref(field.schema), {"type": "null"}])

    @shape.register
    def _(self, field: shapes.Named) -> Schema:
        found: Schema = {"type": "object", "additionalProperties": self.entry(field.field)}
        if field.names is not None:
            found["propertyNames"] = {"pattern": f"^(?:{field.names.pattern})$"}
        return found

    @shape.register
    def _(self, field: shapes.Listing) -> Schema:
        item = self.entry(field.field)
        found: Schema = {"type": "array", "items": item}
        if field.least:
            found["minItems"] = field.least
        return one_of([found, item]) if field.single else found

    @shape.register
    def _(self, field: shapes.OneOf) -> Schema:
        return one_of(self.entry(nest) for nest in field.kinds.values())

    @shape.register
    def _(self, field: shapes.Verb) -> Schema:
        return one_of(alone(verb, self.entry(entry)) for verb, entry in field.verbs.items())

    @shape.register
    def _(self, field: steps.Either) -> Schema:
        return one_of([self.entry(field.short), self.entry(field.options)])

    @shape.register
    def _(self, field: steps.NotHere) -> Schema:
        return {"not": {}, "description": field.why}

    @shape.register
    def _(self, field: steps.InlineFields) -> Schema:
        return {"type": "object"}

    # --- kinds of the grammar's own ---
    @shape.register
    def _(self, field: connections.Connection) -> Schema:
        return one_of(
            self.ref(nest.schema, f"{kind.capitalize()}Connection", {"type": {"const": kind, "description": "What it is."}})
            for kind, nest in field.kinds.items()
        )

    @shape.register
    def _(self, field: formats.Format) -> Schema:
        return one_of([{"enum": list(field.kinds)}, REFERENCE, self.shape(field.with_options)])

    @shape.register
    def _(self, field: formats.CellType) -> Schema:
        return one_of([{"enum": list(formats.CELL_TYPES)}, REFERENCE, self.shape(field.pattern)])

    @shape.register
    def _(self, field: formats.Columns) -> Schema:
        return one_of([self.shape(field.typed), self.shape(field.names)])

    @shape.register
    def _(self, field: sources.Clients) -> Schema:
        return one_of([{"const": "anyone"}, REFERENCE, self.shape(field.ids)])

    @shape.register
    def _(self, field: sources.Ready) -> Schema:
        return one_of([{"const": "at_once"}, REFERENCE, self.shape(field.forms)])

    @shape.register
    def _(self, field: targets.Collect) -> Schema:
        return one_of([{"const": "message"}, REFERENCE, self.shape(field.arrays)])

    @shape.register
    def _(self, field: targets.OtherwiseField) -> Schema:
        ends = [alone(end, self.entry(reason)) for end, reason in field.ends.items()]
        return one_of([*ends, self.shape(field.target)])

    @shape.register
    def _(self, field: targets.TargetField) -> Schema:
        return one_of([self.shape(field.target), alone("otherwise", self.shape(field.otherwise))])

    @shape.register
    def _(self, field: route_tests.OneOrMore) -> Schema:
        return one_of([self.entry(field.entry), self.shape(field.all)])

    @shape.register
    def _(self, field: route_tests.ReplyField) -> Schema:
        return one_of([{"enum": list(route_tests.WORDS)}, {"type": "integer"}, REFERENCE, self.shape(field.answer)])

    @shape.register
    def _(self, field: route_tests.Replies) -> Schema:
        return one_of([self.shape(field.reply), self.shape(field.listed)])

    @shape.register
    def _(self, field: route_tests.States) -> Schema:
        return one_of([self.shape(field.word), self.shape(field.listed)])

    @shape.register
    def _(self, field: route_tests.Expect) -> Schema:
        return self.shape(field.words)


def one_of(schemas: Iterable[Schema]) -> Schema:
    return {"anyOf": list(schemas)}


def alone(key: str, value: Schema) -> Schema:
    """A mapping of this one key."""
    return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}


def about(declared: type) -> str:
    """The first sentence of what a declaration says of itself."""
    own = declared.__dict__.get("__doc__")
    return inspect.cleandoc(own).split("\n\n")[0].replace("\n", " ") if own else declared.__name__
