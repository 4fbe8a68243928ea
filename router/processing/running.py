"""A unit's way through the steps in processing, where identities are named and what is not pure is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from router.errors import CrossdockError, ExpressionError, MessageError
from router.ledger import Derived, Once, Revision, Taken, Worklist
from router.message import Message
from router.pipeline import Filtered, codec_of, step_through
from router.route import AnyStep, Route


@dataclass(frozen=True, slots=True)
class Kept:
    """What steps that are not pure made of a unit before, by step. `tag` says of which version and revision."""

    tag: str
    made: Mapping[int, bytes] = field(default_factory=dict)


def rev_of(revisions: Mapping[tuple[int, int, str], Revision], seq: int, record: int, target: str = "") -> int:
    """The number of the newest body that an operator gave a unit, its message counted; 0 for none."""
    places = {(seq, record, target), (seq, record, ""), (seq, 0, "")}
    found = [revisions[place] for place in places if place in revisions]
    return max((r.rev for r in found if r.body is not None), default=0)


def kept_of(ledger: Worklist, route: Route, seq: int, record: int, rev: int) -> Kept:
    tag = f"{route.version}.{rev}"
    return Kept(tag, ledger.derived(seq, record, tag))


@dataclass(slots=True)
class Run:
    """One unit's way. What it found on it stands in `once` and `derived`."""

    route: Route
    seq: int
    kept: Kept | None = None
    record: int = 0
    once: list[Taken] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)

    def through(self, steps: Sequence[AnyStep], message: Message, at_door: int = 0) -> Message | Filtered:
        """All steps; the first `at_door` have named their identity already. Raises MessageError."""
        first = message
        for n, step in enumerate(steps):
            if step.verb == "dedupe":
                if n >= at_door and not message.envelope.replayed:
                    self._name(step, message, first)
                continue
            if step.verb == "split":
                continue
            result = step_through(n, step, message, self.kept.made if self.kept is not None else None)
            if isinstance(result, Filtered):
                return result
            message = result
            if self.kept is not None and getattr(step, "impure", False) and n not in self.kept.made:
                made = step.keep(message)  # type: ignore[union-attr]
                self.derived.append(Derived(self.seq, self.record, self.kept.tag, n, made))
        return message

    def _name(self, step: AnyStep, message: Message, first: Message) -> None:
        """The identity that a `dedupe` names; of a record, what it is compared by is its content as it was decoded."""
        try:
            key = step.key(message)  # type: ignore[union-attr]
        except ExpressionError as error:
            raise MessageError("dedupe", error.error, error.reason) from None
        once = Once(f"dedupe:{self.route.id}", key, step.within, step.changed)  # type: ignore[union-attr]
        content = content_of(self.route, first) if self.record else None
        self.once.append(Taken(self.seq, once, self.record, content))


def content_of(route: Route, message: Message) -> bytes:
    """The SHA-256 of a record as it was decoded. Raises MessageError where it cannot be written down."""
    try:
        data = msgspec.json.encode(message.body, order="sorted")
    except (TypeError, ValueError, msgspec.MsgspecError):
        try:
            data = codec_of(route, message.envelope).encode(message.body)
        except CrossdockError as error:
            raise MessageError("dedupe", "type", f"the record cannot be compared: {error}") from None
    return hashlib.sha256(data).digest()
