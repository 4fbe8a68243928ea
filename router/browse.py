"""What people ask of the ledger: messages, dead letters, counts, proof. The commands read through this port.

Times are epoch milliseconds. Targets are named `ROUTE.TARGET`. `known` are the targets and routes of the current
version (None: all are): what is open at another is `held`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from router.ledger import Attempt

STATES = ("dead", "held", "retry", "open", "delivered", "filtered", "duplicate", "refused", "discarded")
"""States of a message, the worst first: it has the first that one of its targets has."""

COUNTED = ("accepted", "open", "retry", "held", "dead", "delivered", "filtered", "duplicate", "refused", "discarded")

Known = Collection[str] | None


# --- messages ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class MessageQuery:
    """Which messages: all that is given must hold. `since` and `until` are of `received_at`."""

    route: str | None = None
    state: str | None = None
    since: int | None = None
    until: int | None = None
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TargetView:
    """How a message stands at one target: the worst state of its units, the number of units by state."""

    id: str
    state: str
    attempts: int
    error: str | None
    reason: str
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as `messages find` shows it. `reason` is why it ended before any target, or what is wrong with it."""

    id: str
    seq: int
    route: str
    state: str
    received_at: int
    keys: Mapping[str, str]
    targets: tuple[TargetView, ...]
    reason: str
    version: int
    source: str
    client: str | None
    content_type: str | None
    file: str | None
    size: int
    records: int


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a message's life. `what` is a stable word, `text` a sentence for people."""

    at: int
    what: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


# --- dead letters -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters: all that is given must hold. `ids` are `<message>:<target>[:<record>]`, or
    `<message>[:<record>]` of what died before any target; `target` is `ROUTE.TARGET` or the id inside its route."""

    ids: tuple[str, ...] = ()
    route: str | None = None
    target: str | None = None
    stage: str | None = None
    error: str | None = None
    group: str | None = None
    keys: tuple[tuple[str, str], ...] = ()
    since: int | None = None
    until: int | None = None

    @property
    def empty(self) -> bool:
        """Nothing is asked for: only `--all` may mean everything."""
        return self == Selection()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A parked unit that stopped trying. `target` is None where it died before any; `lane` says where it is parked."""

    id: str
    seq: int
    message: str
    record: int
    route: str
    target: str | None
    stage: str
    reason: str
    error: str
    status: int | None
    attempts: int
    first_at: int
    last_at: int
    signature: str
    details: str
    revisions: int

    @property
    def place(self) -> str:
        """Where its row is: the target, or the route where it died before any."""
        return self.target or self.route


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """Dead letters that have a signature in common; `reason` is the last one's."""

    signature: str
    route: str
    target: str | None
    stage: str
    error: str
    status: int | None
    count: int
    first_at: int
    last_at: int
    reason: str


# --- counts and proof -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TargetCounts:
    """The units at one target. `oldest` is when the oldest that is open or in retry began to wait."""

    id: str
    open: int
    retry: int
    dead: int
    oldest: int | None
    paused: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """What somebody paused: a target, by its name, or a route, by its id. `at` is since when."""

    name: str
    at: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the proof: `kind` is `route` (messages), `target` or `file` (units); the counts by state."""

    kind: str
    name: str
    accepted: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not add up."""

    scope: str
    what: str


@dataclass(frozen=True, slots=True)
class Proof:
    accounts: tuple[Account, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one pruning step removed."""

    messages: int = 0
    bodies: int = 0
    discarded: int = 0
    identities: int = 0
    blobs: int = 0

    @property
    def total(self) -> int:
        return self.messages + self.bodies + self.discarded + self.identities + self.blobs

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(
            self.messages + other.messages, self.bodies + other.bodies, self.discarded + other.discarded,
            self.identities + other.identities, self.blobs + other.blobs,
        )  # fmt: skip


class Browser(Protocol):
    """Reading. Lists come page by page, newest first, and are never cut."""

    def find_messages(self, query: MessageQuery, known: Known = None) -> Iterator[MessageView]: ...

    def message_view(self, id: str, known: Known = None) -> MessageView | None:
        """By id, or by the beginning of one that is the only such."""

    def life(self, seq: int) -> list[Event]:
        """The whole life of a message, in order of time."""

    def answer_of(self, seq: int, record: int, target: str) -> Attempt | None:
        """The receipt of a delivery, else its last failed try."""

    def tried_at(self, seq: int, record: int) -> list[str]:
        """The targets at which a unit was tried."""

    def body_kept(self, seq: int) -> bool:
        """False where retention took the body away."""

    def dead_letters(self, selection: Selection) -> Iterator[DeadLetter]: ...

    def dead_letter(self, id: str) -> DeadLetter | None: ...

    def dead_count(self, selection: Selection) -> int: ...

    def dead_groups(self, selection: Selection) -> list[DeadGroup]:
        """The largest first."""

    def parked_state(self, id: str) -> str | None:
        """The state of the row that a dead letter's id names; None where there is none."""

    def status_counts(self, known: Known = None) -> dict[str, int]:
        """`COUNTED`: messages by their state."""

    def target_counts(self) -> dict[str, TargetCounts]:
        """Of every target that has open or parked units, or is paused."""

    def attended(self) -> bool:
        """Whether a process of Crossdock looks after this ledger: without one, what waits goes on waiting."""

    def paused_targets(self) -> dict[str, str]:
        """Target to reason."""

    def paused_routes(self) -> dict[str, str]:
        """Route to reason: routes that take nothing in. Cheap; sources ask once a second."""

    def pauses(self) -> list[Pause]:
        """Of targets and routes, by name."""

    def verify(self, known: Known = None) -> Proof: ...
