"""Pages of adapters, steps and formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.targets import TARGETS
from docs.printing.keys import keys
from docs.printing.kinds import kind_of
from docs.printing.markdown import Page, code, either, page, table, words
from docs.printing.yaml import yaml
from router.config.jsonschema import about
from router.config.schema.connections import Connection
from router.config.schema.fields import Entry
from router.config.schema.formats import Format, Options
from router.config.schema.sends import SENDS
from router.config.schema.shapes import Nest, Words
from router.config.schema.sources import SOURCES
from router.config.schema.steps import AT_TARGET, VERBS, NotHere
from router.reasons import STAGES
from transforms.codecs import MEDIA_TYPES, SUFFIXES

GUIDES: Mapping[str, str] = {
    "http": "Read on: [callers](../../http-in.md), [deliveries](../../deliveries.md).",
    "folder": "Read on: [deliveries](../../deliveries.md), [bad input](../../bad-input.md).",
    "amqp": "Read on: [queues](../../amqp.md).",
    "redis": "Read on: [streams](../../streams.md).",
    "sql": "Read on: [rows in a database](../../sql.md).",
}
FORMAT_GUIDES: Mapping[str, str] = {"fixed": "Read on: [layouts](../../layouts.md)."}
LISTED = ("name", "what it is")
UP = "../"


def adapters() -> Iterator[Page]:
    names = [*Connection.kinds, *(name for name in SENDS if name not in Connection.kinds)]
    yield page(
        "reference/adapters/index.md", "Adapters",
        "An adapter is named by `type` of a connection, and by the first key of `from` and `send`.",
        table(("adapter", "connection", "`from`", "`send`"), (listed(name) for name in names)),
    )  # fmt: skip
    yield from (adapter(name) for name in names)


def listed(name: str) -> list[str]:
    connection = Connection.kinds.get(name)
    shapes = (type(connection.schema) if connection else None, SOURCES.get(name), SENDS.get(name))
    return [f"[`{name}`]({name}.md)", *(about(shape) if shape else "" for shape in shapes)]


def adapter(name: str) -> Page:
    parts: list[str] = []
    connection, source, send = Connection.kinds.get(name), SOURCES.get(name), SENDS.get(name)
    if connection is not None:
        owner = type(connection.schema)
        shown = [{"connections": {"my-system": {"type": name, **one}}} for one in owner.examples]
        parts += ["## The connection", about(owner), examples(shown), keys(owner, UP)]
    if source is not None:
        parts += [f"## `from: {{{name}: …}}`", about(source), examples([{"from": one} for one in source.examples])]
        parts += [keys(source, UP)]
    if send is not None:
        parts += [f"## `send: {{{name}: …}}`", about(send), examples([{"send": one} for one in send.examples])]
        parts += [keys(send, UP), together(name)]
    return page(f"reference/adapters/{name}.md", f"`{name}`", *parts, GUIDES.get(name, ""))


def together(name: str) -> str:
    """What the target can do with many records, as it declares it."""
    ways = ["`collect: {records, within}` (arrays)"] if name != "route" else []
    ways += ["`collect: message` (all records of a message in one output)"] if TARGETS[name].collects else []
    return f"Many at once: {either(ways)}." if ways else ""


def steps() -> Iterator[Page]:
    yield page(
        "reference/steps/index.md", "Steps",
        "`steps` is a list of verbs, one a mapping. They run in their order; at a target, before the body is encoded.",
        table(LISTED, ([f"[`{verb}`]({verb}.md)", one.note] for verb, one in VERBS.items())),
        code(yaml({"steps": [{verb: examples_of(one)[0]} for verb, one in list(VERBS.items())[:3]]}), "yaml"),
    )  # fmt: skip
    yield from (step(verb, entry) for verb, entry in VERBS.items())


def step(verb: str, entry: Entry) -> Page:
    options = options_of(entry)
    shown = [{"steps": [{verb: value}]} for value in examples_of(entry)]
    place = "" if not isinstance(AT_TARGET[verb], NotHere) else "Stands among the steps of a route, not of a target."
    form = f"What stands behind `{verb}:` is {kind_of(entry, UP)}."
    table_ = [] if options is None else ["## Options", keys(options, UP)]
    fails = f"Where it fails, the message is a dead letter at [stage `{verb}`]({UP}reasons.md): {uncapitalized(STAGES[verb])}"
    return page(f"reference/steps/{verb}.md", f"`{verb}`", entry.note, form, place, examples(shown), *table_, fails)


def uncapitalized(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def options_of(entry: Entry) -> type[Words] | None:
    for one in (entry, *entry.alternatives()):
        if isinstance(one, Nest):
            return type(one.schema)
    return None


def examples_of(entry: Entry) -> list[Any]:
    """Of the short form, then of the mapping."""
    options = options_of(entry)
    forms = [one for one in (entry, *entry.alternatives()) if isinstance(one, Entry)]
    short = [one for form in forms for one in form.examples]
    return short + (list(options.examples) if options else [])


def formats() -> Iterator[Page]:
    kinds = Format(source=True).kinds
    yield page(
        "reference/formats/index.md", "Formats",
        "`format` of a route says how bytes become a body, of a target how a body becomes bytes. Without one, a route goes by "
        "the content type, then by the file's suffix, else it takes bytes as they are. Read on: [formats](../../formats.md).",
        table((*LISTED, "media types", "suffixes"), (format_row(name, one) for name, one in kinds.items())),
    )  # fmt: skip
    yield from (format_page(name, options) for name, options in kinds.items())


def format_row(name: str, entry: Entry) -> list[str]:
    media = [words(one) for one, of in MEDIA_TYPES.items() if of == name]
    suffixes = [words(one) for one, of in SUFFIXES.items() if of == name]
    return [f"[`{name}`]({name}.md)", entry.note, ", ".join(media), ", ".join(suffixes)]


def format_page(name: str, options: Options) -> Page:
    owner = type(options.schema)
    plain = [{"format": name}] if options.optional else []
    row = format_row(name, options)
    taken = f"Taken without being named for {either([one for one in row[2:] if one], 'and')}." if row[2] or row[3] else ""
    shown: list[dict[str, Any]] = [*plain, *({"format": {name: one}} for one in owner.examples)]
    table_ = keys(owner, UP)
    parts = [options.note, taken, examples(shown), *(["## Options", table_] if table_ else ["It has no options."])]
    return page(f"reference/formats/{name}.md", f"`{name}`", *parts, FORMAT_GUIDES.get(name, ""))


def examples(values: list[dict[str, Any]]) -> str:
    return "\n\n".join(code(yaml(value), "yaml") for value in values)
