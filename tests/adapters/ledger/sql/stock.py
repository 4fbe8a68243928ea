"""A ledger with something in it: messages are accepted, worked and failed by the same transactions as in life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from adapters.ledger.memory import FakeClock
from adapters.ledger.sql.ledger import SqlLedger
from adapters.ledger.sqlite.ledger import SqliteLedger
from router import ranges
from router.browse import Selection
from router.jobs import Job, JobItem, JobOrder
from router.ledger import Arrival, Attempt, Choice, Claim, End, Fate, NewWork, Once, Park, Progress, Settlement, Unpark
from router.message import Envelope, File, new_id
from router.ports import Cut
from router.route import Keep

ERP, SHOP = "orders.erp", "orders.shop"
KNOWN = {"orders", ERP, SHOP, "sales", "sales.lake"}
KEEP = Keep(bodies=10, messages=20, dead=30)


class Stock:
    """Builds what a test needs; the clock is the test's."""

    def __init__(self, folder: Path, make: Callable[[FakeClock], SqlLedger] | None = None) -> None:
        self.clock = FakeClock()
        self.ledger = make(self.clock) if make else SqliteLedger(folder / "ledger.db", folder / "blobs", self.clock)

    # --- messages ---
    def put(
        self, *targets: str, body: bytes = b"{}", route: str = "orders", end: End | None = None,
        once: tuple[Once, ...] = (), keys: tuple[tuple[str, str], ...] = (), lanes: int = 4, file: str | None = None,
    ) -> int:  # fmt: skip
        """The seq of an accepted message; its work goes to these targets."""
        now = datetime.fromtimestamp(self.clock.now() / 1000, UTC)
        envelope = Envelope(new_id(), route, "/orders", now, raw=body, size=len(body),
                            file=File(file, len(body)) if file else None)  # fmt: skip
        arrival = Arrival(envelope, 1, tuple((t, lanes) for t in targets), body.ljust(32, b"."), once, keys, end)
        return self.ledger.accept([arrival])[0].seq

    def split(self, records: int, *targets: str) -> int:
        """A message of the route `sales` that was cut into chunks of three records, each for these targets."""
        seq = self.put("sales", route="sales", file="day.csv")
        cuts, works = [], []
        for n, first in enumerate(range(1, records + 1, 3)):
            count = min(3, records - first + 1)
            cuts.append((seq, Cut(n, n * 100, 100, first, count, first + 1)))
            units = ranges.encode(range(first, first + count))
            works += [NewWork(target, 0, units, seq, n) for target in targets]
        claim = self.claim("sales")
        (work,) = self.ledger.open_work(claim, 1)
        done = [Progress(work.id, (0,))]
        self.ledger.choose(claim, Choice(seq >> 16, done, works, cuts, [(seq, len(cuts), records)]))
        self.ledger.release(claim)
        return seq

    def id(self, seq: int) -> str:
        found = self.ledger.message(seq)
        assert found is not None
        return found.envelope.id

    # --- what became of them ---
    def claim(self, target: str, lane: int | None = None) -> Claim:
        for name, n, _ in self.ledger.due():
            if name == target and lane in (None, n):
                found = self.ledger.claim(name, n, "w/1/1", 30)
                if found is not None:
                    return found
        raise AssertionError(f"no lane of {target} is due")

    def settle(self, target: str, seq: int, record: int = 0, park: Park | None = None, rule: str = "") -> None:
        """The unit left its open work: delivered, with a row of its own, or filtered there."""
        for n in range(16):
            claim = self.ledger.claim(target, n, "w/1/1", 30)
            if claim is None:
                continue
            done = self._settled(claim, seq, record, park, rule)
            self.ledger.release(claim)
            if done:
                return
        raise AssertionError(f"{seq} is not open at {target}")

    def _settled(self, claim: Claim, seq: int, record: int, park: Park | None, rule: str) -> bool:
        number = record or seq & 0xFFFF
        for work in self.ledger.open_work(claim, 1000):
            mine = work.seq == seq if record else work.seq is None and work.batch == seq >> 16
            if not mine or number not in ranges.decode(work.rest):
                continue
            before = park is not None and park.stage in ("decode", "validate", "route")
            receipt = Attempt(seq, record, 1, self.clock.now(), 0.01, True, "http://erp", 201, response=b"thanks")
            fate = (work.batch, Fate(str(number), "filtered", rule, seq if record else None, None, claim.target))
            self.ledger.settle(claim, Settlement(
                [Progress(work.id, (number,), int(park is not None or bool(rule)))],
                [park] if park is not None and not before else [],
                dead_messages=[park] if park is not None and before else [],
                attempts=[] if park is not None or rule else [receipt],
                fates=[fate] if rule else [],
            ))  # fmt: skip
            return True
        return False

    def deliver(self, target: str, seq: int, record: int = 0) -> None:
        self.settle(target, seq, record)

    def fail(self, target: str, seq: int, state: str = "dead", record: int = 0, **more: object) -> None:
        options: dict[str, object] = {
            "stage": "send", "error": "503", "reason": "HTTP 503", "status": 503, "attempt": 2,
        }  # fmt: skip
        self.settle(target, seq, record, Park(seq, record, state, **{**options, **more}))  # type: ignore[arg-type]

    def retried(self, target: str, seq: int, record: int = 0) -> None:
        """A parked unit was delivered."""
        lane = self.lane(target, seq, record)
        claim = self.claim(target, lane)
        receipt = Attempt(seq, record, 1, self.clock.now(), 0.01, True)
        self.ledger.settle(claim, Settlement(unpark=[Unpark(seq, record)], attempts=[receipt]))
        self.ledger.release(claim)

    # --- looking ---
    def lane(self, target: str, seq: int, record: int = 0) -> int:
        return int(str(self._row("lane", seq, record, target)[0][0]))

    def parked(self, target: str, seq: int, record: int = 0) -> str | None:
        rows = self._row("state", seq, record, target)
        return str(rows[0][0]) if rows else None

    def _row(self, column: str, *unit: object) -> list[tuple[object, ...]]:
        return self.ledger.db.read(f"SELECT {column} FROM parked WHERE seq=? AND record=? AND target=?", unit)

    def state(self, seq: int) -> str:
        view = self.ledger.message_view(self.id(seq), KNOWN)
        assert view is not None
        return view.state

    def count(self) -> dict[str, int]:
        """Without the zeros."""
        return {state: n for state, n in self.ledger.status_counts(KNOWN).items() if n}

    # --- jobs ---
    def run(self, selection: Selection, kind: str = "requeue", once: tuple[Once, ...] = (), lanes: int = 4,
            version: int = 0, **options: object) -> Job:  # fmt: skip
        job = self.ledger.create_job(selection, JobOrder(kind, options, "ann", "fixed"))
        assert job is not None
        items = [
            JobItem(i.n, i.seq, i.record, i.target, once, lanes, version) for i in self.ledger.job_items(job.id, 500)
        ]
        return self.ledger.run_items(job.id, items, 0)
