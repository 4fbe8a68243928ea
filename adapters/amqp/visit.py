"""Whether a broker lets us in."""

from __future__ import annotations

from adapters.amqp.broker import Broker
from adapters.amqp.connection import dial
from adapters.amqp.failures import while_connecting
from router.errors import Unreachable


def visit(broker: Broker, name: str, seconds: float) -> str:
    """See router.ports.Visits. `name` is what the broker's console shows."""
    try:
        dial(broker, name, seconds).part(seconds)
    except Exception as error:  # the driver raises what the other side brings about
        raise Unreachable(while_connecting(error, broker.label, seconds)[1]) from None
    return broker.label
