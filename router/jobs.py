"""What operators change: jobs over dead letters, edits, pauses, retention. Every change leaves a line in the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from router.browse import DeadLetter, Pruned, Selection
from router.ledger import Once
from router.route import Keep

NEVER = ("refused", "duplicate")
"""States of messages that no replay sends again."""


@dataclass(frozen=True, slots=True)
class Job:
    """A requeue, discard or replay of a frozen selection. `state` is `running done cancelled`; `skipped` of `done` were not
    dead any more. `rate` is in items a second."""

    id: int
    kind: str
    state: str
    total: int
    done: int
    skipped: int
    rate: float | None
    by: str
    reason: str
    created_at: int
    next_at: int
    ended_at: int | None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What became of a job's items: how many have ended, how many are dead again, and the rest by where they wait."""

    ended: int
    dead: int
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What a job is to do. Options of a requeue and a replay: `to` (ROUTE.TARGET), `version` (the logic to use, 0: the
    pinned); of a replay `target` too (ROUTE.TARGET, or the id inside its route)."""

    kind: str
    options: Mapping[str, Any]
    by: str
    reason: str
    rate: float | None = None
    expect: int | None = None


@dataclass(frozen=True, slots=True)
class JobItem:
    """One frozen dead letter. What only the project knows of it is filled in before the step: the identities that it
    takes again, how many lanes its route's processing or its new target has, the version it is computed by."""

    n: int
    seq: int
    record: int
    target: str
    once: tuple[Once, ...] = ()
    lanes: int = 4
    version: int = 0
    why_not: str = ""


class ExpectationFailed(Exception):
    """The selection has another size than was expected; nothing was done."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"{found} match, {expected} were expected; nothing was done")
        self.found = found


class Caretaker(Protocol):
    """Changing what an operator may change. Every change leaves a line in the audit."""

    def create_job(self, selection: Selection, order: JobOrder) -> Job | None:
        """Freezes the selection; None where nothing matches. Raises ExpectationFailed."""

    def create_replay(self, selection: Selection, order: JobOrder) -> Job | None:
        """The same over messages; `ids` are ids of messages, `stage`, `error` and `group` are of dead letters only."""

    def replay_count(self, selection: Selection) -> int:
        """How many messages match."""

    def replayable(self, selection: Selection) -> Mapping[tuple[str, int], int]:
        """How many of them may be sent again, by (route, version): their bodies are kept, and they are not in `NEVER`."""

    def replays(self, message: str) -> list[tuple[int, int]]:
        """(number, job) of the replays of a message."""

    def job(self, id: int) -> Job | None: ...

    def jobs(self) -> list[Job]:
        """The newest first."""

    def due_jobs(self) -> list[Job]: ...

    def job_items(self, id: int, limit: int) -> list[JobItem]:
        """The next items after the cursor."""

    def job_outcome(self, id: int) -> JobOutcome: ...

    def job_skips(self, id: int) -> list[str]:
        """`<n>: <why>` of the items that were left alone."""

    def run_items(self, id: int, items: Sequence[JobItem], next_at: int) -> Job:
        """One transaction: what the job says is done to these items, the cursor moves. Items that another step did
        meanwhile are left alone."""

    def cancel_job(self, id: int, by: str, reason: str) -> Job | None: ...

    def last_revision(self, seq: int, record: int, target: str) -> tuple[str, bytes] | None:
        """(kind, body) of the newest edit of a dead letter; target as in `DeadLetter.place`."""

    def revise(self, letter: DeadLetter, kind: str, body: bytes, by: str, reason: str) -> int:
        """Keeps another body beside the original; its number."""

    def pause_target(self, target: str, by: str, reason: str) -> bool:
        """False where it was paused already."""

    def resume_target(self, target: str, by: str, reason: str) -> bool: ...

    def pause_route(self, route: str, by: str, reason: str) -> bool:
        """Its source takes nothing in, what was accepted before goes on. False where it was paused already."""

    def resume_route(self, route: str, by: str, reason: str) -> bool: ...

    def reset_target(self, target: str, connection: str, by: str, reason: str) -> int:
        """The breaker of its connection is closed; how many wait there for a next try, which is now."""

    def prune_step(self, keep: Keep) -> Pruned:
        """One bounded turn; called again until nothing is left."""
