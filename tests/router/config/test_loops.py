"""Routes whose messages come back over queues and streams."""

from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk

CONNECTIONS = """\
connections:
  bus: {type: amqp, url: "amqp://bus.test"}
  bus-too: {type: amqp, url: "amqp://bus.test"}
  bus-again: {type: amqp, url: "amqp://bus.test:5672/%2f"}
  bus-else: {type: amqp, url: "amqp://else.test"}
  events: {type: redis, url: "${secret:REDIS_URL}"}
  events-too: {type: redis, url: "${secret:REDIS_URL}"}
"""
OUT = "{id: out, send: {folder: out, name: c.json}}"
STOCK = "{amqp: bus, queue: stock}"
AGAIN = "{id: q, send: {amqp: bus, queue: stock}}"
BACK = f"[{AGAIN}]"
FIRST = "{id: a, when: headers.tries == '1', send: {folder: out, name: c.json}}"


def said(desk: Desk, *routes: tuple[str, str, str]) -> list[tuple[str, str]]:
    """(path, message) of each loop; a route is its id, its source, and its targets with what else stands there."""
    text = HEAD.replace("connections:\n", CONNECTIONS)
    text += "".join(f"  {id}:\n    from: {source}\n    to: {to}\n" for id, source, to in routes)
    problems = [p for p in desk.check(text) if p.code not in ("A0508", "W0301", "W0302")]
    assert {p.code for p in problems} <= {"W0513", "W0512"}, problems
    return [(p.path, p.message) for p in problems if p.code == "W0513"]


def way(*hops: str) -> str:
    return f"messages go round for ever: {' -> '.join(hops)}"


@pytest.mark.parametrize("connection", ["bus", "bus-too", "bus-again"])
def test_a_queue_that_its_own_route_reads(desk: Desk, connection: str) -> None:
    [(path, message)] = said(desk, ("stock", STOCK, BACK.replace("bus", connection)))
    assert path == "routes.stock.to[0].send.queue"
    assert message.endswith(way("stock", "queue stock", "stock"))


def test_a_stream_at_an_address_that_is_not_set_here(desk: Desk) -> None:
    [(path, message)] = said(desk, ("a", "{redis: events, stream: s}", "[{id: q, send: {redis: events-too, stream: s}}]"))
    assert path == "routes.a.to[0].send.stream"
    assert message.endswith(way("a", "stream s", "a"))


def test_a_loop_over_queues_streams_and_routes_is_said_once_where_it_closes(desk: Desk) -> None:
    [(path, message)] = said(
        desk,
        ("start", "{http: /r, clients: anyone}", "[{id: on, send: {amqp: bus, queue: stock}}]"),
        ("a", STOCK, f"[{OUT}, {{id: on, send: {{route: b}}}}]"),
        ("b", "{route: true}", "[{id: on, send: {redis: events, stream: s}}]"),
        ("c", "{redis: events, stream: s}", BACK),
    )
    assert path == "routes.c.to[0].send.queue"
    assert message.endswith(way("a", "b", "stream s", "c", "queue stock", "a"))


@pytest.mark.parametrize(
    "to",
    [
        BACK.replace("stock", "other"),
        BACK.replace("bus", "bus-else"),
        "[{id: q, send: {amqp: bus, exchange: stock, routing_key: stock}}]",
        "[{id: q, send: {redis: events, stream: stock}}]",
        f"[{OUT}, {{id: q, when: headers.tries == '1', send: {{amqp: bus, queue: stock}}}}]",
        f"[{FIRST}, {{otherwise: {AGAIN}}}]",
        "[{id: q, steps: [{filter: headers.tries == '1'}], send: {amqp: bus, queue: stock}}]",
        f"{BACK}\n    steps: [{{filter: headers.tries == '1'}}]",
        f"{BACK}\n    steps: [{{dedupe: {{key: headers.id}}}}]",
        f"{BACK}\n    enabled: false",
        "[{id: h, send: {http: erp, path: /a}, fallback: {send: {amqp: bus, queue: stock}}}]",
        f"[{FIRST}, {AGAIN}]\n    match: first",
    ],
)
def test_what_ends_or_goes_elsewhere(desk: Desk, to: str) -> None:
    assert said(desk, ("stock", STOCK, to)) == []


def test_a_mistake_elsewhere_in_the_route_stops_nothing(desk: Desk) -> None:
    text = HEAD.replace("connections:\n", CONNECTIONS) + f"  stock:\n    from: {STOCK}\n    to: {BACK}\n    colour: 1\n"
    assert {"W0513", "E0201"} <= {p.code for p in desk.check(text)}
