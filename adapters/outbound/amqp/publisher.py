"""A channel in confirm mode, for one exchange: what was published on it and is not confirmed yet.

The broker closes a channel over one bad message and says nothing of the others on it. A channel for each exchange keeps
a missing one to itself; where another message of the window may be the bad one, the rest goes again one by one.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import amqp
from amqp import spec

from adapters.outbound.amqp.address import AmqpAddress
from adapters.outbound.amqp.frames import message_bytes
from adapters.outbound.amqp.window import DELIVERED, Window
from router.ports import Outcome, Parcel

Spot = tuple[Window, int]
"""A parcel of a window."""
CHUNK = 65_536
"""Bytes written at a time: between chunks the broker is listened to."""
TOO_LARGE = 406, re.compile(r"\bmessage size \d+ (is )?larger than (configured )?max size \d")
"""Code and words of a channel that was closed over a message larger than the broker's maximum."""
WHOLE_EXCHANGE = frozenset({403, 404})
"""Codes of a closed channel that hold for all messages to its exchange: no rights, not there."""


class ConfirmChannel(amqp.Channel):  # type: ignore[misc]
    """The driver would open a closed channel again by itself, waiting for the broker."""

    closed: tuple[int, str] | None = None
    retired = False

    def _on_close(self, reply_code: int, reply_text: str, class_id: int, method_id: int) -> None:
        self.send_method(spec.Channel.CloseOk)
        self.closed = (reply_code, reply_text)
        self.collect()

    def dispatch_method(self, method_sig: tuple[int, int], payload: bytes, content: Any) -> None:
        if not self.retired or method_sig in self._ALLOWED_METHODS_WHEN_CLOSING:
            super().dispatch_method(method_sig, payload, content)

    def retire(self) -> None:
        """Closes it without waiting for the answer."""
        self.retired = True
        self.send_method(spec.Channel.Close, "BsBB", (0, "", 0, 0))


def over(code: int, text: str) -> Outcome:
    """Of the message that a channel was closed over. One that is too large is so at every attempt."""
    if code == TOO_LARGE[0] and TOO_LARGE[1].search(text):
        return Outcome("refused", f"it is larger than the broker takes: {text}", answered=True)
    return Outcome("io", f"the broker closed the channel: {text}", answered=True)


class Publisher:
    """Raises OSError and AMQPError where the connection has failed."""

    def __init__(self, connection: Any, exchange: str) -> None:
        self.exchange = exchange
        self._connection = connection
        self._channel = ConfirmChannel(connection, auto_decode=False)
        self._channel.open()
        self._number = self._channel.channel_id
        for event, handler in (("basic_ack", self._acked), ("basic_nack", self._nacked), ("basic_return", self._returned)):
            self._channel.events[event].add(handler)
        self._channel.confirm_select()
        self._waiting: dict[int, Spot] = {}
        self._tags: dict[str, int] = {}
        self._low = self._high = 1
        self._alone: deque[Spot] = deque()

    @property
    def closed(self) -> tuple[int, str] | None:
        """(code, text) where the broker closed this channel."""
        return self._channel.closed

    def publish(self, window: Window) -> None:
        """All of a window that goes to this exchange. What it leaves out, as the channel was closed meanwhile, waits for
        the next one; `late` ends what is left out as the broker blocks us."""
        spots = [(window, n) for n, p in enumerate(window.parcels) if p.address.exchange == self.exchange]
        chunk: list[tuple[Spot, bytes]] = []
        size = 0
        for at, spot in enumerate(spots):
            encoded = self._encoded(spot)
            if encoded:
                chunk.append((spot, encoded))
                size += len(encoded)
            if size >= CHUNK or at == len(spots) - 1:
                if not self._write(chunk):
                    self._alone.extend(s for s, _ in chunk)
                    self._alone.extend(spots[at + 1 :])
                    break
                chunk, size = [], 0
        window.seen = self._connection.bytes_recv

    def one_by_one(self, spots: list[Spot]) -> None:
        """Each is published when the one before it has its outcome."""
        self._alone.extend(spots)
        self.go_on()

    def go_on(self) -> None:
        while self._alone and not self._waiting and not self.closed:
            spot = self._alone.popleft()
            encoded = self._encoded(spot) if spot[0].open(spot[1]) and not spot[0].late else b""
            if encoded and not self._write([(spot, encoded)]):
                self._alone.appendleft(spot)
                return

    def unanswered(self) -> list[Spot]:
        """What was published and has no outcome, then what still waits for its turn."""
        return [s for s in (*self._waiting.values(), *self._alone) if s[0].open(s[1])]

    def leave(self) -> list[Spot]:
        """After the broker closed it: settles what that answers; the rest, to be published again."""
        assert self.closed is not None
        code, text = self.closed
        published = [s for s in self._waiting.values() if s[0].open(s[1])]
        if code not in WHOLE_EXCHANGE and len(published) > 1:
            return self.unanswered()
        again = [] if code not in WHOLE_EXCHANGE else list(self._alone)
        for window, number in (*published, *again):
            window.settle(number, over(code, text))
        return [] if again else list(self._alone)

    def retire(self) -> None:
        self._channel.retire()

    def _encoded(self, spot: Spot) -> bytes:
        """The message's bytes; none where it cannot be written, which is its outcome then."""
        window, number = spot
        parcel: Parcel = window.parcels[number]
        address: AmqpAddress = parcel.address
        try:
            return message_bytes(
                self._number, self._connection.frame_max, address.exchange, address.routing_key, parcel.content_type,
                address.headers, parcel.idempotency_key, parcel.body,
            )  # fmt: skip
        except ValueError as error:
            window.settle(number, Outcome("io", f"the message cannot be written: {error}", answered=True))
            return b""

    def _write(self, chunk: list[tuple[Spot, bytes]]) -> bool:
        """Whether it was written. Listens first: on a closed channel nothing is read any more, and a broker that blocks
        us reads nothing at all."""
        if not chunk:
            return True
        window = chunk[0][0][0]
        self._connection.pump(self._connection.readable(0))
        while self._connection.blocked and not window.late:
            self._connection.pump(self._connection.readable(window.remaining))
        if self.closed or window.late:
            return False
        for spot, _ in chunk:  # the broker numbers what comes by itself
            self._waiting[self._high] = spot
            self._tags[spot[0].parcels[spot[1]].idempotency_key] = self._high
            self._high += 1
        self._connection.bound(window.remaining)
        self._connection.transport.write(b"".join(encoded for _, encoded in chunk))
        self._connection.bytes_sent += 1
        return True

    def _acked(self, tag: int, multiple: bool) -> None:
        for spot in self._confirmed(tag, multiple):
            spot[0].settle(spot[1], DELIVERED)

    def _nacked(self, tag: int, multiple: bool) -> None:
        for window, number in self._confirmed(tag, multiple):
            reason = f"the broker did not take it (nack): {window.parcels[number].address.place} may be full"
            window.settle(number, Outcome("io", reason, answered=True))

    def _confirmed(self, tag: int, multiple: bool) -> list[Spot]:
        tags = range(self._low, tag + 1) if multiple else (tag,)
        spots = [spot for t in tags if (spot := self._waiting.pop(t, None)) is not None]
        if multiple:
            self._low = tag + 1
        for window, number in spots:
            self._tags.pop(window.parcels[number].idempotency_key, None)
        return spots

    def _returned(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        """Comes before the message's confirm."""
        spot = self._waiting.get(self._tags.get(message.properties.get("message_id", ""), 0))
        if spot is not None:
            place = AmqpAddress(exchange, routing_key).place
            text = getattr(error, "reply_text", "") or "unroutable"
            spot[0].settle(spot[1], Outcome("returned", f"no queue took it: {place} ({text})"))
