"""What may stand at a key of routes.yaml, in words."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from docs.printing.markdown import either, words
from router.config.schema.connections import Connection
from router.config.schema.fields import Entry, Factor, Flag, Formula, Note, Pattern, Text, Whole, Word
from router.config.schema.formats import Format
from router.config.schema.measures import Measure
from router.config.schema.route_tests import Anything
from router.config.schema.routes import Version
from router.config.schema.sends import SendField
from router.config.schema.shapes import Listing, Named, Nest, OneOf, Verb
from router.config.schema.sources import From, Yes
from router.config.schema.steps import InlineFields, Steps

PAGES: dict[type[Entry], tuple[str, str]] = {
    Format: ("a format", "formats/index.md"),
    Steps: ("a list of steps", "steps/index.md"),
    SendField: ("an adapter with its options", "adapters/index.md"),
    From: ("an adapter with its options", "adapters/index.md"),
    Connection: ("a mapping whose `type` is an adapter", "adapters/index.md"),
    Formula: ("an expression", "../expressions.md"),
    Pattern: ("a template", "../expressions.md"),
}
"""Kinds with pages of their own, from `reference/`: what they hold is not repeated elsewhere."""


def kind_of(entry: Entry, up: str = "") -> str:
    """`up` leads from the page to `reference/`."""
    for own, (name, page) in PAGES.items():
        if isinstance(entry, own):
            return f"[{name}]({up}{page})"
    found = entry.alternatives()
    if not found:
        return plain(entry, up)
    listed = [words(one) for one in found if isinstance(one, str)]
    for one in found:
        if not isinstance(one, str) and (kind := kind_of(one, up)) not in listed:
            listed.append(kind)
    *single, last = listed
    many = bool(single) and last == f"a list: {either(single)}"
    return f"{either(single)}, or a list of such" if many else either(listed)


@singledispatch
def plain(entry: Entry, up: str) -> str:
    raise TypeError(f"no words are known for {type(entry).__name__}")


@plain.register(Text)
@plain.register(Note)
def _(entry: Text, up: str) -> str:
    return "a text"


@plain.register
def _(entry: Word, up: str) -> str:
    return either([words(word) for word in entry.words])


@plain.register
def _(entry: Flag, up: str) -> str:
    return "`true` or `false`"


@plain.register
def _(entry: Whole, up: str) -> str:
    return f"a whole number, {entry.least:,} to {entry.most:,}" if entry.most < 2**31 - 1 else "a whole number"


@plain.register
def _(entry: Factor, up: str) -> str:
    return f"a number, {entry.least:,} to {entry.most:,}"


@plain.register(Version)
@plain.register(Yes)
def _(entry: Any, up: str) -> str:
    return words(str(entry.only).lower())


@plain.register
def _(entry: Measure, up: str) -> str:
    return f"[{entry.what}]({up}values.md)" + (f", at most {words(entry.most)}" if entry.most else "")


@plain.register
def _(entry: Anything, up: str) -> str:
    return "anything"


@plain.register(InlineFields)
@plain.register(Nest)
@plain.register(Verb)
@plain.register(OneOf)
def _(entry: Entry, up: str) -> str:
    return "a mapping"


@plain.register
def _(entry: Listing, up: str) -> str:
    one = kind_of(entry.field, up)
    return f"{one}, or a list of such" if entry.single else f"a list: {one}"


@plain.register
def _(entry: Named, up: str) -> str:
    return f"a mapping, by name: {kind_of(entry.field, up)}"
