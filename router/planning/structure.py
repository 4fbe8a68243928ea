"""What differs between two texts of a project, as people think of it: routes, targets, connections, content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from router.config.comparing import ADDED, CHANGED, REMOVED
from router.config.project import Project
from router.config.yaml import values
from router.planning.aligning import changes as changed_values
from router.testing.compare import show

SECTIONS = {"routes": "route", "connections": "connection", "clients": "client"}
WHOLE = ("defaults", "limits")
VALUES = ("route", "target", "defaults", "limits")
"""Whose values are shown; those of the others may be secret."""


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: route, target, connection, client, defaults, limits or file; `details`: what of it, in words."""

    kind: str
    id: str
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes, and which routes of both versions they are about; with how many of their first steps are the same in
    both, so that they need to be computed once: -1 where not even the format is."""

    changes: tuple[Change, ...]
    routes: Mapping[str, int]


def planned(old: Project, new: Project) -> Plan:
    """Of two projects without mistakes."""
    before, after = plain_sections(old), plain_sections(new)
    changes = [*changed_sections(before, after), *changed_content(old.files(), new.files())]
    both = [id for id in after.get("routes", {}) if id in before.get("routes", {})]
    routes = {id: same_steps(id, changes, before, after) for id in both if concerned(id, changes, before, after)}
    return Plan(tuple(changes), routes)


def plain_sections(project: Project) -> dict[str, Any]:
    """What all files say together, as plain values, references as they are written."""
    found: dict[str, Any] = {}
    for document in project.documents:
        said = values(project.content.bytes(document.file))
        for name, section in said.items() if isinstance(said, Mapping) else ():
            if isinstance(section, Mapping):
                found.setdefault(name, {}).update(section)
            else:
                found[name] = section
    return found


def changed_sections(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for section, kind in SECTIONS.items():
        yield from changed_entries(kind, before.get(section) or {}, after.get(section) or {})
    for section in WHOLE:
        old, new = before.get(section), after.get(section)
        if old != new:
            yield Change(section, section, CHANGED, told(section, old, new))


def changed_entries(kind: str, before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> Iterator[Change]:
    for id in [*before, *(id for id in after if id not in before)]:
        old, new = before.get(id), after.get(id)
        if old == new:
            continue
        what = REMOVED if id not in after else ADDED if id not in before else CHANGED
        if kind != "route" or what != CHANGED:
            yield Change(kind, f"{prefix}{id}", what, told(kind, old, new) if what == CHANGED else ())
            continue
        targets = list(changed_entries("target", targets_of(old), targets_of(new), f"{id}."))
        rest = (*told(kind, without_targets(old), without_targets(new)), *reordered(old, new))
        if rest or not targets:
            yield Change(kind, id, CHANGED, rest)
        yield from targets


def reordered(old: Any, new: Any) -> Iterator[str]:
    """With `match: first` the order of the targets decides."""
    before, after = list(targets_of(old)), list(targets_of(new))
    both = [id for id in before if id in after], [id for id in after if id in before]
    if both[0] != both[1]:
        yield f"to: {', '.join(both[0])} → {', '.join(both[1])}"


def told(kind: str, old: Any, new: Any) -> tuple[str, ...]:
    found = list(changed_values(old, new, ""))
    if kind in VALUES:
        return tuple(f"{one.path}: {show(one.expected)} → {show(one.got)}" for one in found)
    return tuple(dict.fromkeys(one.path for one in found))


def targets_of(route: Any) -> dict[str, Any]:
    """By id; what becomes of the rest by that of its target, or as `otherwise`."""
    listed = route.get("to") if isinstance(route, Mapping) else None
    found = listed if isinstance(listed, list) else []
    return {name_of(n, one): one for n, one in enumerate(found) if isinstance(one, Mapping)}


def name_of(number: int, item: Mapping[str, Any]) -> str:
    rest = item.get("otherwise")
    if rest is not None:
        return str(rest.get("id", "otherwise")) if isinstance(rest, Mapping) else "otherwise"
    return str(item.get("id", number))


def without_targets(route: Any) -> Any:
    return {key: value for key, value in route.items() if key != "to"} if isinstance(route, Mapping) else route


def changed_content(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """Files that are not yaml of routes."""
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if path.startswith("transforms/") and old != new:
            yield Change("file", path, ADDED if old is None else REMOVED if new is None else CHANGED)


def concerned(route: str, changes: Sequence[Change], before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether messages of the route may fare otherwise. Where it cannot be told which routes use a file, all do."""
    texts = str(before["routes"][route]), str(after["routes"][route])
    return any(touches(change, route, texts, before, after) for change in changes)


def touches(
    change: Change, route: str, texts: tuple[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> bool:  # fmt: skip
    if change.kind in ("route", "target"):
        return change.id.partition(".")[0] == route
    if change.kind == "connection":
        return any(repr(change.id) in text for text in texts)
    if change.kind == "file":
        return not is_sample(change) and (is_anyones(change, before, after) or any(stem(change) in text for text in texts))
    return change.kind == "defaults"


def is_sample(change: Change) -> bool:
    return change.id.startswith("transforms/samples/")


def is_anyones(change: Change, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """A file that no route names: others may import or include it."""
    return stem(change) not in str(before.get("routes")) + str(after.get("routes"))


def stem(change: Change) -> str:
    return PurePosixPath(change.id).name.partition(".")[0]


ELSEWHERE = frozenset({"to", "steps", "about", "owner", "keys", "order_by", "match", "otherwise", "enabled", "retry"})
"""Words of a route that say nothing about what its format and its steps make of a message."""


def same_steps(route: str, changes: Sequence[Change], before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    old, new = before["routes"][route], after["routes"][route]
    files = [change for change in changes if change.kind == "file" and not is_sample(change)]
    if any(change.kind == "defaults" for change in changes) or any(is_anyones(change, before, after) for change in files):
        return -1
    outer = [{key: value for key, value in one.items() if key not in ELSEWHERE} for one in (old, new)]
    if outer[0] != outer[1] or any(stem(change) in str(outer) for change in files):
        return -1
    count = 0
    for one, other in zip(old.get("steps") or (), new.get("steps") or (), strict=False):
        if one != other or any(stem(change) in str(one) for change in files):
            break
        count += 1
    return count
