"""The JSON Schema (2020-12) of routes.yaml, for editors: printed from the declaration in `router/config/schema`.

It is a help while typing: it accepts whatever the checker accepts, and refuses most of what it refuses. What takes more
than one place to see (a connection that is not there, a sum of a text) the checker alone says. A reference to a setting
or a secret may stand wherever a scalar may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import singledispatchmethod
from typing import Any

from marshmallow import missing

from router.config import references
from router.config.schema.connections import Connection
from router.config.schema.fields import Entry, Factor, Flag, Formula, Note, Pattern, Text, Whole, Word
from router.config.schema.measures import Measure
from router.config.schema.route_tests import Anything
from router.config.schema.routes import IncludedFile, ProjectFile, Version
from router.config.schema.shapes import Chosen, Listing, Named, Nest, OneOf, Verb, Words
from router.config.schema.sources import Yes
from router.config.schema.steps import InlineFields, NotHere

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "reference"

Json = dict[str, Any]


def project_schema() -> Json:
    """Of routes.yaml."""
    return document(ProjectFile, "routes.yaml of Crossdock")


def included_schema() -> Json:
    """Of a file that routes.yaml includes."""
    return document(IncludedFile, "A file that routes.yaml of Crossdock includes")


def document(file: type[Words], name: str) -> Json:
    printer = Printer()
    top = printer.words(file(), about(file))
    top["patternProperties"] = {"^x-": {"description": "For anchors, and for notes: not read."}}
    return {"$schema": DIALECT, **top, "title": name, "$defs": dict(sorted(printer.defs.items()))}


def anchored(form: str) -> str:
    """A pattern of JSON Schema is searched for; a form matches as a whole."""
    return f"^(?:{form})$"


class Printer:
    """Walks the declaration. A mapping with known keys is printed once, under `$defs`, by the name of its class."""

    def __init__(self) -> None:
        self.defs: Json = {
            REFERENCE: {
                "description": "A setting, ${env:NAME} or ${env:NAME:-default}, or a secret, ${secret:NAME}.",
                "type": "string",
                "pattern": references.FORM,
            }
        }
        self._of: dict[str, type[Words]] = {}

    def words(self, words: Words, about: str = "", first: Mapping[str, Json] | None = None) -> Json:
        """A mapping with known keys; `first` are keys that stand before them."""
        fields = {field.data_key or name: field for name, field in words.fields.items()}
        required = [*(first or {}), *(key for key, field in fields.items() if field.required)]
        keys = {key: self.entry(field) for key, field in fields.items() if isinstance(field, Entry)}
        for name, field in words.fields.items():
            standard = product_default(type(words), name, field) if isinstance(field, Entry) else None
            if standard is not None:
                keys[field.data_key or name]["default"] = standard
        shape: Json = {"title": title(type(words))} | ({"description": about} if about else {})
        shape |= {"type": "object", "properties": {**(first or {}), **keys}, "additionalProperties": False}
        if words.examples:
            shape["examples"] = [{**{key: one["const"] for key, one in (first or {}).items()}, **one} for one in words.examples]
        if required:
            shape["required"] = required
        if words.either:
            shape["anyOf"] = [{"required": [key]} for key in words.either]
        return shape

    def entry(self, entry: Entry) -> Json:
        """A value, with what an editor says of it."""
        said: Json = {"description": entry.note} if entry.note else {}
        shape = self.shape(entry)
        if entry.allow_none:
            shape = one_of([shape, {"type": "null"}])
        if entry.examples:
            shape = shape | {"examples": list(entry.examples)}
        default = written(entry, entry.load_default)
        return said | shape | ({"default": default} if default is not None else {})

    def shape(self, entry: Entry) -> Json:
        found = entry.alternatives()
        if not found:
            return self.form(entry)
        words = [one for one in found if isinstance(one, str)]
        forms = [self.entry(one) for one in found if not isinstance(one, str)]
        return one_of([*([self.scalar({"enum": words})] if words else []), *forms])

    def scalar(self, shape: Json) -> Json:
        """A scalar whose text is not any text: a reference may stand instead."""
        return {"anyOf": [shape, {"$ref": f"#/$defs/{REFERENCE}"}]}

    def defined(self, name: str, owner: type[Words], shape: Json) -> Json:
        if self._of.setdefault(name, owner) is not owner:
            raise ValueError(f"two mappings of the declaration are named {name}")
        self.defs[name] = shape
        return {"$ref": f"#/$defs/{name}"}

    @singledispatchmethod
    def form(self, entry: Entry) -> Json:
        raise TypeError(f"no JSON Schema is known for {type(entry).__name__}")

    @form.register
    def _(self, entry: Text) -> Json:
        shape: Json = {"type": "string"}
        return self.scalar(shape | {"pattern": anchored(entry.form)}) if entry.form else shape

    @form.register
    def _(self, entry: Word) -> Json:
        return self.scalar({"enum": list(entry.words)})

    @form.register
    def _(self, entry: Note) -> Json:
        return {"type": ["string", "number"]}

    @form.register
    def _(self, entry: Pattern) -> Json:
        return {"type": ["string", "number"]}

    @form.register
    def _(self, entry: Formula) -> Json:
        return {"type": ["string", "number", "boolean"]}

    @form.register
    def _(self, entry: Flag) -> Json:
        return self.scalar({"type": "boolean"})

    @form.register
    def _(self, entry: Whole) -> Json:
        return self.scalar({"type": "integer", "minimum": entry.least, "maximum": entry.most})

    @form.register
    def _(self, entry: Factor) -> Json:
        return self.scalar({"type": "number", "minimum": entry.least, "maximum": entry.most})

    @form.register(Version)
    @form.register(Yes)
    def _(self, entry: Version | Yes) -> Json:
        return self.scalar({"const": entry.only})

    @form.register
    def _(self, entry: Measure) -> Json:
        said = {"patternErrorMessage": entry.expected}  # for yaml-language-server; other readers pass it over
        return self.scalar({"type": "string", "pattern": anchored(entry.form), **said})

    @form.register
    def _(self, entry: Anything) -> Json:
        return {}

    @form.register
    def _(self, entry: InlineFields) -> Json:
        return {"type": "object"}

    @form.register
    def _(self, entry: Nest) -> Json:
        owner = type(entry.schema)
        shape = self.defined(owner.__name__, owner, self.words(entry.schema, about(owner)))
        return one_of([shape, {"type": "null"}]) if entry.optional else shape

    @form.register
    def _(self, entry: Listing) -> Json:
        one = self.entry(entry.field)
        shape: Json = {"type": "array", "items": one}
        if entry.least:
            shape["minItems"] = entry.least
        return one_of([shape, one]) if entry.single else shape

    @form.register
    def _(self, entry: Named) -> Json:
        shape: Json = {"type": "object", "additionalProperties": self.entry(entry.field)}
        return shape | ({"propertyNames": {"pattern": anchored(entry.form)}} if entry.form else {})

    @form.register
    def _(self, entry: OneOf) -> Json:
        return one_of(self.entry(nest) for nest in entry.kinds.values())

    @form.register
    def _(self, entry: Verb) -> Json:
        keys = {verb: self.entry(one) for verb, one in entry.verbs.items() if not isinstance(one, NotHere)}
        one_key = {"minProperties": 1, "maxProperties": 1, "additionalProperties": False}
        return {"type": "object", "properties": keys, **one_key}

    @form.register
    def _(self, entry: Connection) -> Json:
        return one_of(self.connection(kind, type(nest.schema)) for kind, nest in entry.kinds.items())

    def connection(self, kind: str, owner: type[Words]) -> Json:
        first = {"type": {"const": kind, "description": about(owner)}}
        return self.defined(f"{owner.__name__}Connection", owner, self.words(owner(), about(owner), first))


def one_of(shapes: Iterable[Json]) -> Json:
    """Any of several; a choice among choices is one choice."""
    flat: list[Json] = []
    for shape in shapes:
        flat += [one for one in (shape["anyOf"] if set(shape) == {"anyOf"} else [shape]) if one not in flat]
    return {"anyOf": flat} if len(flat) != 1 else flat[0]


def title(owner: type[Words]) -> str:
    """What editors call a mapping: `folder source` of FolderSource, `route` of RouteWords."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", owner.__name__.removesuffix("Words")).lower()


def about(owner: type[Words]) -> str:
    return (vars(owner).get("__doc__") or "").strip()


def product_default(owner: type[Words], name: str, entry: Entry) -> Any:
    """What the product takes for a key that is not given in any place where it may stand; None where there is nothing."""
    found = getattr(owner.product, name, None)
    return written(entry, list(found) if isinstance(found, tuple) else found)


def written(entry: Entry, default: Any) -> Any:
    """A default as one would write it; None where there is none, or it says nothing."""
    value = default() if callable(default) else default
    if value is missing or value in (None, "", [], {}):
        return None
    if isinstance(entry, Measure):
        return entry.written(value) if value else None
    if isinstance(entry, Factor) and value == int(value):
        return int(value)
    if isinstance(value, Chosen):
        verbs = next(one.verbs for one in entry.alternatives() if isinstance(one, Verb))
        return {value.kind: written(verbs[value.kind], value.value)}
    return value
