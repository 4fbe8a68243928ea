"""What operators do: requeue and discard by jobs, in steps that two may run at once; pause and resume; retention."""

from __future__ import annotations

from dataclasses import dataclass, replace

from router.browse import Selection
from router.jobs import Job, JobItem, JobOrder
from router.lanes import PLAIN_LANES, lane_of_batch
from router.ledger import Once
from router.route import Keep
from tests.faults.property.bench import WholeLedger
from tests.faults.property.books import ORDERED, ROUTES, TARGETS, Books, Holder, Unit
from tests.faults.property.intake import SCOPE, WITHIN

KEEP = Keep(bodies=10, messages=20, dead=30)
OTHER = {"orders.erp": "orders.lake", "sales.till": "sales.lake", "days.lake": "days.till"}


@dataclass
class Running:
    """A job as the books see it."""

    id: int
    kind: str
    to: str
    total: int
    cursor: int = 0


class Office:
    """Gives orders, and enters in the books what must become of it."""

    def __init__(self, ledger: WholeLedger, books: Books) -> None:
        self.ledger, self.books = ledger, books
        self.jobs: list[Running] = []
        self.read: list[tuple[Running, list[JobItem]]] = []

    # --- jobs ---
    def order(self, kind: str, target: str | None, elsewhere: bool) -> None:
        """A job over all dead letters, or those of a target."""
        to = OTHER.get(target or "", "") if kind == "requeue" and elsewhere else ""
        chosen = [u for u in self.books.dead() if target in (None, u.target)]
        job = self.ledger.create_job(Selection(target=target), JobOrder(kind, {"to": to} if to else {}, "ann", "tried"))
        assert (job.total if job else 0) == len(chosen)
        if job is not None:
            self.jobs.append(Running(job.id, kind, to, job.total))

    def look(self, limit: int) -> None:
        """Reads the next items of a job; somebody else may do them first."""
        for job in self.jobs[-1:]:
            self.read.append((job, self.ledger.job_items(job.id, limit)))

    def step(self, repeat: bool) -> None:
        """Does what was read, perhaps for a second time."""
        if not self.read:
            return
        job, items = self.read[0] if repeat else self.read.pop(0)
        done = self._done(job, self.ledger.run_items(job.id, [self._prepared(job, i) for i in items], 0), items)
        assert done.state == ("done" if job.cursor >= job.total else "running")

    def _prepared(self, job: Running, item: JobItem) -> JobItem:
        """With what only the project knows of it."""
        if item.seq not in self.books.messages:
            return replace(item, why_not="its message is gone")
        lanes = TARGETS[job.to] if job.to else {**ROUTES, **TARGETS}[item.target]
        message = self.books.messages[item.seq]
        return replace(item, lanes=lanes, once=(Once(SCOPE, message.once, WITHIN),) if message.once else ())

    def _done(self, job: Running, after: Job, items: list[JobItem]) -> Job:
        for item in items:
            unit = self.books.units.get((item.seq, item.record, item.target))
            if item.n <= job.cursor:
                continue
            job.cursor = item.n
            if unit is not None and unit.state in ("dead", "hold"):
                self._one(job, unit)
        return after

    def _one(self, job: Running, unit: Unit) -> None:
        now = self.ledger.now()
        if job.kind == "discard":
            unit.state = "discarded"
        elif job.to and "." in unit.target:
            self._redirected(unit, job.to, now)
        elif "." in unit.target:
            unit.state, unit.next_at = "retry", now
        elif not job.to:
            self._through_route(unit, now)
        self.books.order(unit, now)

    def _redirected(self, unit: Unit, to: str, now: int) -> None:
        if (unit.seq, unit.record, to) in self.books.units:
            return
        unit.state = "discarded"
        lane = lane_of_batch(unit.seq >> 16) if TARGETS[to] == PLAIN_LANES else 0
        moved = Unit(unit.seq, unit.record, to, lane, state="retry", next_at=now)
        self.books.units[moved.at] = moved

    def _through_route(self, unit: Unit, now: int) -> None:
        """What was wrong with it was put right."""
        message = self.books.messages[unit.seq]
        message.bad.discard(unit.record)
        held = self.books.seen.get(message.once) if message.once else None
        if held is not None and held.until > now and held.seq != unit.seq:
            unit.state = "duplicate"
            return
        if message.once:
            self.books.seen[message.once] = Holder(unit.seq, message.sha256, now + WITHIN * 1000)
        lane = 0
        if ROUTES[unit.target] == PLAIN_LANES:
            lane = lane_of_batch(unit.seq >> 16)
        unit.state, unit.lane, unit.again = "open", lane, True

    # --- pauses ---
    def pause(self, target: str) -> None:
        assert self.ledger.pause_target(target, "ann", "") == (target not in self.books.paused)
        self.books.paused.add(target)

    def resume(self, target: str) -> None:
        assert self.ledger.resume_target(target, "ann", "") == (target in self.books.paused)
        self.books.paused.discard(target)

    def reset(self, target: str) -> None:
        now = self.ledger.now()
        self.ledger.reset_target(target, target, "ann", "")
        for unit in self.books.units.values():
            if unit.target == target and unit.state == "retry":
                unit.next_at = min(unit.next_at, now)

    # --- retention ---
    def prune(self) -> None:
        """What is open, waits or is dead stays; dead letters that were kept long enough are discarded."""
        before = self.ledger.now() - int(KEEP.dead * 1000)
        self.ledger.prune_step(KEEP)
        after = self.ledger.now() - int(KEEP.dead * 1000)
        for unit in self.books.dead():
            if unit.died_at < before or (unit.died_at < after and self._state(unit) == "discarded"):
                unit.state = "discarded"
                self.books.order(unit, self.ledger.now())
        for seq in list(self.books.messages):
            if self.ledger.message(seq) is None:
                left = [u for u in self.books.units.values() if u.seq == seq and not u.ended]
                assert not left, f"retention took {left}"
                self.books.forget(seq)

    def _state(self, unit: Unit) -> str | None:
        message = self.books.messages[unit.seq].id
        parts = [message, *unit.target.split(".")[1:], *([str(unit.record)] if unit.record else [])]
        return self.ledger.parked_state(":".join(parts))


__all__ = ["KEEP", "ORDERED", "Office"]
