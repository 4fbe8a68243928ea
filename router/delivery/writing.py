"""The records of a work row on their way into a collected file: computed together, encoded together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from router import ranges
from router.delivery.joining import Joining, codec_of
from router.delivery.outcomes import Ended
from router.delivery.sending import Desk, Pace
from router.delivery.units import LETHAL, BeforeTarget, Bulk, Unit, UnitReader, after_route
from router.errors import CrossdockError, MessageError, TooLong
from router.ledger import Work
from router.message import Message
from router.pipeline import Filtered, for_target
from router.ports import Bad
from router.route import Target

SLICE = 256
"""Records computed before other lanes get their turn."""


@dataclass
class Written:
    """The records of a work row that are to be written."""

    work: int = 0
    numbers: list[int] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    unit: Callable[[int, Any], Unit] | None = None
    sample: Message | None = None
    """One of them, after the route's steps: the file's name is made of it."""

    def add(self, number: int, message: Message) -> None:
        self.numbers.append(number)
        self.bodies.append(message.body)
        self.sample = self.sample or message


class Writer:
    """Computes and encodes for one collecting target; what fails on the way is ended."""

    def __init__(self, desk: Desk, target: Target, units: UnitReader) -> None:
        self.desk = desk
        self.target = target
        self.units = units
        self.pace = Pace()

    async def compute(self, work: Work, ended: Ended) -> Written:
        """The bodies of a work row; those that fail on the way are ended."""
        if work.crashes >= LETHAL - 1 and ranges.size(work.rest) == 1 and not self._survives(work, ended):
            return Written()
        bulk = self.units.bulk(work)
        if bulk.lost:
            ended.lost(work.id, bulk.lost)
        written = Written(work.id, unit=bulk.unit)
        quick = bulk.quick
        for start in range(0, len(bulk.bodies), SLICE):
            part = bulk.bodies[start : start + SLICE]
            if quick is not None:
                self._quickly(quick, bulk, part, written, ended)
            else:
                self._stepwise(bulk, part, written, ended)
            self.desk.mark(0)
            await self.pace()
            self.desk.mark(work.id)
        if self.target.steps and written.numbers:
            first = next((n, body) for n, body in bulk.bodies if n == written.numbers[0])
            written.sample = after_route(bulk.unit(*first))
        self.desk.mark(0)
        return written

    def _survives(self, work: Work, ended: Ended) -> bool:
        """A record whose computing crashed two children is computed once alone; a third death is its end."""
        reason: str | None = work.crash
        if work.crashes < LETHAL:
            bulk = self.units.bulk(work)
            self.desk.mark(0)
            reason = self.desk.isolate(lambda: self._rehearse(bulk))
        if reason is not None:
            ended.dead_for_all(self.units.alone(work), MessageError("decode", "crash", f"crashed the worker ({reason})"))
        return reason is None

    def _rehearse(self, bulk: Bulk) -> None:
        for number, body in bulk.bodies:
            message = for_target(self.target, after_route(bulk.unit(number, body)))
            if not isinstance(message, Filtered):
                Joining(codec_of(self.target)).add([message.body])

    def _quickly(
        self, quick: Callable[[Message], Any], bulk: Bulk, part: list[tuple[int, Any]], written: Written, ended: Ended
    ) -> None:
        """One step makes the body: a message that is used again and again, and no more than that."""
        message = Message(bulk.stored.envelope, None, None, 0, True, self.target.id)
        numbers, bodies = written.numbers, written.bodies
        for number, body in part:
            message.body, message.record = body, number
            try:
                bodies.append(quick(message))
                numbers.append(number)
            except MemoryError:
                raise
            except TooLong as error:
                self._too_long(bulk.unit(number, body), error, ended)
            except Exception:
                self._again(bulk, number, body, written, ended)
        if written.sample is None and bodies:
            written.sample = Message(bulk.stored.envelope, bodies[0], None, numbers[0], True)

    def _stepwise(self, bulk: Bulk, part: list[tuple[int, Any]], written: Written, ended: Ended) -> None:
        steps = [s.apply for s in bulk.steps]  # type: ignore[union-attr]
        for number, body in part:
            message: Message | None = Message(bulk.stored.envelope, body, None, number, True, self.target.id)
            try:
                if type(body) is Bad:
                    raise body.error
                for step in () if bulk.impure else steps:
                    if message is None:
                        break
                    message = step(message)
            except TooLong as error:
                self._too_long(bulk.unit(number, body), error, ended)
                continue
            except MessageError:
                message = None
            if message is None or bulk.impure:
                self._again(bulk, number, body, written, ended)
            else:
                written.add(number, message)

    def _too_long(self, unit: Unit, error: MessageError, ended: Ended) -> None:
        """Not computed again, which would take as long: dead for all where only the route's steps can have been it."""
        if self.target.steps:
            ended.dead(unit, error)
        else:
            ended.dead_for_all(unit, error)

    def _again(self, bulk: Bulk, number: int, body: Any, written: Written, ended: Ended) -> None:
        message = self.one(bulk.unit(number, body), ended)
        if message is not None:
            written.add(number, message)

    def one(self, unit: Unit, ended: Ended) -> Message | None:
        """The same for one unit, which says how it ended."""
        try:
            message = for_target(unit.target, after_route(unit))
        except BeforeTarget as dead:
            ended.dead_for_all(unit, dead.error)
        except MessageError as error:
            ended.dead(unit, error)
        else:
            if not isinstance(message, Filtered):
                return message
            ended.filtered(unit, message.rule)
        return None

    def encode(self, written: Written, output: Joining, ended: Ended) -> bytes:
        """The bytes of all bodies; one that cannot be written is dead at once and not waited for."""
        if not written.bodies:
            return b""
        self.desk.mark(written.work)
        try:
            data = output.add(written.bodies)
        except CrossdockError:
            data = self._encode_each(written, output, ended)
        # Not in `finally`: what runs out of memory leaves its mark for the one who counts crashes.
        self.desk.mark(0)
        return data

    def _encode_each(self, written: Written, output: Joining, ended: Ended) -> bytes:
        parts: list[bytes] = []
        good: list[int] = []
        for number, body in zip(written.numbers, written.bodies, strict=True):
            try:
                parts.append(output.add([body]))
                good.append(number)
            except MessageError as error:
                assert written.unit is not None
                ended.dead(written.unit(number, body), error)
        written.numbers[:] = good
        return b"".join(parts)

