"""A connection that takes messages from one queue, as many as prefetch lets be unacknowledged."""

from __future__ import annotations

from collections import deque
from typing import Any

from amqp.exceptions import ConnectionForced

from adapters.amqp.broker import Broker
from adapters.amqp.connection import Connection, dial
from adapters.inbound.amqp.delivery import Delivery, to

HEARTBEAT = 15
"""Seconds; after two of them without a sign the other side is gone."""
MOST_BYTES = 33_554_432
"""After so many bytes no further message is read before these are stored."""
PATIENCE = 5.0
"""Seconds that an acknowledgement may take to be written."""
FAREWELL = 1.0


class Consumer:
    """Raises OSError and AMQPError where the connection fails, the queue is not there, or is taken away."""

    def __init__(self, broker: Broker, name: str, queue: str, prefetch: int, timeout: float) -> None:
        self._arrived: deque[Delivery] = deque()
        self._connection: Connection = dial(broker, name, timeout, HEARTBEAT, to(self._arrived.append))
        try:
            self._channel: Any = self._connection.channel()
            self._channel.basic_qos(0, prefetch, False)
            self._channel.basic_consume(queue)
            self._connection.bound(PATIENCE)
        except BaseException:
            self._connection.drop()
            raise

    def gather(self, most: int, seconds: float, bell: int) -> list[Delivery]:
        """What has arrived, oldest first; waits for the first, or until the bell's descriptor may be read."""
        connection = self._connection
        connection.handle_held()
        if not self._arrived:
            connection.pump(connection.readable(min(seconds, HEARTBEAT / 3), bell))
        while self._may_read(most) and connection.readable(0):
            connection.pump()
        try:
            connection.heartbeat_tick()
        except ConnectionForced:  # the driver's word for a broker that is silent
            raise TimeoutError from None
        return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def _may_read(self, most: int) -> bool:
        return len(self._arrived) < most and sum(len(d.body) for d in self._arrived) < MOST_BYTES

    def acknowledge(self, last: Delivery) -> None:
        """It and all that were delivered before it."""
        self._channel.basic_ack(last.tag, multiple=True)

    def still_here(self) -> None:
        """Tells the broker so, without reading: nothing more is taken while nothing can be stored."""
        self._connection.send_heartbeat()

    def close(self) -> None:
        """What was not acknowledged goes back to the queue."""
        self._connection.part(FAREWELL)
