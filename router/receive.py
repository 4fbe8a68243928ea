"""Receiving: the door checks what can be checked while the sender waits; the ledger stores; then the bell is rung."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from router.errors import ExpressionError, LedgerError, MessageError
from router.headers import IDEMPOTENCY_KEY
from router.ledger import Arrival, End, Intake, Once, Receipt
from router.message import Envelope, Message
from router.pipeline import Filtered, apply, business_keys, decode
from router.ports import Bell
from router.processing.records import streamed
from router.route import Route
from router.unforeseen import unforeseen

IDEMPOTENCY_WITHIN = 7 * 86_400.0


def static(route: Route) -> bool:
    """Whether a message needs no processing after it was stored: nothing to choose, and nothing of its body to know
    that the door did not see. Only HTTP has a door that decodes; files are decoded in workers, where a body that
    crashes its reader is isolated."""
    if not route.static:
        return False
    decoded_here = route.source.kind == "http"
    return decoded_here or not (route.keys or any(s.verb == "dedupe" for s in route.steps))


def targets_of(route: Route) -> tuple[tuple[str, int], ...]:
    """(name, lanes) of where a message's first work goes."""
    if static(route):
        return tuple((t.name, t.lanes) for t in route.targets)
    return ((route.id, route.lanes),)


class Receiver:
    """The one way in, for every source."""

    def __init__(self, ledger: Intake, bell: Bell) -> None:
        self._ledger = ledger
        self._bell = bell

    def admit(
        self, route: Route, envelope: Envelope, sha256: bytes | None = None, identity: Once | None = None
    ) -> Arrival:
        """The door: what the ledger is to store of this envelope. Never raises for a bad body: `end` says so.
        `identity` is the source's own name for it."""
        once: list[Once] = [identity] if identity is not None else []
        keys: tuple[tuple[str, str], ...] = ()
        end: End | None = None
        if route.source.kind == "http":
            keys, end = self._door(route, envelope, once)
        options = route.source.options
        deadline = None
        if options.get("reply") == "result":
            deadline = int((envelope.received_at.timestamp() + float(options["timeout"])) * 1000)
        return Arrival(
            envelope, route.version, targets_of(route), sha256 or hashlib.sha256(envelope.read()).digest(), tuple(once),
            keys, end, deadline, str(options.get("late", "cancel")) if deadline else "",
        )  # fmt: skip

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """One transaction, then the bell. Raises LedgerError; nothing is stored then."""
        receipts = self._ledger.accept(arrivals)
        self._bell.ring()
        return receipts

    def _door(
        self, route: Route, envelope: Envelope, once: list[Once]
    ) -> tuple[tuple[tuple[str, str], ...], End | None]:
        keys: tuple[tuple[str, str], ...] = ()
        refused = "refused" if route.source.options.get("refuse", True) else "dead"
        try:
            message = self._look(route, envelope)
            if message is not None:
                keys = business_keys(route, message)
                self._steps(route, message, once)
        except MessageError as error:
            return keys, _end(refused, error)
        except (LedgerError, OSError, MemoryError):
            raise
        except Exception as error:
            return keys, _end(refused, unforeseen("decode", error))
        own = envelope.headers.get(IDEMPOTENCY_KEY)
        if own is not None:
            scope = f"key:{route.id}:{envelope.client or ''}"
            once.insert(0, Once(scope, own, IDEMPOTENCY_WITHIN, "dead", idempotency=True))
        return keys, None

    def _look(self, route: Route, envelope: Envelope) -> Message | None:
        """The decoded message; None where it is read record by record, of which only the structure is checked."""
        codec = streamed(route, envelope)
        if codec is None:
            return decode(route, envelope)
        with envelope.open() as stream:
            for _ in codec.cut(stream):
                pass
        return Message(envelope, None) if route.keys or route.door else None

    def _steps(self, route: Route, message: Message, once: list[Once]) -> None:
        for step in route.steps[: route.door]:
            if step.verb == "dedupe":
                try:
                    key = step.key(message)  # type: ignore[union-attr]
                except ExpressionError as error:
                    raise MessageError("dedupe", error.error, error.reason) from None
                once.append(Once(f"dedupe:{route.id}", key, step.within, step.changed, idempotency=True))  # type: ignore[union-attr]
                continue
            result = apply((step,), message)
            assert not isinstance(result, Filtered)
            message = result


def _end(state: str, error: MessageError) -> End:
    details = msgspec.json.encode([{"path": d.path, "message": d.message} for d in error.details]).decode()
    return End(state, error.stage, error.error, error.reason, details if error.details else "")
