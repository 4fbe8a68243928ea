"""Tables of keys, from the declaration of the grammar in `router/config/schema`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docs.printing.kinds import PAGES, kind_of
from docs.printing.markdown import table, words
from docs.printing.yaml import flow
from router.config.jsonschema import product_default, written
from router.config.schema.fields import Entry
from router.config.schema.measures import Measure
from router.config.schema.shapes import Listing, Named, Nest, Verb, Words

HEAD = ("key", "what it is", "value", "default", "for example")
DEEPEST = 6


def keys(owner: type[Words], up: str = "", without: tuple[str, ...] = (), depth: int = DEEPEST) -> str:
    """All keys of a mapping and of those below it, as dotted paths; `NAME` stands for a name of one's own. A value that may
    be written in several forms has the keys of all of them."""
    return table(HEAD, {found[0]: found for found in rows(owner(), "", up, depth, without)}.values())


def rows(owner: Words, above: str, up: str, depth: int, without: tuple[str, ...] = ()) -> Iterator[list[str]]:
    for name, field in owner.fields.items():
        key = field.data_key or name
        if isinstance(field, Entry) and key not in without:
            default = written(field, field.load_default) if not field.required else None
            if default is None:
                default = product_default(type(owner), name, field)
            yield row(above + key, field, up, default, mandatory=field.required, either=key in owner.either)
            yield from deeper(field, above + key, up, depth - 1)


def row(key: str, entry: Entry, up: str, default: Any, mandatory: bool = False, either: bool = False) -> list[str]:
    said = "mandatory" if mandatory else "one of them is mandatory" if either else ""
    shown = words(flow(default)) if default is not None else said
    examples = () if isinstance(entry, Measure) else entry.examples  # of those there is a page
    return [f"`{key}`", entry.note, kind_of(entry, up), shown, ", ".join(words(flow(one)) for one in examples)]


def deeper(entry: Entry, key: str, up: str, depth: int) -> Iterator[list[str]]:
    """The keys inside a value, whatever forms it has."""
    if isinstance(entry, tuple(PAGES)) or not depth:
        return
    if isinstance(entry, Nest):
        yield from rows(entry.schema, f"{key}.", up, depth)
    elif isinstance(entry, Verb):
        for verb, one in entry.verbs.items():
            yield row(f"{key}.{verb}", one, up, None)
            yield from deeper(one, f"{key}.{verb}", up, depth - 1)
    elif isinstance(entry, Listing):
        yield from deeper(entry.field, key, up, depth)
    elif isinstance(entry, Named):
        yield from deeper(entry.field, f"{key}.NAME", up, depth)
    for form in entry.alternatives():
        if not isinstance(form, str):
            yield from deeper(form, key, up, depth)
