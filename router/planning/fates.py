"""What becomes of a message by a version of its route: computed, never sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from router.errors import ExpressionError, MessageError
from router.ledger import Stored
from router.message import Message
from router.pipeline import Filtered, after_split, apply, choose, decode, parcel
from router.ports import Bad
from router.processing.records import RecordReader
from router.route import Route, Target

SENT, FILTERED, DEAD = "sent", "filtered", "dead"


class NotComputed(Exception):
    """A step of the route must not run for a look: it is not pure."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Of a unit, or of its send to one target. `why`: the rule that filtered it, or the reason of its death; `at`: the
    stage and the error of that."""

    end: str
    why: str = ""
    at: str = ""
    body: bytes = b""
    address: Any = None


@dataclass(frozen=True, slots=True)
class UnitFate:
    """Of a message (record 0) or a record of it. `whole` is what ended it before any target, if anything did."""

    whole: Fate | None = None
    targets: Mapping[str, Fate] = field(default_factory=dict)


def refuse_impure(route: Route) -> None:
    """Raises NotComputed."""
    for step in (*route.steps, *(step for target in route.targets for step in target.steps)):
        if getattr(step, "impure", False):
            raise NotComputed(f"route {route.id} has a python step that is not pure, which is never run for a look")


def unit_fates(route: Route, stored: Stored, reader: RecordReader, most: int) -> Iterator[tuple[int, UnitFate]]:
    """(record, its fate), of at most so many records. Raises OSError where the body is gone."""
    try:
        for record, message in units(route, stored, reader, most):
            yield record, message if isinstance(message, UnitFate) else fate_of(route, message)
    except MessageError as error:
        yield 0, UnitFate(dead(error))


def shared_fates(
    before: Route, after: Route, same: int, stored: Stored, reader: RecordReader, most: int
) -> Iterator[tuple[int, UnitFate, UnitFate]]:  # fmt: skip
    """(record, its fate by one, by the other), for two routes whose formats and first steps are the same: these are
    computed once. Raises OSError where the body is gone."""
    begun = replace(before, steps=before.steps[:same])
    try:
        for record, message in units(begun, stored, reader, most):
            if isinstance(message, UnitFate):
                yield record, message, message
            else:
                yield record, rest(before, same, message), rest(after, same, message)
    except MessageError as error:
        fate = UnitFate(dead(error))
        yield 0, fate, fate


def rest(route: Route, same: int, message: Message) -> UnitFate:
    made = stepped(route.steps[same:], message)
    return made if isinstance(made, UnitFate) else fate_of(route, made)


def units(route: Route, stored: Stored, reader: RecordReader, most: int) -> Iterator[tuple[int, Message | UnitFate]]:
    """What the route's steps make of each unit. Raises MessageError where the message as a whole is dead."""
    envelope = stored.envelope
    if route.split is None:
        yield 0, stepped(route.steps, decode(route, envelope))
        return
    left = most
    for cut in reader.cuts(route, stored, None, envelope):
        wanted = range(cut.first_record, cut.first_record + min(cut.records, left))
        for record, body in reader.records(route, stored, cut, wanted, {}, envelope):
            if isinstance(body, Bad):
                yield record, UnitFate(dead(body.error))
            else:
                yield record, stepped(after_split(route), Message(envelope, body, None, record, True))
        left -= len(wanted)
        if left <= 0:
            return


def stepped(steps: tuple[Any, ...], message: Message) -> Message | UnitFate:
    try:
        result = apply(steps, message)
    except MessageError as error:
        return UnitFate(dead(error))
    return UnitFate(Fate(FILTERED, result.rule)) if isinstance(result, Filtered) else result


def fate_of(route: Route, message: Message) -> UnitFate:
    try:
        chosen = choose(route, message)
    except MessageError as error:
        return UnitFate(dead(error))
    if isinstance(chosen, Filtered):
        return UnitFate(Fate(FILTERED, chosen.rule))
    return UnitFate(None, {target.id: sent(target, message) for target in chosen})


def sent(target: Target, message: Message) -> Fate:
    try:
        made = parcel(target, message)
    except MessageError as error:
        return dead(error)
    except ExpressionError as error:
        return Fate(DEAD, error.reason, f"send ({error.error})")
    if isinstance(made, Filtered):
        return Fate(FILTERED, made.rule)
    return Fate(SENT, body=made.body, address=made.address)


def dead(error: MessageError) -> Fate:
    return Fate(DEAD, error.reason, f"{error.stage} ({error.error})")
