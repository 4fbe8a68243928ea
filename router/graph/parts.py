"""The table as nodes and edges from left to right: where messages come from, routes, targets, the systems behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from router.browse import TargetCounts
from router.route import Otherwise, Route, Send, Source, Table, Target

SOURCE, ROUTE, TARGET, END, SYSTEM, OWNER = "source", "route", "target", "otherwise", "system", "owner"


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a title, lines below it, and what the ledger counts there, if somebody asked. `note` is said of it in full."""

    id: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`start` and `end` are ids of nodes; `spare`: the way is gone only where another one failed."""

    start: str
    end: str
    label: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of the table; each id once."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ledger holds: messages accepted by route, units by target (or by the route, before any target)."""

    accepted: Mapping[str, int]
    places: Mapping[str, TargetCounts]

    def of_route(self, id: str) -> dict[str, int]:
        return {"accepted": self.accepted.get(id, 0), **self.of_place(id)}

    def of_place(self, name: str) -> dict[str, int]:
        found = self.places.get(name)
        return {"open": found.open, "retry": found.retry, "dead": found.dead} if found else {"open": 0, "retry": 0, "dead": 0}


def graph(table: Table, ids: Collection[str] = (), counts: Counts | None = None) -> Graph:
    """Of the routes `ids`, of all where none is given."""
    routes = chosen(table, ids)
    drawing = Drawing(table, counts, {route.id for route in routes})
    for route in routes:
        drawing.route(route)
    return drawing.graph()


def chosen(table: Table, ids: Collection[str]) -> list[Route]:
    return [route for route in table.routes.values() if not ids or route.id in ids]


def came_by(source: Source) -> str:
    """Where a source takes from, in a few words."""
    if source.kind == "http":
        return f"{source.options.get('method', 'POST')} {source.options.get('http')}"
    if source.kind == "route":
        return "other routes"
    return f"{source.kind} {source.connection} {picked(source)}".rstrip()


def picked(source: Source) -> str:
    """Which of the things at a connection: files, a queue, a stream."""
    return str(next((source.options[key] for key in ("files", "queue", "stream") if key in source.options), ""))


def goes_to(send: Send) -> str:
    """What a send addresses at its connection, as it is written."""
    options = send.options
    if send.kind == "http":
        return f"{options.get('method', 'POST')} {text_of(options.get('path'))}".rstrip()
    names = ("name", "queue", "exchange", "routing_key", "stream", "table", "statement")
    return " ".join(text_of(options[name]) for name in names if options.get(name))


def text_of(value: object) -> str:
    """A template or an expression as it is written."""
    return str(getattr(value, "source", value) if value is not None else "")


def feeders(table: Table, id: str) -> list[str]:
    """The targets that send to a route."""
    targets = (target for route in table.routes.values() for target in route.targets)
    return [t.name for t in targets if any(s.kind == "route" and receiver(s) == id for s in sends(t))]


def sends(target: Target) -> Iterator[Send]:
    yield target.send
    if target.fallback is not None:
        yield target.fallback


def receiver(send: Send) -> str:
    return str(send.options.get("route"))


class Drawing:
    """Collects nodes and edges, each once."""

    def __init__(self, table: Table, counts: Counts | None, shown: Collection[str]) -> None:
        self.table, self.counts, self.shown = table, counts, shown
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}

    def graph(self) -> Graph:
        """An edge to a route that is not in the picture leads to a box of that name."""
        for edge in self.edges:
            if edge.end not in self.nodes:
                self.nodes[edge.end] = Node(edge.end, SYSTEM, edge.end.partition(":")[2], ("route",))
        return Graph(tuple(self.nodes.values()), tuple(self.edges))

    def add(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def link(self, start: str, end: str, label: str = "", spare: bool = False) -> None:
        self.edges.setdefault(Edge(start, end, label, spare))

    def route(self, route: Route) -> None:
        verbs = " · ".join(step.verb for step in route.steps)
        off = "" if route.enabled else "not enabled"
        counts = self.counts.of_route(route.id) if self.counts else {}
        own = Node(f"route:{route.id}", ROUTE, route.id, lines(off, verbs), counts, route.about)
        self.source(route, self.add(own))
        for target in route.targets:
            self.target(target, own.id, route)
        if route.otherwise is not None and route.otherwise.kind != "target":
            self.otherwise(route.otherwise, own.id, route)

    def source(self, route: Route, own: str) -> None:
        source = route.source
        if source.kind != "route":
            self.link(self.add(self.source_node(source)), own, picked(source))
            return
        for name in feeders(self.table, route.id):
            if name.partition(".")[0] not in self.shown:  # else that target leads here by itself
                self.link(self.add(Node(f"source:{name}", SOURCE, name, ("target",))), own)

    def source_node(self, source: Source) -> Node:
        if source.kind == "http":
            clients = source.options.get("clients")
            who = clients if isinstance(clients, str) else ", ".join(map(str, clients or ()))
            title = came_by(source)
            return Node(f"source:{title}", SOURCE, title, lines(f"http, from {who}" if who else "http"))
        connection = source.connection or source.kind
        return Node(f"source:{connection}", SOURCE, connection, (source.kind,), note=self.about(connection))

    def about(self, connection: str) -> str:
        found = self.table.connections.get(connection)
        return found.about if found else ""

    def target(self, target: Target, route: str, of: Route) -> None:
        last = of.otherwise is not None and of.otherwise.kind == "target" and of.otherwise.why == target.id
        when = "otherwise" if last else f"when {text_of(target.when)}" if target.when is not None else ""
        counts = self.counts.of_place(target.name) if self.counts else {}
        verbs = " · ".join(step.verb for step in target.steps)
        note = "\n".join(lines(target.name, when, goes_to(target.send)))
        own = Node(f"target:{target.name}", TARGET, target.id, lines(when, verbs, goes_to(target.send)), counts, note)
        self.link(route, self.add(own))
        self.link(own.id, self.system(target.send))
        if target.fallback is not None:
            self.link(own.id, self.system(target.fallback), "fallback", spare=True)

    def system(self, send: Send) -> str:
        """The box that a send leads to: its connection, or the route that takes it."""
        if send.kind == "route":
            return f"route:{receiver(send)}"
        about = self.about(send.connection)
        return self.add(Node(f"system:{send.connection}", SYSTEM, send.connection, (send.kind,), note=about))

    def otherwise(self, otherwise: Otherwise, own: str, route: Route) -> None:
        end = "dead letter" if otherwise.kind == "dead" else "ignored"
        node = Node(f"{END}:{route.id}", END, end, lines("otherwise", otherwise.why), note=otherwise.why)
        self.link(own, self.add(node))


def lines(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
