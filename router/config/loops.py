"""Queues and streams that lead back to the route that sends into them: a message that nothing ends goes round for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from router.config.findings import Findings, Place, here
from router.config.schema.shapes import Chosen
from router.config.sections import Item, Sections
from router.config.walk import source, targets
from router.config.ways import Hop, walk

LOOP = "0513"
BETWEEN = {"amqp": "queue", "redis": "stream"}
"""Kinds of connections that keep messages for a reader, with the key that says where."""
PORTS = {"amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379}
ENDS = ("filter", "dedupe")
"""Steps that may be the end of a message."""


def check_loops(found: Sections, findings: Findings) -> None:
    """Each loop once, at the send that closes it. Where routes send straight to each other it is a circle, said elsewhere."""
    working = [route for route in found.routes.values() if (route.value or {}).get("enabled")]
    readers = read(found, working)
    hops = {route.id: list(hops_of(found, route, readers)) for route in working}
    done: set[str] = set()
    for id in hops:
        if id not in done:
            walk(id, hops, done, lambda loop: say(found, loop, findings) if any(one.over for one in loop) else None)


def say(found: Sections, loop: Sequence[Hop], findings: Findings) -> None:
    words = [word for hop in loop for word in (hop.over, hop.to) if word]
    message = f"messages go round for ever: {' -> '.join([loop[0].begin, *words])}"
    hint = "a loop must end somewhere: give a target in it a 'when', or send to another queue"
    note = here(found.routes[loop[-1].to].place.at("from"), f"the route '{loop[-1].to}' takes them here")
    findings.warning(loop[-1].place, LOOP, message, hint, also=[note])


def read(found: Sections, routes: list[Item]) -> dict[tuple[str, ...], list[str]]:
    """The routes that read a queue or a stream."""
    readers: dict[tuple[str, ...], list[str]] = {}
    for route in routes:
        for kind in BETWEEN:
            spot = spot_of(found, kind, source(route, kind))
            if spot is not None:
                readers.setdefault(spot, []).append(route.id)
    return readers


def spot_of(found: Sections, kind: str, options: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """What tells a queue or a stream from others: the address of its server, and its name there."""
    connection, name = (options or {}).get(kind), (options or {}).get(BETWEEN.get(kind, ""))
    if not isinstance(connection, str) or not isinstance(name, str):
        return None
    item = found.connections.get(connection)
    value = item.value.value if item is not None and isinstance(item.value, Chosen) else None
    return kind, *server_of(kind, str((value or {}).get("url") or ""), connection), str(name)


def server_of(kind: str, url: str, connection: str) -> tuple[str, str, str]:
    """Host, port, and virtual host or database; two connections may write one address in two ways."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        host, port = None, 0
    if not host:
        return url or connection, "", ""
    part = unquote(parts.path.removeprefix("/"))
    return host, str(port), part or ("/" if kind == "amqp" else "0")


def hops_of(found: Sections, route: Item, readers: Mapping[tuple[str, ...], list[str]]) -> Iterator[Hop]:
    for place, send in always(route):
        if send.kind == "route":
            yield Hop(route.id, "", str((send.value or {}).get("route")), place.at("route"))
        key = BETWEEN.get(send.kind, "")
        for to in readers.get(spot_of(found, send.kind, send.value) or (), ()):
            yield Hop(route.id, f"{key} {send.value[key]}", to, place.at(key))


def always(route: Item) -> Iterator[tuple[Place, Chosen]]:
    """The sends that each message of a route comes to."""
    if ends(route.value.get("steps")):
        return
    first = route.value.get("match") == "first"
    for n, (place, target) in enumerate(targets(route)):
        chosen = target.get("when") is not None or place.path[-1] == "otherwise" or (first and n > 0)
        send = target.get("send")
        if isinstance(send, Chosen) and not (chosen or ends(target.get("steps"))):
            yield place.at("send"), send


def ends(steps: Any) -> bool:
    return any(isinstance(step, Chosen) and step.kind in ENDS for step in steps or ())
