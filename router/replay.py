"""Sending dead letters, or any messages, again: a job over a frozen selection, in steps of one transaction, at a rate, that
survives its maker: the ticker goes on with what a killed command left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from router.jobs import Job, JobItem
from router.ledger import Once
from router.operating.replaying import Door, Replaying, ReplayLedger
from router.processing.records import revised
from router.route import Table

STEP = 500
"""Items of one transaction."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Runs jobs. `table(version)`: 0 is the current one."""

    ledger: ReplayLedger
    table: Callable[[int], Table]
    door: Door

    def step(self, job: Job) -> Job:
        """The next items, as many as the rate allows in about a second."""
        limit, wait = pace(job.rate)
        items = self.ledger.job_items(job.id, limit)
        if job.kind == "requeue":
            items = [self.prepared(job, item) for item in items]
        elif job.kind == "replay":
            items = Replaying(self.ledger, self.table, self.door, job).again(items)
        return self.ledger.run_items(job.id, items, self.ledger.now() + wait)

    def chore(self) -> int:
        """For the ticker: one step of every job that is due; how many."""
        due = self.ledger.due_jobs()
        for job in due:
            self.step(job)
        return len(due)

    def prepared(self, job: Job, item: JobItem) -> JobItem:
        """With what only the project knows of it."""
        stored = self.ledger.message(item.seq)
        if stored is None:
            return replace(item, why_not="its message is gone")
        to, current = str(job.options.get("to") or ""), self.table(0)
        version = int(job.options.get("version") or 0)
        if "." not in item.target:
            route = current.routes.get(item.target)
            if route is None:
                return replace(item, why_not=f"route {item.target} is not in the current version")
            return replace(item, version=version, lanes=route.lanes, once=self.identities(item, version))
        if not to:
            return replace(item, version=version)
        return self.redirected(item, to, version, stored.version, current)

    def redirected(self, item: JobItem, to: str, version: int, pinned: int, current: Table) -> JobItem:
        """Where the pinned version does not know the other target, the current logic is used."""
        target = current.target(to)
        if target is None:
            return replace(item, why_not=f"target {to} is not in the current version")
        if target.route != item.target.partition(".")[0]:
            return replace(item, why_not=f"{to} is of another route")
        if self.table(version or pinned).target(to) is None:
            version = current.version
        return replace(item, version=version, lanes=target.lanes)

    def identities(self, item: JobItem, version: int) -> tuple[Once, ...]:
        """Those that the door would take of the message as it is now, edited or not; a record has none."""
        stored = None if item.record else self.ledger.message(item.seq)
        if stored is None:
            return ()
        route = self.table(version or stored.version).routes.get(stored.envelope.route)
        if route is None:
            return ()
        edit = self.ledger.revisions([item.seq]).get((item.seq, 0, ""))
        return self.door.admit(route, revised(stored.envelope, edit), stored.sha256).once


def pace(rate: float | None) -> tuple[int, int]:
    """(items of one step, milliseconds until the next)."""
    if rate is None:
        return STEP, 0
    limit = max(1, min(STEP, int(rate)))
    return limit, int(limit / rate * 1000)
