"""Units of work: what one delivery is, and what is computed of it right before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from router import ranges
from router.errors import EncodeError, ExpressionError, MessageError
from router.ledger import Ledger, Parked, Revision, Stored, Work
from router.message import Message
from router.pipeline import Filtered, after_split, apply, before_split, decode, order_key, parcel
from router.ports import Parcel
from router.processing.records import RecordReader, as_message, revised
from router.processing.running import kept_of, rev_of
from router.route import AnyStep, Route, Send, Table, Target
from router.unforeseen import NOT_OURS, unforeseen

PAGE = 100
"""Messages read from the ledger at a time."""
LETHAL = 3
"""Deaths of a child that end a unit."""


@dataclass(slots=True)
class Unit:
    """One delivery: a message or a record, from open work (`work`) or from its parked row."""

    seq: int
    record: int
    stored: Stored
    route: Route
    target: Target
    batch: int
    body: Any = None
    """The record's body or Bad, where the message is split."""
    work: int = 0
    crashes: int = 0
    crash: str = ""
    parked: Parked | None = None
    revision: int = 0
    revised: Revision | None = None
    own: bool = False
    """An operator changed it, or its version, for this target alone: what its steps say holds for no other."""
    key: str | None = None
    kept: Mapping[int, bytes] | None = None
    """What steps of the route that are not pure made of it."""

    @property
    def mark(self) -> int:
        return self.work or -(self.parked.id if self.parked else 0)

    @property
    def given_up(self) -> bool:
        """Whether its own target has: what is tried is the fallback."""
        return self.parked is not None and bool(self.parked.fallback)

    @property
    def place(self) -> tuple[int, int]:
        return self.seq, self.record

    @property
    def number(self) -> int:
        """The unit's number inside its work: position or record."""
        return self.record or self.seq & 0xFFFF


    def too_late(self, now: int) -> bool:
        """Whether the caller, who waits for the result, was told 504 and wants nothing to happen after that (`late:
        cancel`). An operator who sends it again wants it."""
        if self.stored.deadline is None or self.stored.late != "cancel":
            return False
        again = self.parked is not None and self.parked.attempt == 0
        return not again and now >= self.stored.deadline


@dataclass(frozen=True, slots=True)
class Bulk:
    """The records of a chunk, the steps that each runs, and how to make a unit of one that fails."""

    bodies: list[tuple[int, Any]]
    lost: tuple[int, ...]
    stored: Stored
    steps: tuple[AnyStep, ...]
    impure: bool
    """Each has to go the long way, since what a step made of it is kept."""
    unit: Callable[[int, Any], Unit]

    @property
    def quick(self) -> Callable[[Message], Any] | None:
        """A record's new body in one call, where one step makes it."""
        return getattr(self.steps[0], "quick", None) if len(self.steps) == 1 and not self.impure else None


class BeforeTarget(Exception):
    """The unit died, or was filtered, in the steps of its route: for all its targets."""

    def __init__(self, error: MessageError) -> None:
        super().__init__(error.reason)
        self.error = error


class UnitReader:
    """Makes units of work rows and parked rows."""

    def __init__(
        self, ledger: Ledger, table: Callable[[int], Table], reader: RecordReader, mark: Callable[[int], None]
    ) -> None:
        self._ledger = ledger
        self._table = table
        self._records = reader
        self._mark = mark

    def of_work(self, work: Work) -> Iterator[Unit | tuple[int, ...]]:
        """The units of a work row in order, and as a tuple of numbers those that have ended elsewhere."""
        gone = self._ledger.ended(work.target, work.batch, work.id)
        numbers = ranges.decode(work.rest)
        if gone:
            lost = tuple(n for n in numbers if self._place(work, n) in gone)
            if lost:
                yield lost
                numbers = [n for n in numbers if n not in set(lost)]
        if work.seq is not None:
            yield from self._chunk(work, numbers)
            return
        for start in range(0, len(numbers), PAGE):
            stored = self._ledger.stored(work.batch, numbers[start : start + PAGE])
            revisions = self._ledger.revisions([s.seq for s in stored])
            for item in stored:
                unit = self.unit(item, 0, work.target, revisions)
                unit.work, unit.crashes, unit.crash = work.id, work.crashes, work.crash
                yield unit

    def _place(self, work: Work, number: int) -> tuple[int, int]:
        return ((work.batch << 16) | number, 0) if work.seq is None else (work.seq, number)

    def unit(
        self, stored: Stored, record: int, target: str, revisions: Mapping[tuple[int, int, str], Revision]
    ) -> Unit:
        own = revisions.get((stored.seq, record, target))
        for_all = revisions.get((stored.seq, record, ""))
        revision = own or for_all
        version = stored.version
        if revision is not None and revision.version is not None:
            version = revision.version
        route = self._table(version).routes[stored.envelope.route]
        found = route.target(target.partition(".")[2])
        if found is None:
            raise KeyError(f"target {target} is not in version {version}")
        edits = [r for r in (own, for_all) if r is not None and r.body is not None]
        unit = Unit(stored.seq, record, stored, route, found, stored.seq >> 16, revised=edits[0] if edits else None)
        unit.revision, unit.own = max((r.rev for r in edits), default=0), own is not None
        if route.impure:
            rev = rev_of(revisions, stored.seq, record, target)
            unit.kept = kept_of(self._ledger, route, stored.seq, record, rev).made
        return unit

    def _chunk(self, work: Work, numbers: list[int]) -> Iterator[Unit]:
        assert work.seq is not None
        assert work.chunk is not None
        stored = self._ledger.message(work.seq)
        assert stored is not None
        revisions = self._ledger.revisions([work.seq])
        self._mark(work.id)
        bodies = self.bodies(stored, work.target, work.chunk, numbers, revisions)
        self._mark(0)
        for number, body in bodies:
            unit = self.unit(stored, number, work.target, revisions)
            unit.work, unit.crashes, unit.crash, unit.body = work.id, work.crashes, work.crash, body
            yield unit

    def bodies(
        self, stored: Stored, target: str, chunk: int, numbers: list[int], revisions: Mapping[tuple[int, int, str], Revision]
    ) -> list[tuple[int, Any]]:  # fmt: skip
        route = self._table(stored.version).routes[stored.envelope.route]
        envelope = revised(stored.envelope, revisions.get((stored.seq, 0, "")))
        edits = {n: r for (_, n, t), r in revisions.items() if n and t in ("", target) and r.body is not None}
        return self._records.records(route, stored, self._ledger.chunk(stored.seq, chunk), numbers, edits, envelope)

    def alone(self, work: Work) -> Unit:
        """The only unit of a chunk's work row, its body not read: it may be what kills a process."""
        assert work.seq is not None
        stored = self._ledger.message(work.seq)
        assert stored is not None
        unit = self.unit(stored, ranges.decode(work.rest)[0], work.target, self._ledger.revisions([work.seq]))
        unit.work, unit.crashes, unit.crash = work.id, work.crashes, work.crash
        return unit

    def bulk(self, work: Work) -> Bulk:
        """A chunk's records all at once, for targets that take them so."""
        assert work.seq is not None
        assert work.chunk is not None
        gone = self._ledger.ended(work.target, work.batch, work.id)
        numbers = ranges.decode(work.rest)
        lost = tuple(n for n in numbers if (work.seq, n) in gone) if gone else ()
        if lost:
            numbers = [n for n in numbers if n not in set(lost)]
        stored = self._ledger.message(work.seq)
        assert stored is not None
        revisions = self._ledger.revisions([work.seq])
        self._mark(work.id)
        bodies = self.bodies(stored, work.target, work.chunk, numbers, revisions)
        sample = self.unit(stored, numbers[0] if numbers else 1, work.target, revisions)

        def unit(number: int, body: Any) -> Unit:
            made = self.unit(stored, number, work.target, revisions)
            made.work, made.crashes, made.crash, made.body = work.id, work.crashes, work.crash, body
            return made

        steps = (*after_split(sample.route), *sample.target.steps)
        plain = tuple(s for s in steps if s.verb not in ("dedupe", "split"))
        return Bulk(bodies, lost, stored, plain, sample.route.impure, unit)


def after_route(unit: Unit) -> Message:
    """The message as `when`, `order_by` and the target see it. Raises BeforeTarget."""
    try:
        if unit.record:
            message = as_message(unit.stored.envelope, unit.record, unit.body)
            result = apply(after_split(unit.route), message, unit.kept)
        else:
            message = decode(unit.route, revised(unit.stored.envelope, unit.revised))
            if unit.revised is not None:
                message = Message(message.envelope, message.body, message.headers, 0, message.changed, message.target)
            result = apply(before_split(unit.route), message, unit.kept)
        if isinstance(result, Filtered):
            raise MessageError("filter", "filtered", f"filtered after it was chosen: {result.rule}")
        unit.key = order_key(unit.target, result)
        return result
    except MessageError as error:
        raise BeforeTarget(error) from None


def for_sending(unit: Unit, message: Message, epoch: int, send: Send | None = None) -> Parcel | Filtered:
    """Raises MessageError of the target's own steps, format or address."""
    try:
        return parcel(unit.target, message, unit.revision, epoch, send)
    except MessageError:
        raise
    except ExpressionError as error:
        raise MessageError("send", error.error, error.reason) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise EncodeError(f"the body cannot be written: {error}") from error
    except NOT_OURS:
        raise
    except Exception as error:
        raise unforeseen("encode", error) from error
