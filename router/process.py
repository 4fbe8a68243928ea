"""Processing: what each target gets is chosen and stored; nothing that was computed on the way is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from router import ranges
from router.delivery.units import LETHAL
from router.errors import MessageError
from router.lanes import lane_of_batch, lane_of_key
from router.ledger import Choice, Claim, Progress, Revision, Stored, Work, Worklist
from router.message import Message
from router.pipeline import Filtered, after_split, apply, business_keys, choose, decode, order_key
from router.processing.records import RecordReader, as_message, revised
from router.processing.running import Kept, Run, kept_of, rev_of
from router.processing.sorting import Sorting, crashed, dead
from router.processing.splitting import Splitter, allowed
from router.route import Route, Table, Target

SLICE = 100
"""Messages chosen in one transaction; between slices other lanes get their turn."""


class Processor:
    """Works the processing lanes of routes. `table(version)` is the project as it was when the message came in."""

    def __init__(
        self,
        ledger: Worklist,
        table: Callable[[int], Table],
        reader: RecordReader,
        mark: Callable[[int], None],
        isolate: Callable[[Callable[[], object]], str | None],
    ) -> None:
        self._isolate = isolate
        self._ledger = ledger
        self._table = table
        self._reader = reader
        self._mark = mark
        self._splitter = Splitter(ledger, reader, mark)

    def turns(self, claim: Claim, work: Work) -> Iterator[Choice]:
        """The transactions that this work needs, each to be committed before the next is asked for."""
        gone = self._ledger.ended(work.target, work.batch, work.id)
        if work.crashes >= LETHAL - 1 and ranges.size(work.rest) == 1:
            reason = work.crash if work.crashes >= LETHAL else self._isolate(self._rehearsal(work))
            if reason is not None:
                yield self._crashed(work, reason)
                return
        yield from self._turns(work, gone)

    def _rehearsal(self, work: Work) -> Callable[[], object]:
        """What the unit's computing is, for a process of its own: everything is read here, nothing of the ledger there."""
        number = ranges.decode(work.rest)[0]
        seq = (work.batch << 16) | number if work.seq is None else work.seq
        stored = self._ledger.message(seq)
        assert stored is not None
        revision = self._ledger.revisions([seq]).get((seq, 0, ""))
        route = self.route(stored, revision)
        envelope = revised(stored.envelope, revision)
        if work.seq is None or work.chunk is None:
            if route.split is not None:
                return lambda: sum(1 for _ in self._reader.cuts(route, stored, None, envelope))
            return lambda: apply(route.steps, decode(route, envelope))
        cut = self._ledger.chunk(work.seq, work.chunk)

        def record() -> object:
            ((_, body),) = self._reader.records(route, stored, cut, [number], {}, envelope)
            return apply(after_split(route), as_message(envelope, number, body))

        return record

    def _crashed(self, work: Work, reason: str) -> Choice:
        number = ranges.decode(work.rest)[0]
        seq, record = ((work.batch << 16) | number, 0) if work.seq is None else (work.seq, number)
        return Choice(work.batch, [Progress(work.id, (number,), 1)], dead=[crashed(seq, record, reason)])

    def _turns(self, work: Work, gone: set[tuple[int, int]]) -> Iterator[Choice]:
        if work.seq is not None:
            yield from self._chunk(work, gone)
            return
        positions = ranges.decode(work.rest)
        ended = [p for p in positions if ((work.batch << 16) | p, 0) in gone]
        if ended:
            yield Choice(work.batch, [Progress(work.id, tuple(ended), len(ended))])
        rest = [p for p in positions if p not in set(ended)]
        for start in range(0, len(rest), SLICE):
            yield from self._slice(work, rest[start : start + SLICE])

    def _slice(self, work: Work, positions: list[int]) -> Iterator[Choice]:
        stored = self._ledger.stored(work.batch, positions)
        revisions = self._ledger.revisions([s.seq for s in stored])
        sorting = Sorting(work.batch)
        split: list[Stored] = []
        for item in stored:
            route = self.route(item, revisions.get((item.seq, 0, "")))
            if route.split is not None:
                split.append(item)
            else:
                self._mark(work.id)
                self._one(route, item, revisions, sorting)
                self._mark(0)
        whole = [p for p in positions if p not in {s.seq & 0xFFFF for s in split}]
        if whole:
            yield sorting.choice(work.target, [Progress(work.id, tuple(whole), len(sorting.dead))])
        for item in split:
            revision = revisions.get((item.seq, 0, ""))
            yield from self._splitter.turns(work, self.route(item, revision), item, revision)

    def route(self, stored: Stored, revision: Revision | None) -> Route:
        """The route as it was pinned, or as an operator asked for."""
        version = revision.version if revision is not None and revision.version is not None else stored.version
        return self._table(version).routes[stored.envelope.route]

    def _one(
        self, route: Route, stored: Stored, revisions: Mapping[tuple[int, int, str], Revision], sorting: Sorting
    ) -> None:
        position = stored.seq & 0xFFFF
        run = Run(route, stored.seq, self._kept(route, stored.seq, 0, revisions))
        try:
            message = decode(route, revised(stored.envelope, revisions.get((stored.seq, 0, ""))))
            sorting.keys.extend((stored.seq, n, v) for n, v in business_keys(route, message))
            after = run.through(route.steps, message, route.door if route.source.kind == "http" else 0)
            self._end(run, after, position, 0, sorting)
        except MessageError as error:
            sorting.dead.append(dead(stored.seq, 0, error))
        sorting.derived.extend(run.derived)

    def _kept(
        self, route: Route, seq: int, record: int, revisions: Mapping[tuple[int, int, str], Revision]
    ) -> Kept | None:
        return kept_of(self._ledger, route, seq, record, rev_of(revisions, seq, record)) if route.impure else None

    def _place(self, route: Route, message: Message, unit: int, chunk: int, sorting: Sorting) -> Filtered | None:
        chosen = choose(route, message)
        if isinstance(chosen, Filtered):
            return chosen
        chosen = allowed(chosen, message.envelope)
        if not chosen:
            return Filtered("replayed to other targets only")
        lanes = [(t.name, self._lane(t, message, sorting.batch, chunk)) for t in chosen]
        for lane in lanes:
            sorting.by_lane[lane].append(unit)
        return None

    def _lane(self, target: Target, message: Message, batch: int, chunk: int) -> int:
        key = order_key(target, message)
        if key is not None:
            return lane_of_key(key)
        return lane_of_batch(batch, 0 if target.collect else chunk)

    def _chunk(self, work: Work, gone: set[tuple[int, int]]) -> Iterator[Choice]:
        """Chooses for the records of one chunk."""
        assert work.seq is not None
        assert work.chunk is not None
        stored = self._ledger.message(work.seq)
        assert stored is not None
        revisions = self._ledger.revisions([work.seq])
        edits = {record: r for (_, record, target), r in revisions.items() if target == "" and r.kind != "raw"}
        numbers = [n for n in ranges.decode(work.rest) if (work.seq, n) not in gone]
        own = revisions.get((work.seq, numbers[0], "")) if len(numbers) == 1 else None
        route = self.route(stored, own if own is not None and own.version else revisions.get((work.seq, 0, "")))
        cut = self._ledger.chunk(work.seq, work.chunk)
        sorting = Sorting(work.batch, work.seq, work.chunk)
        self._mark(work.id)
        envelope = revised(stored.envelope, revisions.get((work.seq, 0, "")))
        for number, body in self._reader.records(route, stored, cut, numbers, edits, envelope):
            run = Run(route, stored.seq, self._kept(route, stored.seq, number, revisions), number)
            self._mark(work.id)
            self._record(run, stored, number, body, cut.n, sorting)
        self._mark(0)
        failed = len(sorting.dead) + ranges.size(work.rest) - len(numbers)
        yield sorting.choice(work.target, [Progress(work.id, tuple(ranges.decode(work.rest)), failed)])

    def _record(self, run: Run, stored: Stored, number: int, body: object, chunk: int, sorting: Sorting) -> None:
        try:
            message, split = as_message(stored.envelope, number, body), run.route.split
            if split is not None and split.keys:
                sorting.keys.extend((stored.seq, n, v) for n, v in business_keys(run.route, message, split.keys))
            after = run.through(after_split(run.route), message)
            self._end(run, after, number, chunk, sorting)
        except MessageError as error:
            sorting.dead.append(dead(stored.seq, number, error))
        sorting.derived.extend(run.derived)

    def _end(self, run: Run, after: Message | Filtered, unit: int, chunk: int, sorting: Sorting) -> None:
        """What goes nowhere takes no identity."""
        placed = after if isinstance(after, Filtered) else self._place(run.route, after, unit, chunk, sorting)
        if placed is None:
            sorting.once.extend(run.once)
        else:
            sorting.filtered[placed.rule].append(unit)
