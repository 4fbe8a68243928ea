"""Splitting a message: it is cut into chunks, a few a transaction, and its records get work at every target, or are
chosen for first where a choice depends on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from router import ranges
from router.errors import Detail, MessageError
from router.lanes import lane_of_batch
from router.ledger import Choice, Fate, NewWork, Progress, Revision, Stored, Taken, Work, Worklist
from router.message import Envelope, Message
from router.pipeline import after_split, apply, before_split, business_keys, decode
from router.ports import Cut
from router.processing.records import RecordReader, as_message, revised, streamed
from router.processing.running import Run
from router.processing.sorting import dead
from router.route import AnyStep, Route, Target, needs_whole, of_body

CHUNKS_A_TURN = 32
CHUNKS_CHECKED = 8


class Splitter:
    """Works the messages of routes that split."""

    def __init__(self, ledger: Worklist, reader: RecordReader, mark: Callable[[int], None]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._mark = mark

    def turns(self, work: Work, route: Route, stored: Stored, revision: Revision | None) -> Iterator[Choice]:
        """The transactions of one message."""
        envelope = revised(stored.envelope, revision)
        ended = Progress(work.id, (stored.seq & 0xFFFF,))
        last, done = self._ledger.chunks(stored.seq)
        keys: list[tuple[int, str, str]] = []
        turn: list[Cut] = []
        try:
            if done is None and last is None:
                self._mark(work.id)
                if named := self._identities(route, stored, envelope):
                    yield Choice(work.batch, [], once=named)
                    if self._ledger.outcome(stored.seq, route.id) in ("duplicate", "dead", "discarded"):
                        self._mark(0)
                        yield Choice(work.batch, [ended])
                        return
                keys = self._keys(route, stored, envelope)
                yield from self._check(work, route, stored, envelope)
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
            whole = self._cut(work, route, stored, turn, keys)  # what could be cut before goes on, as earlier turns did
            yield replace(whole, progress=[Progress(work.id, ended.ended, 1)], dead=[dead(stored.seq, 0, error)])
            return
        final = self._cut(work, route, stored, turn, keys)
        count = (last.n + 1, last.first_record + last.records - 1) if last else (0, 0)
        fates = [Fate(str(stored.seq & 0xFFFF), "filtered", "no record in it", target=route.id)] if not count[1] else []
        yield Choice(
            work.batch, [ended], final.work, final.chunks, [(stored.seq, *count)], fates=fates, keys=final.keys
        )

    def _identities(self, route: Route, stored: Stored, envelope: Envelope) -> Sequence[Taken]:
        """Those of the whole message, where the door did not see to them. Raises MessageError."""
        steps = before_split(route)
        at_door = route.door if route.source.kind == "http" else 0
        if stored.envelope.replayed or not any(step.verb == "dedupe" for step in steps[at_door:]):
            return []
        whole = any(map(needs_whole, steps))
        run = Run(route, stored.seq)
        run.through(steps, decode(route, envelope) if whole else Message(envelope, None), at_door)
        return run.once

    def _keys(self, route: Route, stored: Stored, envelope: Envelope) -> list[tuple[int, str, str]]:
        """The whole is decoded only for keys that look at the body; one record that cannot be read does not stop the
        others for their sake."""
        keys, message = route.keys, Message(envelope, None)
        if any(map(of_body, keys.values())):
            try:
                message = decode(route, envelope)
            except MessageError:
                if streamed(route, envelope) is None:
                    raise
                keys = {name: key for name, key in keys.items() if not of_body(key)}
        return [(stored.seq, n, v) for n, v in business_keys(route, message, keys)]

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
            for target in allowed(route.targets, stored.envelope):
                lane = lane_of_batch(work.batch, 0 if target.collect else cut.n)
                new.append(NewWork(target.name, lane, units, stored.seq, cut.n))
        return Choice(work.batch, [], new, chunks, keys=keys)

    def _check(self, work: Work, route: Route, stored: Stored, envelope: Envelope) -> Iterator[Choice]:
        """`bad: reject`: every mistake of the whole message, before its first delivery. Now and then a transaction that
        changes nothing renews the lease and lets other lanes have their turn."""
        split = route.split
        if split is None or not split.reject:
            return
        mistakes: list[str] = []
        total = 0
        first: MessageError | None = None
        for cut in self._reader.cuts(route, stored, None, envelope):
            if cut.n % CHUNKS_CHECKED == CHUNKS_CHECKED - 1:
                self._mark(0)
                yield Choice(work.batch, [])
                self._mark(work.id)
            for number, body in self._reader.records(route, stored, cut, None, {}, envelope):
                self._mark(work.id)
                try:
                    apply(pure_part(after_split(route)), as_message(stored.envelope, number, body))
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


def allowed(targets: Sequence[Target], envelope: Envelope) -> list[Target]:
    """Those that the message may go to: a replay goes to some only."""
    return [t for t in targets if not envelope.only or t.id in envelope.only]


def pure_part(steps: Sequence[AnyStep]) -> Sequence[AnyStep]:
    """The steps up to the first that must not run twice."""
    first = next((n for n, step in enumerate(steps) if getattr(step, "impure", False)), len(steps))
    return steps[:first]


def needs_choice(route: Route) -> bool:
    """Whether what a record is decides where it goes, or whether it goes at all."""
    if route.split is not None and route.split.keys:
        return True
    if route.ordered or route.otherwise is not None or any(t.when is not None for t in route.targets):
        return True
    return any(s.verb in ("filter", "dedupe") or getattr(s, "impure", False) for s in after_split(route))


def _detail(text: str) -> Detail:
    path, _, message = text.partition(": ")
    return Detail(path, message)
