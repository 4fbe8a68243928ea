"""The sections of a project: what all its files say together, as far as it is valid, each entry with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from router.config.findings import Findings, Place, here
from router.config.located import Located, locate
from router.config.nearest import nearest
from router.config.problems import errors
from router.config.project import Project
from router.config.references import Resolver
from router.config.schema.mistakes import kind
from router.config.schema.routes import IncludedFile, ProjectFile
from router.config.spots import KEY

DOUBLED_ID = "0208"
BEGINS_WITH = "a file begins with 'version: 1', then 'connections:' and 'routes:'"
INCLUDED_BEGINS_WITH = "an included file begins with one of its sections, such as 'routes:' or 'connections:'"
GRAMMAR = frozenset(field.data_key or name for name, field in ProjectFile().fields.items())
NAMES = {"connections": "connection", "clients": "client", "routes": "route", "tests": "test"}


@dataclass(frozen=True, slots=True)
class Item:
    """One connection, client, route or test: its loaded value and where it stands."""

    id: str
    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Sections:
    """Entries by id. `whole`: every file could be read, so that a name which is missing here is nowhere."""

    connections: Mapping[str, Item]
    clients: Mapping[str, Item]
    routes: Mapping[str, Item]
    tests: Mapping[str, Item] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    root: Place | None = None
    """The file that `defaults` stand in."""
    whole: bool = True


def sections(project: Project, resolver: Resolver, findings: Findings) -> Sections:
    """Reads every file by the grammar; says what is wrong with it."""
    findings.problems.extend(project.problems)
    documents = [locate(parsed, resolver) for parsed in project.documents]
    loaded = [load(document, n == 0, findings) for n, document in enumerate(documents)]
    found: dict[str, dict[str, Item]] = {name: {} for name in NAMES}
    for document, values in zip(documents, loaded, strict=True):
        for name, items in found.items():
            for item in entries(document, values, name):
                add(items, item, NAMES[name], findings)
    first = loaded[0]
    whole = all(document.whole and all_told(document) for document in documents) and not errors(project.problems)
    defaults, limits = first.get("defaults") or {}, first.get("limits") or {}
    return Sections(**found, defaults=defaults, limits=limits, root=Place(documents[0]), whole=whole)


def all_told(document: Located) -> bool:
    """Whether no section seems to stand there under another name: what is missing may be in it."""
    data = document.data if isinstance(document.data, dict) else {}
    return not any(key not in GRAMMAR and nearest(str(key), NAMES) for key in data if not str(key).startswith("x-"))


def load(document: Located, is_root: bool, findings: Findings) -> dict[str, Any]:
    """The valid part of a file."""
    findings.problems.extend(document.problems)
    if not document.whole:
        return {}
    place = Place(document)
    try:
        if not isinstance(document.data, dict):
            raise kind(document.data, "a mapping", BEGINS_WITH if is_root else INCLUDED_BEGINS_WITH)
        return dict((ProjectFile() if is_root else IncludedFile()).load(document.data))
    except ValidationError as error:
        findings.schema(place, error.messages)
        return dict(error.valid_data or {}) if isinstance(error.valid_data, dict) else {}


def entries(document: Located, values: Mapping[str, Any], name: str) -> Iterator[Item]:
    """What the file declares, also where it is not valid (the value is None then): it is not unknown elsewhere."""
    declared = document.data.get(name) if isinstance(document.data, dict) else None
    if isinstance(declared, dict):
        valid = values.get(name) or {}
        for id in declared:
            yield Item(id, valid.get(id), Place(document, (name, id)))


def add(items: dict[str, Item], item: Item, what: str, findings: Findings) -> None:
    first = items.setdefault(item.id, item)
    if first is not item:
        spot = here(first.place, f"the first '{item.id}' stands here")
        message = f"the {what} '{item.id}' stands in {spot.file}, line {spot.line}, already"
        findings.error(item.place, DOUBLED_ID, message, "rename one of them", KEY, also=[spot])
