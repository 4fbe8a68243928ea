"""What there is: codecs, steps, sources and targets by name. Filled in one place, `adapters/wiring.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from router.config.types import Types
from router.ports import Codec, Content, Expression, TargetKind
from router.route import AnyStep


class CodecFactory(Protocol):
    """Builds a codec from the checked options of `format`."""

    def __call__(self, options: Mapping[str, Any], content: Content) -> Codec: ...


class StepFactory(Protocol):
    """Builds a step from the value of its verb, whose shape the schema has checked. Content files are read from
    `content`. Raises ContentError where a file is missing or does not compile."""

    def __call__(self, value: Any, content: Content) -> AnyStep: ...


class ContentError(Exception):
    """A content file is missing or does not compile: `path` (from the project folder), `line` and `column` count
    from 1 and are 0 where unknown. `hint` says what to write."""

    def __init__(self, message: str, path: str, line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line
        self.column = column
        self.at: tuple[str, ...] = ()
        """Below the value that names the file, where that is what is wrong."""
        self.others: list[ContentError] = []
        """Further mistakes of the same file."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Names to makers. A name that is missing here is unknown to the checker."""

    codecs: Mapping[str, CodecFactory]
    steps: Mapping[str, StepFactory]
    targets: Mapping[str, TargetKind]
    sources: tuple[str, ...]
    expression: Callable[[str], Expression]
    """Compiles an expression; raises ExpressionSyntaxError."""
    template: Callable[[str], Expression]
    """Compiles a text with `{{ }}` to a callable that returns text; raises ExpressionSyntaxError."""
    codec_for: Callable[[str | None, str | None], str]
    """The name of the default codec by content type and file name."""
    codec_of_body: Callable[[Any], str] = lambda body: "json"
    """The name of the codec of a body that steps made, where a target gives no format."""
    path_template: Callable[[str], Expression] | None = None
    """`template` for the path of a request: each value is percent-encoded."""
    namespaces: Callable[[Mapping[str, str]], AbstractContextManager[None]] = lambda prefixes: nullcontext()
    """While it is open, expressions are compiled with these prefixes for `xpath`."""
    types: Callable[[Content], Types] | None = None
    """What is known of bodies before there are any; None: nothing, and no expression is looked at with its body."""
