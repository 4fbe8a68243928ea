"""What an expression sees at one place: the types of its names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from transforms.types.kinds import ABSENT, ANY, AWARE, INT, NULL, TEXT, Type, object_of, union

HEADERS = object_of({}, TEXT.maybe)
FILE = object_of({"name": TEXT, "stem": TEXT, "suffix": TEXT, "size": INT})
FILE_OR_NOT = FILE.maybe
RECORD = object_of({"number": INT})
TARGET = object_of({"id": TEXT})
REPLY = object_of({"status": INT, "headers": HEADERS, "body": ANY})
UNTAKEN = object_of({"route": TEXT, "source": TEXT, "client": NULL, "params": object_of({}, TEXT.maybe)})
"""The message of a file that is not taken yet."""
SENT = ("http", "amqp", "redis")
"""Sources whose messages are no files. That `crossdock send` gives them one is for a try."""
BEHIND = "only behind the source, whose `marker` and `done` see `file` and `message`"
ELSEWHERE = {
    "record": "only behind a split", "out": "only in a map", "reply": "only in `ok_when` and `collect.failed`",
    "target": "only at a target: in its `when`, `order_by`, `steps` and `send`",
    "body": BEHIND, "headers": BEHIND, "file": "only in routes of a folder",
}  # fmt: skip
"""Where a name is that is not at every place."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`names` are those of every place (`body headers message file record …`), `loops` those that a loop binds.
    `quiet` are paths whose presence was asked for around this place: nothing is said of them."""

    names: Mapping[str, Type]
    loops: Mapping[str, Type] = field(default_factory=dict)
    quiet: frozenset[str] = frozenset()

    @property
    def body(self) -> Type:
        return self.names["body"]

    def with_body(self, body: Type) -> Scope:
        return self if body is self.body else self.having(body=body)

    def having(self, **names: Type) -> Scope:
        return replace(self, names={**self.names, **names})

    def looping(self, **names: Type) -> Scope:
        return replace(self, loops={**self.loops, **names})

    def asking(self, paths: frozenset[str]) -> Scope:
        return replace(self, quiet=self.quiet | paths) if paths else self

    def of(self, name: str) -> Type:
        if name in self.loops:
            return self.loops[name]
        return self.names.get(name, ANY.maybe)


def received(kind: str, path: str | None) -> Scope:
    """What a source gives: a folder files, and a route that others send to may get them."""
    return Scope(dict(names_of(kind, path)))


def unread(scope: Scope, taken: bool) -> Scope:
    """Around a file whose content is not looked at. Before it is taken, its message has no id and no time."""
    names = {"body": ABSENT, "headers": ABSENT}
    return scope.having(**names) if taken else scope.having(**names, message=UNTAKEN)


@lru_cache(maxsize=1024)
def names_of(kind: str, path: str | None) -> Mapping[str, Type]:
    params = tuple(re.findall(r"\{(\w+)\}", path)) if path is not None else None
    return {
        "body": ANY, "headers": HEADERS, "message": message(params), "record": ABSENT,
        "file": FILE if kind == "folder" else ABSENT if kind in SENT else FILE_OR_NOT,
        "reply": ABSENT, "out": ABSENT, "target": ABSENT,
    }  # fmt: skip


@lru_cache(maxsize=1024)
def message(params: tuple[str, ...] | None) -> Type:
    """`params` of a path of HTTP; None: of another source."""
    return object_of({
        "id": TEXT, "route": TEXT, "received_at": AWARE, "source": TEXT, "client": union([TEXT, NULL]),
        "params": object_of({}, TEXT.maybe) if params is None else object_of(dict.fromkeys(params, TEXT)),
    })  # fmt: skip
