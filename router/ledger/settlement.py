"""What happened to deliveries: all that one outcome transaction says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.ledger.arrays import ArrayEnd
from router.ledger.breaker import Pulse


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
    array: str = ""
    """The array that it is tried again with."""
    fallback: bool = False
    """Its own target has given up: what is tried again is the fallback."""


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
    delivered: int = 0
    """Units that arrived, for the counter."""
    arrays: Sequence[ArrayEnd] = ()
    fates: Sequence[tuple[int, Fate]] = ()
    """(batch, fate) of units that the target's own steps filtered."""
