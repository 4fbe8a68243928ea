"""The adapter of `send: {route: ID}`: a message of one route goes on as a message of another, through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from router.errors import MessageError
from router.headers import HOPS
from router.message import File, Message
from router.ports import Target

MOST_HOPS = 16
"""Routes that a message may go through one after the other."""


@dataclass(frozen=True, slots=True)
class RouteAddress:
    """The receiving route, and what goes on with the body."""

    route: str
    headers: Mapping[str, str]
    params: Mapping[str, str]
    client: str | None
    file: File | None


def hops(headers: Mapping[str, str]) -> int:
    text = headers.get(HOPS, "0")
    return int(text) if text.isdecimal() else 0


class RouteKind:
    """Messages that go on to another route of the project."""

    name = "route"
    collects = False
    rows = False

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], RouteAddress]:
        route = str(send["route"])

        def address(message: Message) -> RouteAddress:
            count = hops(message.headers) + 1
            if count > MOST_HOPS:
                reason = f"the message went through {MOST_HOPS} routes already, the last to {route}: do they send in a circle?"
                raise MessageError("send", "loop", reason)
            envelope = message.envelope
            headers = {**message.headers, HOPS: str(count)}
            return RouteAddress(route, headers, envelope.params, envelope.client, envelope.file)

        return address

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        """`options` has the receiver, the current table, the ledger's blobs, which routes are paused, and for which
        intake is closed: only the wiring knows those."""
        from adapters.outbound.route.target import RouteTarget  # what opens a ledger is loaded where something is sent

        return RouteTarget(*(options[name] for name in ("receiver", "table", "blob", "paused", "closed")))
