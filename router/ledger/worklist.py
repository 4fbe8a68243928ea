"""Work, and deliveries that are parked: reading them, and saying what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from router.ledger.breaker import Circuit
from router.ledger.choice import Choice
from router.ledger.lanes import Claim
from router.ledger.settlement import Attempt, FileOut, Settlement
from router.message import Envelope
from router.ports import Cut


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
    fallback: bool = False
    """What is to be tried is the fallback."""


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
        """Units of the lane to be tried now: those that failed as a probe last, else in order. Members of an array are
        not among them."""

    def parked(self, ids: Sequence[int]) -> dict[int, Parked]:
        """Parked rows by their ids."""

    def blocked(self, claim: Claim) -> set[str]:
        """Keys of the lane that must wait."""

    def ended(self, target: str, batch: int, work: int) -> set[tuple[int, int]]:
        """Units of a batch that this work must leave alone: dead or discarded before any target, or requeued since."""

    def revisions(self, seqs: Sequence[int]) -> dict[tuple[int, int, str], Revision]:
        """The newest revision by (seq, record, target); target is '' for all."""

    def derived(self, seq: int, record: int, tag: str) -> dict[int, bytes]:
        """What steps that are not pure made of a unit, by step."""

    def settle(self, claim: Claim, settlement: Settlement) -> Claim | None:
        """Applies an outcome transaction under the claim's fence; the renewed claim, or None where it is lost."""

    def choose(self, claim: Claim, choice: Choice) -> Claim | None:
        """Applies a processing transaction under the claim's fence."""

    def circuits(self) -> dict[str, Circuit]: ...

    def take_probe(self, connection: str, targets: Sequence[str], owner: str, lease: float) -> tuple[str, int] | None:
        """The one probe of an open connection whose time has come: (target, lane) of the unit to try, or None. It is of the
        first of the targets that has something due; in a target, what failed as a probe goes behind all others."""

    def drop_probe(self, connection: str, owner: str) -> None:
        """The probe was not sent."""

    def file_out(self, seq: int, target: str, part: int = 0) -> FileOut | None: ...

    def parts(self, seq: int, target: str) -> int:
        """How many files a collected message has made so far."""

    def collected(self, seq: int, target: str, mine: int = 1) -> bool:
        """Whether the last chunk was cut and no work of this message is open but `mine` rows of this target."""

    def unclosed(self, claim: Claim) -> tuple[int, int] | None:
        """A collected file of the lane that waits for nothing any more but to be closed, since the last records of its
        message went elsewhere: (seq, the first record in it)."""

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
