"""Fields and items: what stands at a path inside a body, and what to say where nothing can."""

from __future__ import annotations

from typing import Any

from router.config.nearest import nearest
from transforms.types.kinds import ABSENT, ANY, Anything, Kind, ListOf, Object, Type, named, spoken, union

TOLD = 8
"""So many fields of an object are named."""


def inside(type_: Type, key: Any) -> Type:
    """What `value.key` or `value[key]` gives. No kinds: it cannot be there."""
    return union(one(kind, key) for kind in type_.expanded)


def one(kind: Kind, key: Any) -> Type:
    if isinstance(kind, Anything):
        return ANY.maybe
    if isinstance(kind, Object) and isinstance(key, str):
        found = kind.fields.get(key)
        return found if found is not None else kind.rest.maybe if kind.rest is not None else ABSENT
    if isinstance(kind, Object):
        return ANY.maybe if kind.rest is not None else ABSENT
    if isinstance(kind, ListOf) and type(key) is int:
        return kind.item.maybe
    return ABSENT


def any_inside(type_: Type) -> Type:
    """What `value[expression]` gives."""
    return ANY.maybe if type_.kinds else type_


def absent(name: str, parent: str, type_: Type, key: Any) -> tuple[str, str]:
    """Sentence and hint about a path that leads nowhere."""
    objects = [kind for kind in named(type_, "object") if isinstance(kind, Object)]
    if objects:
        known = list(dict.fromkeys(field for kind in objects for field in kind.fields))
        return f"{name} is not there: {parent} {has(known)}", suggestion(key, known, name)
    if named(type_, "list"):
        hint = f"write {parent}[0]{name.removeprefix(parent)} for its first item, or {parent} | map('{key}')"
        if parent == "body":
            hint = f"let a `split` stand before it, so that each record is the body, or write {parent}[0].{key}"
        return f"{name} is not there: {parent} is {spoken(type_)}", hint if isinstance(key, str) else ""
    if named(type_, "element"):
        return f"{name} is not there: {parent} is XML", f"write {parent} | xpath('…')"
    hint = "name the 'format' of the route" if named(type_, "bytes") else ""
    return f"{name} is not there: {parent} is {spoken(type_)}, which has no fields", hint


def has(known: list[str]) -> str:
    if not known:
        return "has no fields"
    return f"has {', '.join(known[:TOLD])}" + (f" and {len(known) - TOLD} more" if len(known) > TOLD else "")


def suggestion(key: Any, known: list[str], name: str) -> str:
    close = nearest(key, known) if isinstance(key, str) else None
    if close is None:
        return ""
    start = name.removesuffix(key).removesuffix(".")
    return f"did you mean '{start + '.' + close if start != name and start else close}'?"


def along(type_: Type, attribute: str) -> Type:
    """What a dotted path leads to, from an item of a list."""
    found = type_
    for name in attribute.split("."):
        found = inside(found, name)
    return found


def item_of(type_: Type) -> Type:
    """What a loop over it gets; ANY where it may be of more than one kind."""
    if type_.unknown:
        return ANY
    return union(kind.item for kind in type_.expanded if isinstance(kind, ListOf))
