"""What the checker asks of types: a port. What a body may be is only handed on here; `transforms/types` knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from router.config.problems import PathKeys
from router.ports import Codec
from router.route import AnyStep

Scope = Any
"""What an expression sees at one place: the types of the names. Only handed on."""

Use = Literal["value", "condition", "key", "list", "text"]
"""What becomes of the value of an expression: anything; it must be true or false; it is a key of order or identity; it must
be a list; it is written as text."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is wrong with an expression. `path` leads from what was asked about to the value it stands in.
    `file`: it stands there, in the project's content, and not in routes.yaml."""

    level: str
    number: str
    message: str
    hint: str = ""
    path: PathKeys = ()
    file: str = ""
    line: int = 0
    column: int = 0
    by_all: bool = False
    """Only worth saying where it holds for all who use that file."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of an expression. `always`: its value, where it is a condition that is always true or always false."""

    remarks: Sequence[Remark] = ()
    always: bool | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """What was seen of a step, and what those behind it see."""

    scope: Scope
    remarks: Sequence[Remark] = ()
    read: Sequence[str] = ()
    """The content files that were looked at."""
    always: bool | None = None


class Types(Protocol):
    """Never raises for what a project can hold; says nothing of what it does not know."""

    def received(self, kind: str, options: Mapping[str, Any]) -> Scope:
        """What a source gives, its body not yet decoded."""

    def unread(self, scope: Scope, taken: bool) -> Scope:
        """What `marker` sees, before a file is `taken`, or `done`, behind it: its content is looked at by neither."""

    def decoded(self, scope: Scope, codec: Codec | None) -> Scope:
        """With the body that a format makes; None: the format is only known when a message comes."""

    def let_in(self, scope: Scope, step: AnyStep) -> Scope:
        """With the bodies that a step which comes soon does not refuse."""

    def hidden(self, scope: Scope) -> Scope:
        """With a body of which nothing is known."""

    def at_target(self, scope: Scope) -> Scope:
        """With `target`, as all that stands at a target sees it."""

    def with_reply(self, scope: Scope) -> Scope:
        """With `reply`, as `ok_when` sees it."""

    def passed(self, scope: Scope, step: AnyStep, written: Any) -> Passed:
        """Behind a step that is not `split`; `written` is its value in routes.yaml."""

    def split(self, scope: Scope, written: Any, codec: Codec | None) -> Passed:
        """Behind `split`: a record is the body. `codec` is the route's."""

    def expression(self, scope: Scope, text: str, use: Use = "value") -> Seen: ...

    def template(self, scope: Scope, text: str) -> Seen:
        """A short text with `{{ }}`."""

    def columns(self, scope: Scope, names: Sequence[str]) -> Seen:
        """Whether the body has fields of these names; a remark's path is the position of the name."""

    def writable(self, scope: Scope, codec: str | None) -> Seen:
        """Whether a format can write the body; None: the target names none, so that the body decides."""
