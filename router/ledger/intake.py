"""Coming in: what is to be accepted, its receipt, and who stores it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from router.message import Envelope


@dataclass(frozen=True, slots=True)
class Once:
    """An identity to be taken in the accepting transaction: the same (scope, key) within `within` seconds is a
    duplicate; with other bytes, `changed` says what: `duplicate`, `deliver` or `dead`. A scope that begins with
    `source:` is the source's own name for the message (an entry's id): it stays taken whatever becomes of the message.
    Without `look` it is taken from whoever held it: for a source that says itself when it sends something again."""

    scope: str
    key: str
    within: float
    changed: str = "dead"
    idempotency: bool = False
    look: bool = True


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
class ReplayOf:
    """Which message it replays, the how manieth time (from 2), by which job."""

    message: str
    number: int
    job: int


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
    """Until when the caller waits, in epoch milliseconds of the host that received it, as `received_at` is; the ledger keeps
    it by its own clock."""
    late: str = ""
    file: FileIn | None = None
    replay: ReplayOf | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an arrival: `accepted`, `duplicate` (of message `of`), `conflict` (same key, other content),
    `refused` or `dead`. `id` is the first one's id for a duplicate."""

    state: str
    id: str
    seq: int
    of: str | None = None


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
