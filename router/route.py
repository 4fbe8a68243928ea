"""The routing table, compiled: what `router/config` makes of routes.yaml and the use cases work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, cast

from router.lanes import ORDERED_LANES, PLAIN_LANES
from router.limits import Limits
from router.message import Envelope, Message
from router.ports import Codec, DedupeStep, Expression, SplitStep, Step

AnyStep = Step | SplitStep | DedupeStep


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed delivery is tried again. Times in seconds. `attempts` counts the first try; None: no bound."""

    first: float = 2.0
    factor: float = 3.0
    max: float = 900.0
    jitter: float = 0.2
    for_: float = 259_200.0
    errors: tuple[str, ...] = ("connect", "timeout", "reset", "io", "408", "429", "5xx")
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what has ended is kept, in seconds."""

    bodies: float = 30 * 86_400.0
    messages: float = 90 * 86_400.0
    dead: float = 365 * 86_400.0


@dataclass(frozen=True, slots=True)
class Breaker:
    open_after: int = 5
    cool_down: float = 30.0


@dataclass(frozen=True, slots=True)
class Connection:
    """An outside system. `options` are those of its type, checked and resolved; `rate` is in sends a second."""

    id: str
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 30.0
    in_flight: int = 32
    rate: float | None = None
    breaker: Breaker = Breaker()
    about: str = ""
    owner: str = ""


def own_connection(route: str) -> str:
    """The id of the connection that stands for a route which others send to. No id in routes.yaml has a colon."""
    return f"route:{route}"


@dataclass(frozen=True, slots=True)
class Client:
    """Who may call http sources. `rate` is in requests a second."""

    id: str
    token: str | None = None
    verify: Mapping[str, Any] | None = None
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """`from`: `kind` is the adapter; `options` are all keys of `from` with their defaults, checked."""

    kind: str
    options: Mapping[str, Any]

    @property
    def connection(self) -> str | None:
        return str(self.options[self.kind]) if self.kind not in ("http", "route") else None

    @property
    def name(self) -> str:
        """What a message says it came by: the connection, the path of HTTP, or `route`."""
        return self.connection or (str(self.options["http"]) if self.kind == "http" else self.kind)

    @property
    def callers(self) -> tuple[str, ...]:
        """The clients that may call it, as far as they could be read; none where anyone may, and where nobody calls."""
        listed = self.options.get("clients")
        return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, (list, tuple)) else ()


@dataclass(frozen=True, slots=True)
class Send:
    """`send` of a target. `prepare` is pure and pinned with the message; the connection is always the current one."""

    kind: str
    connection: str
    options: Mapping[str, Any]
    prepare: Callable[[Message], Any]
    rows: bool = False
    """Each member of an array has an address of its own (a row of a table)."""


@dataclass(frozen=True, slots=True)
class Gather:
    """`collect: {records, within}`: so many deliveries at most are sent as one array, which waits for that many seconds
    at most after its first one came in."""

    records: int
    within: float = 1.0


@dataclass(frozen=True, slots=True)
class Otherwise:
    """`otherwise: {dead: why}`, `{ignore: why}` or a target: kind `target`, `why` its id (it is among the targets)."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Target:
    """One outgoing edge. `codec` is None where bytes go as they came in (or the default by body)."""

    id: str
    route: str
    send: Send
    when: Expression | None = None
    steps: tuple[AnyStep, ...] = ()
    codec: Codec | None = None
    order_by: Expression | None = None
    collect: str | None = None
    """`message`: one output of all its records."""
    gather: Gather | None = None
    retry: RetryPolicy = RetryPolicy()
    when_dead: str = "skip"
    fallback: Send | None = None
    """Where what is dead here is sent instead."""
    content_type: str = ""
    """Of what the last template makes; `''` where the body decides."""
    source_type: Callable[[Envelope], str] | None = None
    """The content type of a body that goes as it came in and said nothing of itself: that of the route's format."""
    limit: int | None = None
    """Open deliveries from which on its route takes nothing in."""
    by_body: Callable[[Any], Codec] | None = None
    """The codec of a body that steps made, where no format is given: XML for an element tree, else JSON."""

    @property
    def name(self) -> str:
        """`ROUTE.TARGET`, as commands and metrics print it."""
        return f"{self.route}.{self.id}"

    @property
    def lanes(self) -> int:
        return ORDERED_LANES if self.order_by is not None else PLAIN_LANES


def needs_whole(step: AnyStep) -> bool:
    """Whether a step before the split needs the body; a `dedupe` may look at the file's name or at headers only."""
    return step.verb != "dedupe" or of_body(step)


def of_body(thing: object) -> bool:
    """Whether a key, or a step that has one, may look at the body."""
    return bool(getattr(thing, "of_body", True))


@dataclass(frozen=True, slots=True)
class Route:
    """One routing rule. `steps` holds the route's own steps, `split` among them."""

    id: str
    source: Source
    targets: tuple[Target, ...]
    version: int = 0
    about: str = ""
    owner: str = ""
    enabled: bool = True
    codec: Codec | None = None
    choose_codec: Callable[[str | None, str | None], Codec] | None = None
    """Where `format` is not given: by content type, then file suffix, then bytes."""
    keys: Mapping[str, Expression] = field(default_factory=dict)
    steps: tuple[AnyStep, ...] = ()
    order_by: Expression | None = None
    match: str = "all"
    otherwise: Otherwise | None = None

    @property
    def split(self) -> SplitStep | None:
        return cast("SplitStep | None", next((s for s in self.steps if s.verb == "split"), None))

    @property
    def streams(self) -> bool:
        """Whether its split cuts the message as it is read: no step before it needs the whole body."""
        split = self.split
        if split is None or not split.by_codec:
            return False
        return not any(map(needs_whole, takewhile(lambda step: step.verb != "split", self.steps)))

    @property
    def impure(self) -> bool:
        """Whether one of its steps must not run again for the same message."""
        return any(getattr(s, "impure", False) for s in self.steps)

    @property
    def ordered(self) -> bool:
        return any(t.order_by is not None for t in self.targets)

    @property
    def lanes(self) -> int:
        """Lanes of the route's processing: one where a target is ordered."""
        return 1 if self.ordered else PLAIN_LANES

    @property
    def static(self) -> bool:
        """True where every message goes to every target, so that nothing has to be chosen after it was stored."""
        plain = not any(
            s.verb in ("filter", "split", "dedupe") or getattr(s, "impure", False) for s in self.steps[self.door :]
        )
        return plain and not self.ordered and self.otherwise is None and all(t.when is None for t in self.targets)

    @property
    def door(self) -> int:
        """How many leading steps are `validate` or `dedupe`: they run when a message comes in."""
        n = 0
        while n < len(self.steps) and self.steps[n].verb in ("validate", "dedupe"):
            n += 1
        return n

    def target(self, id: str) -> Target | None:
        return next((t for t in self.targets if t.id == id), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A whole project at one version, ready to work."""

    version: int
    routes: Mapping[str, Route]
    connections: Mapping[str, Connection]
    clients: Mapping[str, Client]
    keep: Keep = Keep()
    limits: Limits = field(default_factory=Limits)

    def target(self, name: str) -> Target | None:
        """By `ROUTE.TARGET`."""
        route, _, id = name.partition(".")
        found = self.routes.get(route)
        return found.target(id) if found else None

    def sent_to(self, connection: str) -> list[str]:
        """Names of all targets that send to a connection."""
        return sorted(t.name for r in self.routes.values() for t in r.targets if t.send.connection == connection)

    @property
    def target_limits(self) -> dict[str, int]:
        """By `ROUTE.TARGET`, of those that have one."""
        targets = (t for r in self.routes.values() for t in r.targets)
        return {t.name: t.limit for t in targets if t.limit is not None}
