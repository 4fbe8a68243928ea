"""How messages ended, target by target: the one place that knows what a unit's rows add up to.

A unit is at a target where it is in `sel` of a work row there that no route-level row ended (`until_work`). It is open
while it is in `rest`; else its parked row says its state; else it was filtered there; else it is delivered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.ledger.sql.database import Database
from router import ranges
from router.browse import STATES, Known

MOVED = "requeued to "
"""The reason of a discarded row whose unit went to another target."""
WAITING = {"retry": "retry", "blocked": "retry"}


@dataclass(frozen=True, slots=True)
class ParkedRow:
    seq: int
    record: int
    target: str
    state: str
    until_work: int
    attempt: int
    error: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    id: int
    target: str
    seq: int | None
    chunk: int | None
    sel: str
    rest: str


@dataclass(slots=True)
class MessageEnds:
    """Units by state: at the route itself, and at each target."""

    route: Counter[str] = field(default_factory=Counter)
    targets: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    moved: Counter[str] = field(default_factory=Counter)
    """Delivered units by target that no work row of it names: they were requeued to it."""
    parked: list[ParkedRow] = field(default_factory=list)
    reason: str = ""

    @property
    def state(self) -> str | None:
        """None where nothing says what became of it."""
        return worst([self.route, *self.targets.values()])

    def worst_row(self, target: str) -> ParkedRow | None:
        """The parked row that says most about a target: a dead one, else one with the most attempts."""
        rows = [p for p in self.parked if p.target == target and p.state != "requeued"]
        return max(rows, key=lambda p: (p.state == "dead", p.attempt), default=None)


def worst(counters: Iterable[Counter[str]]) -> str | None:
    found = {state for counter in counters for state, n in counter.items() if n > 0}
    return next((state for state in STATES if state in found), None)


class Ends:
    """Reads ends batch by batch."""

    def __init__(self, db: Database, known: Known = None) -> None:
        self.db = db
        self.known = known
        self.paused = {str(t) for (t,) in db.read("SELECT target FROM pause")}

    def held(self, target: str) -> bool:
        return target in self.paused or (self.known is not None and target not in self.known)

    def of(self, seqs: Iterable[int]) -> dict[int, MessageEnds]:
        by_batch: dict[int, list[int]] = defaultdict(list)
        for seq in seqs:
            by_batch[seq >> 16].append(seq)
        rows = rows_of(self.db, by_batch)
        found: dict[int, MessageEnds] = {}
        for batch, wanted in by_batch.items():
            found.update(BatchEnds(self, batch, sorted(wanted), rows[batch]).ends())
        return found


@dataclass(slots=True)
class Rows:
    """What says how messages of one batch ended, as the tables have it."""

    works: list[WorkRow] = field(default_factory=list)
    parked: list[ParkedRow] = field(default_factory=list)
    fates: list[tuple[int | None, str, str, str, str]] = field(default_factory=list)


def rows_of(db: Database, by_batch: Mapping[int, Sequence[int]]) -> dict[int, Rows]:
    """Of some messages of some batches, at once: each question is a way to a server and back. By batch."""
    found = {batch: Rows() for batch in by_batch}
    if not by_batch:
        return found
    if len(by_batch) == 1:  # a whole batch, as `verify` asks, has too many to be named
        ((batch, seqs),) = by_batch.items()
        of_batch, of_seq = f"batch={batch}", f"seq BETWEEN {min(seqs)} AND {max(seqs)}"
    else:
        of_batch = f"batch IN ({','.join(map(str, by_batch))})"
        of_seq = f"seq IN ({','.join(str(seq) for seqs in by_batch.values() for seq in seqs)})"
    for batch, *row in db.read(
        "SELECT batch, id, target, seq, chunk, sel, rest FROM work"
        f" WHERE {of_batch} AND (seq IS NULL OR {of_seq}) ORDER BY seq, chunk, id"
    ):
        found[batch].works.append(WorkRow(*row))
    for row in db.read(
        "SELECT seq, record, target, state, until_work, attempt, error, reason FROM parked"
        f" WHERE {of_seq} ORDER BY seq, record, target"
    ):
        found[row[0] >> 16].parked.append(ParkedRow(*row))
    for batch, *fate in db.read(f"SELECT batch, seq, target, state, rule, units FROM fate WHERE {of_batch} ORDER BY id"):
        found[batch].fates.append(tuple(fate))
    return found


class BatchEnds:
    """The ends of some messages of one batch."""

    def __init__(self, reader: Ends, batch: int, seqs: list[int], rows: Rows) -> None:
        self.reader = reader
        self.db = reader.db
        self.batch = batch
        self.found = {seq: MessageEnds() for seq in seqs}
        self.works, self.fates = rows.works, rows.fates
        for row in rows.parked:
            if row.seq in self.found:
                self.found[row.seq].parked.append(row)

    def ends(self) -> dict[int, MessageEnds]:
        self._fates()
        self._routes()
        for work in self.works:
            if work.seq is None:
                self._whole(work)
            elif work.seq in self.found:
                self._chunk(work, self.found[work.seq])
        for seq, ends in self.found.items():
            self._moved(seq, ends)
        return self.found

    def _fates(self) -> None:
        self.filtered: dict[tuple[int, str], set[int]] = defaultdict(set)
        for seq, target, state, rule, units in self.fates:
            if seq is not None and seq not in self.found:
                continue
            numbers = ranges.decode(units) if "." in target or seq is None else ()
            if seq is not None and "." not in target:
                self.found[seq].route[state] += ranges.size(units)
                self.found[seq].reason = self.found[seq].reason or rule
            for n in numbers:
                place = (self.batch << 16) | n if seq is None else seq
                if place not in self.found:
                    continue
                self.found[place].reason = self.found[place].reason or rule
                if "." in target:
                    self.filtered[place, target].add(0 if seq is None else n)
                else:
                    self.found[place].route[state] += 1

    def _routes(self) -> None:
        """What died before any target, and until which work row that holds."""
        self.until: dict[int, dict[int, int]] = defaultdict(dict)
        self.at: dict[tuple[int, str], list[ParkedRow]] = defaultdict(list)
        for seq, ends in self.found.items():
            for row in ends.parked:
                if "." in row.target:
                    self.at[seq, row.target].append(row)
                    continue
                self.until[seq][row.record] = row.until_work
                if row.state != "requeued":
                    ends.route[row.state] += 1
                    ends.reason = row.reason

    def _waiting(self, state: str, target: str) -> str:
        return "held" if state in ("open", "retry") and self.reader.held(target) else state

    def _whole(self, work: WorkRow) -> None:
        rest = set(ranges.decode(work.rest))
        for position in ranges.decode(work.sel):
            seq = (self.batch << 16) | position
            ends = self.found.get(seq)
            if ends is None or self.until.get(seq, {}).get(0, 0) >= work.id:
                continue
            if "." not in work.target:
                if position in rest:
                    ends.route[self._waiting("open", work.target)] += 1
                continue
            ends.targets[work.target][self._state(seq, 0, work.target, position in rest)] += 1

    def _state(self, seq: int, record: int, target: str, is_open: bool) -> str:
        if is_open:
            return self._waiting("open", target)
        row = next((p for p in self.at.get((seq, target), ()) if p.record == record), None)
        if row is not None:
            return self._waiting(WAITING.get(row.state, row.state), target)
        return "filtered" if record in self.filtered.get((seq, target), ()) else "delivered"

    def _chunk(self, work: WorkRow, ends: MessageEnds) -> None:
        """Counts by lengths where nothing stands out, unit by unit only for what does."""
        seq = work.seq or 0
        counter = ends.route if "." not in work.target else ends.targets[work.target]
        size, left = ranges.size(work.sel), ranges.size(work.rest)
        gone = {r for r, until in self.until.get(seq, {}).items() if r and until >= work.id}
        odd = within(work.sel, gone)
        lost = len(odd)
        left -= len(within(work.rest, gone)) if left else 0
        if "." not in work.target:
            counter[self._waiting("open", work.target)] += left
            return
        rest = set(ranges.decode(work.rest)) if left else set()
        other = 0
        for row in rows_within(self.at.get((seq, work.target), []), work.sel):
            if row.record not in rest and row.record not in odd:
                counter[self._waiting(WAITING.get(row.state, row.state), work.target)] += 1
                other += 1
        filtered = within(work.sel, self.filtered.get((seq, work.target), set())) - rest - odd
        parked = {p.record for p in self.at.get((seq, work.target), ())} if filtered else set()
        filtered -= parked
        counter["filtered"] += len(filtered)
        counter[self._waiting("open", work.target)] += left
        counter[self._output(seq, work.target)] += size - lost - left - other - len(filtered)

    def _output(self, seq: int, target: str) -> str:
        """The state of what is in a collected output: that of the output, where it has a row of its own (record 0)."""
        row = next((p for p in self.at.get((seq, target), ()) if p.record == 0), None)
        return "delivered" if row is None else self._waiting(WAITING.get(row.state, row.state), target)

    def _moved(self, seq: int, ends: MessageEnds) -> None:
        """Units that were requeued to another target: parked there without work, or delivered with a receipt only."""
        for row in [p for p in ends.parked if p.state == "discarded" and p.reason.startswith(MOVED)]:
            to = row.reason.removeprefix(MOVED)
            there = next((p for p in self.at.get((seq, to), ()) if p.record == row.record), None)
            if there is not None:
                ends.targets[to][self._waiting(WAITING.get(there.state, there.state), to)] += 1
            elif row.record in self.filtered.get((seq, to), ()):
                ends.targets[to]["filtered"] += 1
            elif self.db.read(
                "SELECT 1 FROM attempt WHERE seq=? AND record=? AND target=? AND kind=3", (seq, row.record, to)
            ):
                ends.targets[to]["delivered"] += 1
                ends.moved[to] += 1


def within(text: str, numbers: set[int]) -> set[int]:
    """Which of the numbers are in the ranges of a text."""
    if not numbers or not text:
        return set()
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if high - low < len(numbers):
            found.update(n for n in range(low, high + 1) if n in numbers)
        else:
            found.update(n for n in numbers if low <= n <= high)
    return found


def rows_within(rows: Sequence[ParkedRow], text: str) -> list[ParkedRow]:
    """Which rows, sorted by record, are in the ranges of a text."""
    if not rows or not text:
        return []
    found: list[ParkedRow] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start = bisect_left(rows, int(first), key=lambda r: r.record)
        end = bisect_left(rows, int(last or first) + 1, key=lambda r: r.record)
        found.extend(rows[start:end])
    return found
