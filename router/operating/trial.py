"""Trying a route on one sample: what each step makes of it, who would get it, what would be sent. Nothing is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from router.errors import ExpressionError, MessageError
from router.ledger import Revision, Stored
from router.message import Envelope, Message
from router.pipeline import Filtered, apply, choose, codec_of, decode, parcel, truth
from router.ports import Bad, Parcel
from router.processing.records import RecordReader, grouped, records_of, streamed
from router.route import AnyStep, Route, Target
from router.testing.compare import show

Edited = Callable[[], Any]
"""The record as an operator edited it, or Bad."""
ALWAYS = "always"
"""Of a target that asks nothing."""


@dataclass(frozen=True, slots=True)
class TriedStep:
    """`rule` is the step in words; `body` what it made, `note` what there is to say beside."""

    verb: str
    rule: str
    body: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dead:
    """The dead letter that this would be."""

    stage: str
    error: str
    reason: str
    details: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Why a target is taken or not: its condition `when`, '' where it has none, with the values of its parts, by their
    texts, and those that have none; `why` in words."""

    when: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    undefined: Sequence[str] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class TriedTarget:
    """`id` is `ROUTE.TARGET`; `body` and `request` are None where nothing would be sent: `dead` or `note` says why. `parcel`
    is what the adapter would get. `choice` is how it was decided."""

    id: str
    chosen: bool
    body: bytes | None = None
    request: Mapping[str, Any] | None = None
    dead: Dead | None = None
    note: str = ""
    parcel: Parcel | None = None
    choice: Choice = Choice()


@dataclass
class Trial:
    """What became of the sample so far."""

    steps: list[TriedStep] = field(default_factory=list)
    targets: list[TriedTarget] = field(default_factory=list)
    dead: Dead | None = None
    filtered: str = ""

    @property
    def failed(self) -> bool:
        return self.dead is not None or any(t.dead is not None for t in self.targets)


def try_route(
    route: Route, envelope: Envelope, reader: RecordReader, record: int = 1, edit: Revision | None = None
) -> Trial:
    """The whole route; of a message that is split, one record goes on: as it is, or as the `edit` of it has it."""
    trial, edits = Trial(), {record: edit} if edit is not None else {}
    try:
        message = first_body(trial, route, envelope, reader, record, edits)
        if message is None:
            return trial
        after = run_steps(trial, route, message, record, partial(reader.edited, None, edit) if edit is not None else None)
        if after is not None:
            choose_targets(trial, route, after)
    except MessageError as error:
        trial.dead = dead(error)
    return trial


def dead(error: MessageError) -> Dead:
    details = tuple({"path": d.path, "message": d.message} for d in error.details)
    return Dead(error.stage, error.error, error.reason, details)


def first_body(
    trial: Trial, route: Route, envelope: Envelope, reader: RecordReader, record: int, edits: Mapping[int, Revision]
) -> Message | None:
    """The decoded message; where it is read record by record, the record."""
    if streamed(route, envelope) is None:
        message = decode(route, envelope)
        trial.steps.append(TriedStep("decode", "decode", message.body))
        return message
    return one_record(trial, route, envelope, reader, record, edits)


def one_record(
    trial: Trial, route: Route, envelope: Envelope, reader: RecordReader, record: int, edits: Mapping[int, Revision]
) -> Message | None:
    stored = Stored(0, envelope, route.version)
    total, body = 0, None
    for cut in reader.cuts(route, stored, None, envelope):
        if cut.first_record <= record < cut.first_record + cut.records:
            ((_, body),) = reader.records(route, stored, cut, [record], edits, envelope)
        total += cut.records
    if record > total:
        if total:
            raise MessageError("split", "record", f"there are {total} records, none is number {record}")
        trial.filtered = "no record in it"
        return None
    if isinstance(body, Bad):
        trial.steps.append(TriedStep("decode", "decode", body.cells, f"record {record} of {total}"))
        raise body.error
    trial.steps.append(TriedStep("decode", "decode", body, f"record {record} of {total}"))
    return Message(envelope, body, None, record, True)


def run_steps(trial: Trial, route: Route, message: Message, record: int, edited: Edited | None) -> Message | None:
    for step in route.steps:
        rule = getattr(step, "rule", step.verb)
        if step.verb == "split":
            message = split(trial, route, step, message, record, edited)
        elif step.verb == "dedupe":
            trial.steps.append(TriedStep("dedupe", rule, message.body, f"key {identity(step, message)!r}"))
        else:
            result = apply((step,), message)
            if isinstance(result, Filtered):
                trial.steps.append(TriedStep(step.verb, rule, None, filtered(step, message)))
                trial.filtered = result.rule
                return None
            message = result
            trial.steps.append(TriedStep(step.verb, rule, message.body))
    return message


def filtered(step: AnyStep, message: Message) -> str:
    """With the values that decided."""
    values = step.values(message)[0] if hasattr(step, "values") else {}
    told = ", ".join(f"{name} = {show(value)}" for name, value in values.items())
    return f"filtered: {told}" if told else "filtered"


def identity(step: AnyStep, message: Message) -> str:
    try:
        return str(step.key(message))  # type: ignore[union-attr]
    except ExpressionError as error:
        raise MessageError("dedupe", error.error, error.reason) from None


def split(
    trial: Trial, route: Route, step: AnyStep, message: Message, record: int, edited: Edited | None
) -> Message:
    if message.record:
        trial.steps.append(TriedStep("split", getattr(step, "rule", "split"), message.body, f"record {message.record}"))
        return message
    if getattr(step, "by_codec", False):
        bodies = records_of(codec_of(route, message.envelope), message.body)
    else:
        bodies = list(step.bodies(message))  # type: ignore[union-attr]
    bodies = grouped(step, bodies, message.envelope)  # type: ignore[arg-type]
    if record > len(bodies):
        raise MessageError("split", "type", f"there are {len(bodies)} records, none is number {record}")
    note = f"record {record} of {len(bodies)}"
    body = bodies[record - 1] if edited is None else edited()
    if isinstance(body, Bad):
        raise body.error
    trial.steps.append(TriedStep("split", getattr(step, "rule", "split"), body, note))
    return Message(message.envelope, body, None, record, True)


def choose_targets(trial: Trial, route: Route, message: Message) -> None:
    """Raises MessageError where none is for it."""
    try:
        chosen = choose(route, message)
    except MessageError:
        broken = undecided(route, message)
        trial.targets = [TriedTarget(t.name, False, choice=unsent(route, t, message, broken)) for t in route.targets]
        raise
    if isinstance(chosen, Filtered):
        trial.filtered = chosen.rule
        chosen = []
    taken = [target.id for target in chosen]
    for target in route.targets:
        why = choice(route, target, message, taken)
        trial.targets.append(
            try_target(target, message, why) if target.id in taken else TriedTarget(target.name, False, choice=why)
        )


def choice(route: Route, target: Target, message: Message, taken: Collection[str]) -> Choice:
    """How it was decided; `taken` are the ids of those that get it."""
    here = target.id in taken
    if target.when is None:
        return Choice(why=without_condition(route, target, here))
    source = str(getattr(target.when, "source", ""))
    if route.match == "first" and not here and any(t.id in taken for t in before(route, target)):
        return Choice(source, why="not asked: one before it is taken")
    values, undefined = target.when.values(message.at(target.id)) if hasattr(target.when, "values") else ({}, [])
    return Choice(source, values, undefined)


def undecided(route: Route, message: Message) -> Target | None:
    """The first target whose condition fails; None where it is no condition that keeps the message from all of them."""
    return next((target for target in route.targets if holds(target, message) is None), None)


def holds(target: Target, message: Message) -> bool | None:
    """None where its condition cannot be decided."""
    try:
        return target.when is None or truth(target.when, message.at(target.id), f"when of {target.id}")
    except MessageError:
        return None


def unsent(route: Route, target: Target, message: Message, broken: Target | None) -> Choice:
    """How it was decided, of a message that is dead here; `broken` is the target at which no more was decided."""
    if broken is None or target is broken or (target in before(route, broken) and not holds(target, message)):
        return choice(route, target, message, ())
    source = str(getattr(target.when, "source", "")) if target.when is not None else ""
    return Choice(source, why=f"nothing is sent: `when` of {broken.id} could not be decided")


def without_condition(route: Route, target: Target, here: bool) -> str:
    if route.otherwise is not None and route.otherwise.kind == "target" and route.otherwise.why == target.id:
        return "otherwise: no condition holds" if here else "otherwise: a condition holds"
    return ALWAYS if here else "one before it is taken"


def before(route: Route, target: Target) -> tuple[Target, ...]:
    return route.targets[: route.targets.index(target)]


def try_target(target: Target, message: Message, why: Choice) -> TriedTarget:
    try:
        made = parcel(target, message)
    except MessageError as error:
        return TriedTarget(target.name, True, dead=dead(error), choice=why)
    except ExpressionError as error:
        return TriedTarget(target.name, True, dead=Dead("send", error.error, error.reason), choice=why)
    if isinstance(made, Filtered):
        return TriedTarget(target.name, True, note=f"filtered: {made.rule}", choice=why)
    note = f"as one of up to {target.gather.records} in an array" if target.gather is not None else ""
    return TriedTarget(target.name, True, made.body, request_of(target, made), None, note, made, why)


def request_of(target: Target, made: Parcel) -> dict[str, Any]:
    """The request in plain words: of the adapter's address, what can be shown."""
    shown = {}
    if dataclasses.is_dataclass(made.address) and not isinstance(made.address, type):
        shown = {f.name: getattr(made.address, f.name) for f in dataclasses.fields(made.address)}
    plain: dict[str, Any] = {n: v for n, v in shown.items() if isinstance(v, (str, int, tuple)) and n != "ok"}
    if isinstance(plain.get("headers"), tuple):
        plain["headers"] = dict(plain["headers"])
    return {
        "type": target.send.kind, "connection": target.send.connection, **plain, "content_type": made.content_type,
        "delivery_id": made.delivery_id,
    }  # fmt: skip
