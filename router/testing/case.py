"""A test of a route, as `tests:` of a project says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BROKEN = ("timeout", "connect", "reset", "io", "returned", "refused")
"""Replies that are no answer: the class of `retry.errors` that they are."""
OF_HTTP = ("timeout", "connect", "reset")
OF_OTHERS = ("timeout", "connect", "io", "returned", "refused")
FALLBACK = ":fallback"
"""Behind the name of a target: what is tried where its delivery is dead."""
STATES = ("delivered", "dead", "filtered", "duplicate", "refused", "retry", "held", "open")
"""Of a message when nothing is left to do; the last three where something still waits."""


@dataclass(frozen=True, slots=True)
class Given:
    """One message that comes in, `wait` seconds after the one before. `name` is that of its file."""

    raw: bytes
    name: str = ""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    client: str | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the outside answers to one call: an `error`, or a `status` (None: as well as can be) with what goes with it."""

    error: str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Script:
    """The replies of one target: one after the other, then `after` for ever."""

    replies: tuple[Reply, ...] = ()
    after: Reply = Reply()


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is expected: `value` is its structure, or its bytes as a sample has them. `part`: what it includes."""

    value: Any
    sample: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedTarget:
    """What one target is to get. `body` is that of every call, `bodies` those of its deliveries, in order."""

    calls: int | None = None
    body: Body | None = None
    bodies: tuple[Body, ...] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller of an http source is to be answered."""

    status: int | None = None
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    targets: Mapping[str, ExpectedTarget] = field(default_factory=dict)
    """By `ROUTE.TARGET`."""
    states: tuple[str, ...] = ()
    """One of all messages, or one each."""
    dead: int | None = None
    at_most: float | None = None
    """Seconds of simulated time from the first accept to the end."""
    reason: str = ""
    """A part of why something is dead, filtered or refused."""
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class RouteTest:
    """One test. `replies` are by `ROUTE.TARGET`; `file` and `line` say where it stands; `start` is the epoch time in
    milliseconds at which its first message comes in."""

    name: str
    route: str
    given: tuple[Given, ...]
    expect: Expected
    replies: Mapping[str, Script] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class TestResult:
    """How a test ended. `reason` is one sentence, '' where it passed; `details` are the differences, a line each; `trace`
    tells the life of its messages."""

    __test__ = False  # not one of pytest's, whatever its name

    name: str
    passed: bool
    reason: str = ""
    route: str = ""
    file: str = ""
    line: int = 0
    seconds: float = 0.0
    details: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
