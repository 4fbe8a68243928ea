"""The ledger's port: the truth about every message. Times are epoch milliseconds unless said; see docs/ledger.md.

A *unit* is what is delivered: a message of a batch (`record` 0), or one record of it. `seq` orders all messages:
`batch << 16 | position`. The *place* of a unit is (seq, record). Targets are named `ROUTE.TARGET`; the processing of a
route is a target too, named `ROUTE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from router.message import Envelope
from router.ports import Cut

FAR = 2**62
"""A `next_due` that never comes."""


# --- coming in --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Once:
    """An identity to be taken in the accepting transaction: the same (scope, key) within `within` seconds is a
    duplicate; with other bytes, `changed` says what: `duplicate`, `deliver` or `dead`."""

    scope: str
    key: str
    within: float
    changed: str = "dead"
    idempotency: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How a message ended without a target: `state` is `dead refused filtered duplicate`."""

    state: str
    stage: str
    error: str
    reason: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class FileIn:
    """A file that was taken: what it was when it was copied, so that it is never taken twice."""

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message to be accepted. `targets` names the lanes' targets its work goes to, with the number of lanes:
    the route's processing, or every target of a static route."""

    envelope: Envelope
    version: int
    targets: tuple[tuple[str, int], ...]
    sha256: bytes
    once: tuple[Once, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    end: End | None = None
    deadline: int | None = None
    late: str = ""
    file: FileIn | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an arrival: `accepted`, `duplicate` (of message `of`), `conflict` (same key, other content),
    `refused` or `dead`. `id` is the first one's id for a duplicate."""

    state: str
    id: str
    seq: int
    of: str | None = None


# --- work -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Claim:
    """A lane that this owner may work until its lease is over. `lease` is in seconds; `until` on the ledger's clock
    for leases, in milliseconds."""

    target: str
    lane: int
    owner: str
    epoch: int
    lease: float
    until: int
    paused: bool = False
    """Somebody paused the target since: nothing new is to be started."""


@dataclass(frozen=True, slots=True)
class Work:
    """A batch (`seq` None), or one chunk of a message, for one target in one lane. `rest` are the positions, or the
    record numbers, that have not ended."""

    id: int
    target: str
    lane: int
    batch: int
    seq: int | None
    chunk: int | None
    rest: str
    crashes: int
    crash: str = ""
    """How the last child that computed it died."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as the ledger keeps it."""

    seq: int
    envelope: Envelope
    version: int
    key: str | None = None
    deadline: int | None = None
    late: str = ""
    sha256: bytes = b""


@dataclass(frozen=True, slots=True)
class Revision:
    """What an operator changed of a unit: another body (`raw` as it came in, or `record` as JSON), another logic
    version. `rev` counts from 1; the key of what is sent ends in `.r<rev + 1>`."""

    seq: int
    record: int
    target: str
    rev: int
    kind: str
    body: bytes | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery with a row of its own. `state` is `retry blocked dead discarded`; `stood` is the breaker's total open
    time (ms) when it first failed."""

    seq: int
    record: int
    target: str
    lane: int
    key: str | None
    state: str
    attempt: int
    next_at: int
    first_at: int
    stood: int
    probed: int = 0
    id: int = 0
    crashes: int = 0
    crash: str = ""


# --- what happened ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Progress:
    """Units of a work row that have ended there, or have got a row of their own. `failed` counts the latter."""

    work: int
    ended: tuple[int, ...]
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Park:
    """A unit that failed or must wait. `next_at` matters for `retry` only."""

    seq: int
    record: int
    state: str
    stage: str = "send"
    error: str = ""
    reason: str = ""
    status: int | None = None
    key: str | None = None
    attempt: int = 0
    next_at: int = 0
    first_at: int = 0
    stood: int = 0
    probed: bool = False
    details: str = ""
    hold: bool = False
    """A dead head whose key waits (`when_dead: hold`)."""


@dataclass(frozen=True, slots=True)
class Unpark:
    """A parked unit that was delivered (its row goes); the next of its key follows."""

    seq: int
    record: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as an operator sees it: the first and the last failed one of a delivery, and the receipt."""

    seq: int
    record: int
    number: int
    at: int
    duration: float
    ok: bool
    sent_to: str = ""
    status: int | None = None
    error: str = ""
    reason: str = ""
    response_type: str = ""
    response: bytes = b""
    request: bytes = b""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the sends since the last commit say about a connection: `failures` in a row at the end, after a success
    where `reset`; `probe` when the probe was among them: True for a success."""

    connection: str
    failures: int = 0
    reset: bool = False
    probe: bool | None = None
    open_after: int = 5
    cool_down: float = 30.0


@dataclass(frozen=True, slots=True)
class FileOut:
    """The one file of a collected message: bytes written and synced up to `offset`, records up to `records` done.
    `state` is `open`, `closed` (its last chunk is done, named `name`) or `done`."""

    seq: int
    target: str
    temp: str
    name: str
    offset: int
    state: str
    device: int = 0
    inode: int = 0
    part: int = 0
    """0 for the file itself, n for `<stem>.requeue-n`."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Units that ended without a delivery: `state` is `filtered duplicate refused`, `rule` why, `ref` the message it
    is a duplicate of. `target` is the route where it ended for all targets."""

    units: str
    state: str
    rule: str
    seq: int | None = None
    chunk: int | None = None
    target: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """All that one outcome transaction says. It is applied whole, or not at all when the claim is no longer valid."""

    progress: Sequence[Progress] = ()
    park: Sequence[Park] = ()
    unpark: Sequence[Unpark] = ()
    dead_messages: Sequence[Park] = ()
    """Units dead before any target (decode … route): one row each, whoever sees it first."""
    attempts: Sequence[Attempt] = ()
    pulse: Pulse | None = None
    files: Sequence[FileOut] = ()
    fates: Sequence[tuple[int, Fate]] = ()
    """(batch, fate) of units that the target's own steps filtered."""


@dataclass(frozen=True, slots=True)
class NewWork:
    """Work that processing makes: for a batch (`seq` None) or a chunk. `units` are positions or record numbers."""

    target: str
    lane: int
    units: str
    seq: int | None = None
    chunk: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What one processing transaction says: who gets what, and what got nothing. `batch` is the work's batch."""

    batch: int
    progress: Sequence[Progress] = ()
    work: Sequence[NewWork] = ()
    chunks: Sequence[tuple[int, Cut]] = ()
    """(seq, cut)"""
    split_done: Sequence[tuple[int, int, int]] = ()
    """(seq, chunks, records) of a message whose last chunk was cut."""
    fates: Sequence[Fate] = ()
    dead: Sequence[Park] = ()
    keys: Sequence[tuple[int, str, str]] = ()
    """(seq, name, value)"""
    once: Sequence[tuple[int, Once]] = ()
    """Identities that processing takes (a `dedupe` that could not be answered at the door)."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """A connection's breaker: `state` is `closed` or `open`; after `until` one probe may go. `total` is how long it has
    been open in all, in milliseconds, up to now."""

    connection: str
    state: str
    failures: int
    until: int
    total: int
    probe_owner: str = ""
    probe_until: int = 0


class BlobWriter(Protocol):
    """A body on its way into the ledger's files. Locked until it is closed."""

    path: Path

    def write(self, data: bytes) -> None: ...

    def finish(self) -> tuple[int, bytes]:
        """Syncs the file and its folder; (size, SHA-256)."""

    def close(self) -> None:
        """Gives up the lock; a blob that no message refers to is removed by pruning."""

    def discard(self) -> None:
        """Removes it at once."""


class Intake(Protocol):
    """Storing what comes in."""

    def accept(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """One transaction, synced. Raises LedgerError; nothing is stored then. Safe to call again with the same ids
        when the answer was lost: a message whose id is stored is answered `accepted`."""

    def blob(self, message_id: str) -> BlobWriter: ...

    def file_stored(self, path: str, file: FileIn) -> str | None:
        """The id of the message that this very file was stored as, while its move is not done."""

    def file_moved(self, path: str, file: FileIn, moved_to: str = "") -> None:
        """The move is done, to `moved_to` ('' where it was deleted); the same name may come again."""


class Lanes(Protocol):
    """Owning work."""

    def now(self) -> int:
        """Epoch milliseconds."""

    def ensure(self, targets: Mapping[str, int]) -> None:
        """Makes the lanes of targets (name: number of lanes) that have none yet."""

    def due(self, skip: Sequence[str] = ()) -> list[tuple[str, int, int]]:
        """(target, lane, due since) of lanes that are due, longest first; without the targets of `skip`."""

    def claim(self, target: str, lane: int, owner: str, lease: float) -> Claim | None:
        """Takes the lane, or None where it is not due, paused or leased."""

    def renew(self, claim: Claim) -> Claim | None:
        """A longer lease, or None where the claim is lost."""

    def release(self, claim: Claim) -> bool:
        """Gives the lane back and sets when it is due next, in one transaction with a last look for due work."""

    def left(self, claim: Claim) -> float:
        """Seconds of lease left, on the ledger's clock for leases."""

    def release_dead(self, alive: Any) -> int:
        """Frees the lanes whose owner is of this node and gone: `alive(owner) -> bool | None` (None: another node)."""

    def check_due(self) -> int:
        """Compares `next_due` with the work itself; mends and counts what was missed."""

    def crashed(self, mark: int, reason: str) -> None:
        """A child died while it computed this work (a parked unit where negative): counted; after the second, a batch
        is halved."""

    def take_ticker(self, owner: str) -> bool:
        """Whether this owner rings now: one does, by a lease of 2 s."""


class Worklist(Protocol):
    """Reading work, and saying what became of it."""

    def open_work(self, claim: Claim, limit: int) -> list[Work]:
        """The lane's open work by (batch, first unit)."""

    def stored(self, batch: int, positions: Sequence[int]) -> list[Stored]: ...

    def message(self, seq: int) -> Stored | None: ...

    def chunk(self, seq: int, n: int) -> Cut: ...

    def chunk_of(self, seq: int, record: int) -> Cut | None:
        """The chunk that holds a record."""

    def chunks(self, seq: int) -> tuple[Cut | None, tuple[int, int] | None]:
        """The last chunk cut so far, and (chunks, records) when all are."""

    def due_parked(self, claim: Claim, limit: int) -> list[Parked]:
        """Units of the lane to be tried now: those that failed as a probe last, else in order."""

    def blocked(self, claim: Claim) -> set[str]:
        """Keys of the lane that must wait."""

    def ended(self, target: str, batch: int, work: int) -> set[tuple[int, int]]:
        """Units of a batch that this work must leave alone: dead or discarded before any target, or requeued since."""

    def revisions(self, seqs: Sequence[int]) -> dict[tuple[int, int, str], Revision]:
        """The newest revision by (seq, record, target); target is '' for all."""

    def settle(self, claim: Claim, settlement: Settlement) -> Claim | None:
        """Applies an outcome transaction under the claim's fence; the renewed claim, or None where it is lost."""

    def choose(self, claim: Claim, choice: Choice) -> Claim | None:
        """Applies a processing transaction under the claim's fence."""

    def circuits(self) -> dict[str, Circuit]: ...

    def take_probe(self, connection: str, targets: Sequence[str], owner: str, lease: float) -> tuple[str, int] | None:
        """The one probe of an open connection whose time has come: (target, lane) of the unit to try, or None."""

    def drop_probe(self, connection: str, owner: str) -> None:
        """The probe was not sent."""

    def file_out(self, seq: int, target: str, part: int = 0) -> FileOut | None: ...

    def parts(self, seq: int, target: str) -> int:
        """How many files a collected message has made so far."""

    def collected(self, seq: int, target: str, mine: int = 1) -> bool:
        """Whether the last chunk was cut and no work of this message is open but `mine` rows of this target."""

    def reopen(self, claim: Claim, seq: int) -> Claim | None:
        """A collected file is to be written again from its first record: its work is open again."""

    def answer(self, seq: int, target: str) -> Attempt | None:
        """The receipt of a delivery."""

    def late(self, seq: int, target: str) -> str:
        """The deadline of a caller is over: what the caller may be told: `delivered`, `dead` or `late` (committed)."""


    def outcome(self, seq: int, target: str) -> str:
        """How a delivery of a whole message stands: `open retry dead discarded delivered`, or how the message ended
        before any target: `dead filtered duplicate refused`."""

    def again(self, seq: int, target: str) -> bool:
        """Tries a delivery again that is dead because its caller was told `late`."""

    def last_failure(self, seq: int, target: str) -> tuple[str, str] | None:
        """(stage, reason) of a delivery or message that is dead."""

    def gauges(self) -> list[tuple[str, str, float]]:
        """(what, of which, how much) for metrics, read at the scrape."""


class Ledger(Intake, Lanes, Worklist, Protocol):
    """All of it. `Browser` and `Caretaker` (router/browse.py) are what the commands need beside."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Version:
    """A config version: the text of everything."""

    number: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    by: str = ""
    at: int = 0
    reason: str = ""
