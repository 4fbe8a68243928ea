"""What a scripted system makes of a parcel, judged by the rules of the real adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from adapters.outbound.http import reply as http
from adapters.outbound.http.address import HttpAddress
from adapters.outbound.http.options import HttpOptions, options_of
from adapters.outbound.http.statuses import holds
from adapters.outbound.http.target import headers_of
from adapters.testing.simulated import SimulatedClock
from router.ports import Outcome, Parcel
from router.route import Connection
from router.testing.case import Reply

REASONS = {
    "timeout": "no answer within {timeout:g} s",
    "connect": "could not connect",
    "reset": "the connection was closed before the answer came",
    "io": "it could not be written",
    "returned": "no queue took it",
    "refused": "it was refused",
}


def http_options(connection: Connection) -> HttpOptions:
    """Those of requests; an address that holds a setting which is not set stands as it is written."""
    try:
        return options_of(connection.options)
    except ValueError:
        shown = str(connection.options.get("url", ""))
        found = options_of({**connection.options, "url": "http://unset"})
        return replace(found, base=shown.rstrip("/"))


def request_headers(connection: Connection, parcel: Parcel) -> Mapping[str, str]:
    """What stands in a request beside its body, by its names as they are sent."""
    if connection.type == "http":
        return dict(headers_of(http_options(connection), parcel.address, parcel))
    if connection.type == "amqp":
        return dict(parcel.address.headers)
    return {}


def answered(connection: Connection, parcel: Parcel, reply: Reply, clock: SimulatedClock) -> Outcome:
    """How one call ends."""
    if reply.error is not None:
        why = REASONS[reply.error].format(timeout=connection.timeout)
        io = reply.error == "io"  # as a broker's that is there: a full queue, a stream of another kind
        return Outcome(reply.error, f"{why} (as the test says)", sent_to=sent_to(connection, parcel), answered=io)
    if connection.type != "http":
        return Outcome(sent_to=sent_to(connection, parcel))
    address: HttpAddress = parcel.address
    if reply.status is None:  # as well as can be, whatever `ok_when` asks for
        return Outcome(status=good(address), sent_to=sent_to(connection, parcel))
    now = datetime.fromtimestamp(clock.now() / 1000, UTC)
    outcome = http.judge(address, http.Reply(reply.status, reply.headers, reply.body), now)
    return replace(outcome, sent_to=sent_to(connection, parcel))


def good(address: HttpAddress) -> int:
    """A status that is a success here."""
    return 200 if holds(address.ok, 200) else address.ok[0][0]


def sent_to(connection: Connection, parcel: Parcel) -> str:
    """Where it went, in words."""
    address = parcel.address
    match connection.type:
        case "http":
            return f"{address.method} {http_options(connection).base}{address.path}"
        case "amqp":
            return f"{connection.id} {address.place}"
        case "redis":
            return f"{connection.id} {address.stream}"
        case "sql":
            return f"{connection.id} {address.into}"
    return f"{connection.id}/{address.name}"
