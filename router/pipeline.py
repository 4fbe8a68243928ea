"""From an envelope to what each target gets: decode, steps, choice, encode. Pure; the same input gives the same output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from router.errors import EncodeError, ExpressionError, MessageError
from router.message import Envelope, Message, delivery_id
from router.ports import Codec, Expression, Parcel
from router.route import AnyStep, Otherwise, Route, Send, Target
from router.unforeseen import NOT_OURS, unforeseen

MOST_DIGITS = 1_000
"""Of a number that is a key."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """A message that a `filter` ended, or an `otherwise: {ignore}`; `rule` says which."""

    rule: str


def codec_of(route: Route, envelope: Envelope) -> Codec:
    """The format given, else by content type, then file suffix, then bytes."""
    if route.codec is not None:
        return route.codec
    assert route.choose_codec is not None, f"route {route.id} has no format and no default"
    return route.choose_codec(envelope.content_type, envelope.file.name if envelope.file else None)


def decode(route: Route, envelope: Envelope) -> Message:
    """Raises MessageError at stage decode."""
    codec, raw = codec_of(route, envelope), envelope.read()
    try:
        return Message(envelope, codec.decode(raw, envelope))
    except NOT_OURS:
        raise
    except Exception as error:
        raise unforeseen("decode", error) from error


def apply(
    steps: Iterable[AnyStep], message: Message, kept: Mapping[int, bytes] | None = None
) -> Message | Filtered:
    """Runs steps in order. `dedupe` and `split` are not steps of one message: others look after them. `kept` is what
    steps that are not pure have made of it already, by their place."""
    for n, step in enumerate(steps):
        if step.verb in ("dedupe", "split"):
            continue
        result = step_through(n, step, message, kept)
        if isinstance(result, Filtered):
            return result
        message = result
    return message


def step_through(n: int, step: AnyStep, message: Message, kept: Mapping[int, bytes] | None) -> Message | Filtered:
    """One step, the n-th: what it made before is taken where it is kept."""
    try:
        if kept and n in kept:
            return step.kept(message, kept[n])  # type: ignore[union-attr, no-any-return]
        result = step.apply(message)  # type: ignore[union-attr]
    except NOT_OURS:
        raise
    except Exception as error:
        raise unforeseen(step.verb, error) from error
    return Filtered(step.rule) if result is None else result


def before_split(route: Route) -> tuple[AnyStep, ...]:
    """The steps that see the whole message."""
    for n, step in enumerate(route.steps):
        if step.verb == "split":
            return route.steps[:n]
    return route.steps


def after_split(route: Route) -> tuple[AnyStep, ...]:
    """The steps that see each record; none where the route does not split."""
    for n, step in enumerate(route.steps):
        if step.verb == "split":
            return route.steps[n + 1 :]
    return ()


def truth(expression: Any, message: Message, what: str) -> bool:
    """A condition's value. Raises MessageError at stage route."""
    try:
        value = expression(message)
    except ExpressionError as error:
        raise MessageError("route", error.error, f"{what}: {error.reason}") from None
    if value is True or value is False:
        return bool(value)
    raise MessageError("route", "type", f"{what}: `{expression.source}` is {value!r}, not true or false")


def choose(route: Route, message: Message) -> list[Target] | Filtered:
    """The targets of a message that has run the route's steps. Raises MessageError at stage route where none is for
    it, or `otherwise: {dead}` says so."""
    chosen: list[Target] = []
    last = route.otherwise.why if route.otherwise is not None and route.otherwise.kind == "target" else None
    for target in route.targets:
        if target.id == last:
            continue
        if target.when is None or truth(target.when, message.at(target.id), f"when of {target.id}"):
            chosen.append(target)
            if route.match == "first":
                break
    if chosen:
        return chosen
    return unmatched(route, route.otherwise)


def unmatched(route: Route, otherwise: Otherwise | None) -> list[Target] | Filtered:
    if otherwise is None:
        raise MessageError("route", "unroutable", f"no target of route {route.id} is for this message")
    if otherwise.kind == "ignore":
        return Filtered(otherwise.why)
    if otherwise.kind == "dead":
        raise MessageError("route", "unroutable", otherwise.why)
    target = route.target(otherwise.why)
    assert target is not None
    return [target]


def key_text(value: Any) -> str:
    """A key of order or identity as text. Raises ExpressionError for what cannot be one."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool) or value is None:
        raise ExpressionError(f"a key is a text, a number or a date, not {'null' if value is None else value}")
    if isinstance(value, Decimal):
        return digits(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    named = {"dict": "an object", "list": "a list"}
    what = named.get(type(value).__name__, f"a {type(value).__name__}")
    raise ExpressionError(f"a key is a text, a number or a date, not {what}")


def digits(value: Decimal) -> str:
    """A number as a key: all of its digits, and none that says nothing. Raises ExpressionError."""
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS:
        raise ExpressionError(f"the number {value} is too long for a key", "limit")
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def storable(key: str) -> str:
    """Raises ExpressionError for half a character, which no store takes; steps can make one."""
    if not key.isascii():
        try:
            key.encode()
        except UnicodeEncodeError as wrong:
            raise ExpressionError(f"the key holds the lone surrogate U+{ord(key[wrong.start]):04X}", "value") from None
    return key


def order_key(target: Target, message: Message) -> str | None:
    """The key by which the target keeps order, after the route's steps. Raises MessageError at stage route."""
    if target.order_by is None:
        return None
    try:
        return key_text(target.order_by(message.at(target.id)))
    except ExpressionError as error:
        raise MessageError("route", error.error, f"order_by: {error.reason}") from None


def business_keys(
    route: Route, message: Message, keys: Mapping[str, Expression] | None = None
) -> tuple[tuple[str, str], ...]:
    """What the message (or with `keys` a record of it) can be found by; a key that cannot be read is left out, it never
    stops a message."""
    found: list[tuple[str, str]] = []
    for name, expression in (route.keys if keys is None else keys).items():
        try:
            found.append((name, key_text(expression(message))))
        except ExpressionError:
            continue
    return tuple(found)


def for_target(target: Target, message: Message) -> Message | Filtered:
    """The message after the target's own steps."""
    return apply(target.steps, message.at(target.id))


def encode(target: Target, message: Message) -> tuple[bytes, str]:
    """(bytes, content type). Without a format a body that no step changed goes as it came in, text and bytes as they
    are, an element tree as XML, any other as JSON."""
    if target.codec is not None:
        return target.codec.encode(message.body), target.codec.content_type
    if not message.changed and not message.record:
        envelope = message.envelope
        by_format = target.source_type(envelope) if target.source_type is not None else ""
        return envelope.read(), envelope.content_type or by_format
    if isinstance(message.body, bytes):
        return message.body, message.envelope.content_type or "application/octet-stream"
    if isinstance(message.body, str):
        return message.body.encode(), target.content_type or "text/plain; charset=utf-8"
    if target.by_body is None:
        raise EncodeError(f"a {type(message.body).__name__} needs a format")
    codec = target.by_body(message.body)
    return codec.encode(message.body), codec.content_type


def parcel(
    target: Target, message: Message, revision: int = 0, epoch: int = 0, send: Send | None = None
) -> Parcel | Filtered:
    """What one send (the target's, or another) gets of the message that the route's steps made. The target's own steps
    make its body; its address sees what they were given. Raises MessageError at the stage that failed."""
    ready = for_target(target, message)
    if isinstance(ready, Filtered):
        return ready
    body, content_type = encode(target, ready)
    id = delivery_id(message.envelope.id, target.id, message.record)
    key = f"{id}.r{revision + 1}" if revision else id
    return Parcel(id, key, body, content_type, (send or target.send).prepare(message), epoch)
