"""The types of a project, as the checker of routes.yaml asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from router.config.nearest import nearest
from router.config.types import Passed, Seen, Use
from router.ports import Codec, Content
from router.route import AnyStep
from transforms.steps.validate import Validate
from transforms.types import bodies, remarks
from transforms.types import scope as scopes
from transforms.types.fields import has, item_of
from transforms.types.files import Files, of_page, short
from transforms.types.kinds import ANY, JSON, Kind, ListOf, Object, Scalar, Type, list_of, named, spoken, union
from transforms.types.remarks import Remarks
from transforms.types.scope import RECORD, REPLY, TARGET, Scope
from transforms.types.steps import Steps, condition, evaluated

WRITES = {"csv": ("object",), "text": ("text",), "xml": ("text", "element")}
"""Formats that cannot write every body, and the kinds that they can; those of a CSV are its rows."""
OF_VALUES = ("json", "ndjson", "csv")
"""Formats that hold neither XML nor bytes."""
TAKEN = "let a `map` take from it what is needed, as in body | xpath('Id/text()')"
MEANT = {
    "csv": "make an object by a `map`, or leave `format` out", "text": "make it text by a `template`",
    "xml": "make XML by a `template` or a stylesheet",
}  # fmt: skip


class ProjectTypes:
    """What is asked twice in the same scope is worked out once."""

    def __init__(self, content: Content) -> None:
        self.steps = Steps(Files(content))
        self.bodies: dict[tuple[int, bool], tuple[Codec | None, Type]] = {}
        self.made: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}

    def received(self, kind: str, options: Mapping[str, Any]) -> Scope:
        return scopes.received(kind, options.get("http") if isinstance(options.get("http"), str) else None)

    def unread(self, scope: Scope, taken: bool) -> Scope:
        return scopes.unread(scope, taken)

    def decoded(self, scope: Scope, codec: Codec | None, records: bool = False) -> Scope:
        key = (id(codec), records)
        if key not in self.bodies:
            self.bodies[key] = (codec, bodies.recorded(codec) if records else bodies.decoded(codec))
        return scope.with_body(self.bodies[key][1])

    def let_in(self, scope: Scope, step: AnyStep) -> Scope:
        if not isinstance(step, Validate) or scope.body not in (ANY, JSON):
            return scope
        return scope.with_body(self.steps.schemas.taken(step.schema))

    def hidden(self, scope: Scope) -> Scope:
        return scope.with_body(ANY)

    def with_reply(self, scope: Scope) -> Scope:
        return scope.having(reply=REPLY)

    def at_target(self, scope: Scope) -> Scope:
        return scope.having(target=TARGET)

    def passed(self, scope: Scope, step: AnyStep, written: Any) -> Passed:
        key = ("step", id(step), *fingerprint(scope))
        if key not in self.made:
            self.made[key] = (scope, step, self.steps.passed(scope, step, written))
        found: Passed = self.made[key][2]
        return found

    def split(self, scope: Scope, written: Any, codec: Codec | None) -> Passed:
        """`group` sees the record, `keys` the body that results."""
        options: Mapping[str, Any] = written if isinstance(written, Mapping) else {}
        said = Remarks()
        by = str(options.get("by") or "records")
        if by == "records":
            found = self.decoded(scope, codec, records=True)
        else:
            with said.below("by"):
                listed = evaluated(scope, said, by, "list")
            item = item_of(listed) if listed.kinds else ANY
            found = scope.with_body(item if item.kinds else ANY)
        found = found.having(record=RECORD)
        for n, text in enumerate(options.get("group") or ()):
            with said.below("group", n):
                evaluated(found, said, str(text))
        if options.get("group"):
            found = found.with_body(list_of(found.body))
        for name, text in (options.get("keys") or {}).items():
            with said.below("keys", name):
                evaluated(found, said, str(text), "key")
        return Passed(found, said.found)

    def expression(self, scope: Scope, text: str, use: Use = "value") -> Seen:
        key = (use, text, *fingerprint(scope))
        if key not in self.made:
            said = Remarks()
            always = condition(scope, said, text) if use == "condition" else None
            if use != "condition":
                evaluated(scope, said, text, use)
            self.made[key] = (scope, None, Seen(said.found, always))
        found: Seen = self.made[key][2]
        return found

    def template(self, scope: Scope, text: str) -> Seen:
        placed = short(text)
        return Seen(of_page(placed, scope)) if placed is not None else Seen()

    def columns(self, scope: Scope, names: Sequence[str]) -> Seen:
        objects = objects_of(scope.body)
        if not objects:
            return Seen()
        said = Remarks()
        known = list(dict.fromkeys(field for kind in objects for field in kind.fields))
        for n, name in enumerate(names):
            if isinstance(name, str) and not any(kind.rest is not None or name in kind.fields for kind in objects):
                close = nearest(name, known)
                with said.below(n):
                    hint = f"did you mean '{close}'?" if close else ""
                    said.warning(remarks.NO_COLUMN, f"there is no field '{name}': the body {has(known)}", hint)
        return Seen(said.found)

    def writable(self, scope: Scope, codec: str | None) -> Seen:
        body, said = scope.body, Remarks()
        if codec is None and (not body.kinds or len(named(body, "list", "object")) < len(body.expanded)):
            return Seen()
        codec = codec or "json"
        kinds = WRITES.get(codec)
        foreign = unheld(body) if codec in OF_VALUES and not body.unknown else None
        if foreign is not None:
            holds = "holds" if named(body, "list", "object") else "is"
            hint = TAKEN if named(foreign, "element") else "set the `format` of the route"
            message = f"the body {holds} {spoken(foreign)}, which the format '{codec}' cannot write"
            said.error(remarks.UNWRITABLE, message, hint)
        elif kinds is not None and not writes(kinds, rows_of(body) if codec == "csv" else body):
            message = f"the body is {spoken(body)}, which the format '{codec}' cannot write"
            said.error(remarks.UNWRITABLE, message, MEANT[codec])
        return Seen(said.found)


def writes(kinds: Sequence[str], body: Type) -> bool:
    """Whether one of the kinds may be there."""
    return body.never or body.unknown or bool(named(body, *kinds))


def rows_of(body: Type) -> Type:
    """What becomes a row of a table: the body, or each item of a list."""
    if not named(body, "list"):
        return body
    return union([item_of(body), Type(tuple(kind for kind in body.expanded if not isinstance(kind, ListOf)))])


def unheld(found: Type) -> Type | None:
    """The XML or the bytes that every such value is, or has inside; None where it may be without."""
    inside = [unheld_in(kind) for kind in found.kinds]
    return union(one for one in inside if one is not None) if inside and None not in inside else None


def unheld_in(kind: Kind) -> Type | None:
    """A list is taken to have items, as a group of records has."""
    if isinstance(kind, Scalar):
        return Type((kind,)) if kind.name in ("element", "bytes") else None
    if isinstance(kind, ListOf):
        return unheld(kind.item)
    present = [field for field in kind.fields.values() if not field.lacks] if isinstance(kind, Object) else []
    return next((one for one in map(unheld, present) if one is not None), None)


def fingerprint(scope: Scope) -> tuple[int, ...]:
    """Types are made once, so that the same one is the same object."""
    return tuple(id(found) for found in scope.names.values())


def objects_of(body: Type) -> list[Object]:
    """The objects that are written as rows; none where one of them may be anything else."""
    rows = body if not named(body, "list") else item_of(body)
    kinds = [kind for kind in rows.expanded if isinstance(kind, Object)]
    return kinds if len(kinds) == len(rows.expanded) else []
