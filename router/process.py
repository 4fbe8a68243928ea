"""Processing: what each target gets is chosen and stored; nothing that was computed on the way is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from router import ranges
from router.errors import Detail, ExpressionError, MessageError
from router.lanes import lane_of_batch, lane_of_key
from router.ledger import Choice, Claim, Fate, NewWork, Once, Park, Progress, Revision, Stored, Work, Worklist
from router.message import Envelope, Message
from router.pipeline import (
    Filtered,
    after_split,
    apply,
    business_keys,
    choose,
    decode,
    order_key,
)  # fmt: skip
from router.ports import Cut
from router.records import RecordReader, as_message, revised
from router.route import Route, Table, Target

SLICE = 100
"""Messages chosen in one transaction; between slices other lanes get their turn."""
CHUNKS_A_TURN = 32
LETHAL = 3
"""Deaths of a child that end a unit."""


def details_of(error: MessageError) -> str:
    if not error.details:
        return ""
    return msgspec.json.encode([{"path": d.path, "message": d.message} for d in error.details]).decode()


def dead(seq: int, record: int, error: MessageError) -> Park:
    """A unit that died before any target."""
    return Park(seq, record, "dead", error.stage, error.error, error.reason, attempt=1, details=details_of(error))


def crashed(seq: int, record: int, crash: str) -> Park:
    return Park(seq, record, "dead", "decode", "crash", f"crashed the worker ({crash})", attempt=3)


@dataclass
class Sorting:
    """What one slice of messages or records gets: collected while they are looked at."""

    batch: int
    seq: int | None = None
    chunk: int | None = None
    by_lane: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    filtered: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    dead: list[Park] = field(default_factory=list)
    keys: list[tuple[int, str, str]] = field(default_factory=list)
    once: list[tuple[int, Once]] = field(default_factory=list)

    def choice(self, route: str, progress: Sequence[Progress]) -> Choice:
        work = [NewWork(t, lane, ranges.encode(n), self.seq, self.chunk) for (t, lane), n in self.by_lane.items()]
        fates = [
            Fate(ranges.encode(n), "filtered", rule, self.seq, self.chunk, route) for rule, n in self.filtered.items()
        ]
        return Choice(self.batch, progress, work, fates=fates, dead=self.dead, keys=self.keys, once=self.once)


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
            yield from self._split(work, item, revisions.get((item.seq, 0, "")))

    def route(self, stored: Stored, revision: Revision | None) -> Route:
        """The route as it was pinned, or as an operator asked for."""
        version = revision.version if revision is not None and revision.version is not None else stored.version
        return self._table(version).routes[stored.envelope.route]

    def _one(
        self, route: Route, stored: Stored, revisions: Mapping[tuple[int, int, str], Revision], sorting: Sorting
    ) -> None:
        position = stored.seq & 0xFFFF
        try:
            message = decode(route, revised(stored.envelope, revisions.get((stored.seq, 0, ""))))
            sorting.keys.extend((stored.seq, n, v) for n, v in business_keys(route, message))
            after = self._steps(route, message, stored, sorting)
            if isinstance(after, Filtered):
                sorting.filtered[after.rule].append(position)
                return
            self._place(route, after, position, 0, sorting)
        except MessageError as error:
            sorting.dead.append(dead(stored.seq, 0, error))

    def _steps(self, route: Route, message: Message, stored: Stored, sorting: Sorting) -> Message | Filtered:
        """All steps, taking the identity that a `dedupe` names where the door did not."""
        at_door = route.door if route.source.kind == "http" else 0
        for n, step in enumerate(route.steps):
            if step.verb == "dedupe":
                if n >= at_door:
                    try:
                        key = step.key(message)  # type: ignore[union-attr]
                    except ExpressionError as error:
                        raise MessageError("dedupe", error.error, error.reason) from None
                    once = Once(f"dedupe:{route.id}", key, step.within, step.changed)  # type: ignore[union-attr]
                    sorting.once.append((stored.seq, once))
                continue
            result = apply((step,), message)
            if isinstance(result, Filtered):
                return result
            message = result
        return message

    def _place(self, route: Route, message: Message, unit: int, chunk: int, sorting: Sorting) -> None:
        chosen = choose(route, message)
        if isinstance(chosen, Filtered):
            sorting.filtered[chosen.rule].append(unit)
            return
        lanes = [(t.name, self._lane(t, message, sorting.batch, chunk)) for t in chosen]
        for lane in lanes:
            sorting.by_lane[lane].append(unit)

    def _lane(self, target: Target, message: Message, batch: int, chunk: int) -> int:
        key = order_key(target, message)
        if key is not None:
            return lane_of_key(key)
        return lane_of_batch(batch, 0 if target.collect else chunk)

    # --- messages that are split ---
    def _split(self, work: Work, stored: Stored, revision: Revision | None) -> Iterator[Choice]:
        """Cuts a message into chunks, a few a transaction; a chunk's records are chosen for at once where a choice
        depends on them, else go to every target."""
        route = self.route(stored, revision)
        envelope = revised(stored.envelope, revision)
        ended = Progress(work.id, (stored.seq & 0xFFFF,))
        last, done = self._ledger.chunks(stored.seq)
        keys: list[tuple[int, str, str]] = []
        try:
            if done is None and last is None:
                self._mark(work.id)
                keys = self._keys(route, stored, envelope)
                self._check(route, stored, envelope)
            turn: list[Cut] = []
            for cut in self._reader.cuts(route, stored, last, envelope) if done is None else ():
                turn.append(cut)
                last = cut
                if len(turn) == CHUNKS_A_TURN:
                    self._mark(0)
                    yield self._cut(work, route, stored, turn, keys)
                    turn, keys = [], []
                    self._mark(work.id)
            self._mark(0)
        except MessageError as error:
            self._mark(0)
            yield Choice(work.batch, [Progress(work.id, ended.ended, 1)], dead=[dead(stored.seq, 0, error)], keys=keys)
            return
        final = self._cut(work, route, stored, turn, keys)
        count = (last.n + 1, last.first_record + last.records - 1) if last else (0, 0)
        fates = [Fate(str(stored.seq & 0xFFFF), "filtered", "no record in it", target=route.id)] if not count[1] else []
        yield Choice(
            work.batch, [ended], final.work, final.chunks, [(stored.seq, *count)], fates=fates, keys=final.keys
        )

    def _keys(self, route: Route, stored: Stored, envelope: Envelope) -> list[tuple[int, str, str]]:
        if not route.keys:
            return []
        message = decode(route, envelope)
        return [(stored.seq, n, v) for n, v in business_keys(route, message)]

    def _cut(
        self, work: Work, route: Route, stored: Stored, cuts: list[Cut], keys: list[tuple[int, str, str]]
    ) -> Choice:
        chunks = [(stored.seq, cut) for cut in cuts]
        new: list[NewWork] = []
        for cut in cuts:
            units = ranges.encode(range(cut.first_record, cut.first_record + cut.records))
            if not units:
                continue
            if needs_choice(route):
                lane = 0 if route.ordered else lane_of_batch(work.batch, cut.n)
                new.append(NewWork(route.id, lane, units, stored.seq, cut.n))
                continue
            for target in route.targets:
                lane = lane_of_batch(work.batch, 0 if target.collect else cut.n)
                new.append(NewWork(target.name, lane, units, stored.seq, cut.n))
        return Choice(work.batch, [], new, chunks, keys=keys)

    def _check(self, route: Route, stored: Stored, envelope: Envelope) -> None:
        """`bad: reject`: every mistake of the whole message, before its first delivery."""
        split = route.split
        if split is None or not split.reject:
            return
        mistakes: list[str] = []
        total = 0
        first: MessageError | None = None
        for cut in self._reader.cuts(route, stored, None, envelope):
            for number, body in self._reader.records(route, stored, cut, None, {}, envelope):
                try:
                    apply(after_split(route), as_message(stored.envelope, number, body))
                except MessageError as error:
                    total += 1
                    first = first or error
                    if len(mistakes) < 1000:
                        mistakes.append(f"record {number}: {error.reason}")
        if first is not None:
            listed = "; ".join(mistakes[:3])
            more = f" and {total - 3} more" if total > 3 else ""
            reason = f"{total} records are wrong, nothing was sent: {listed}{more}"
            raise MessageError(first.stage, first.error, reason, tuple(_detail(m) for m in mistakes))

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
            self._record(route, stored, number, body, cut.n, sorting)
        self._mark(0)
        failed = len(sorting.dead) + ranges.size(work.rest) - len(numbers)
        yield sorting.choice(work.target, [Progress(work.id, tuple(ranges.decode(work.rest)), failed)])

    def _record(self, route: Route, stored: Stored, number: int, body: object, chunk: int, sorting: Sorting) -> None:
        try:
            after = apply(after_split(route), as_message(stored.envelope, number, body))
            if isinstance(after, Filtered):
                sorting.filtered[after.rule].append(number)
            else:
                self._place(route, after, number, chunk, sorting)
        except MessageError as error:
            sorting.dead.append(dead(stored.seq, number, error))


def needs_choice(route: Route) -> bool:
    """Whether what a record is decides where it goes, or whether it goes at all."""
    if route.ordered or route.otherwise is not None or any(t.when is not None for t in route.targets):
        return True
    return any(s.verb in ("filter", "dedupe") or getattr(s, "impure", False) for s in after_split(route))


def _detail(text: str) -> Detail:
    path, _, message = text.partition(": ")
    return Detail(path, message)
