"""What entries of a project say about each other: names that lead nowhere, things used twice or never."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from router.config.findings import Findings, Place, here
from router.config.hops import check_hops
from router.config.literal import check_literals
from router.config.loops import check_loops
from router.config.nearest import did_you_mean, one_of
from router.config.references import Resolved, Unset
from router.config.schema.connections import Connection
from router.config.sections import Item, Sections
from router.config.walk import sends, source, targets

NO_CONNECTION, OTHER_TYPE, NO_CLIENT, SAME_PATH, SAME_TOKEN = "0501", "0502", "0503", "0504", "0505"
PLAIN_SECRET, SAME_SOURCE, UNUSED = "0506", "0507", "0508"
SECRET_NAME = re.compile(r"(?i)^(proxy-)?authorization$|api[-_]?key|(^|[-_])(token|secret|password)$|^x-auth")
PUBLIC = re.compile(r"\{\{|\{%|(?i:^(bearer|basic|token)$)")


def check_links(found: Sections, findings: Findings) -> None:
    used = Uses(found, findings)
    for route in found.routes.values():
        used.route(route)
        check_literals(route, findings)
    used.unused()
    check_hops(found, findings)
    check_loops(found, findings)
    same_paths(found, findings)
    same_sources(found, findings)
    tokens(found, findings)
    plain_secrets(found, findings)


class Uses:
    """Follows names to connections and clients, and remembers which were used."""

    def __init__(self, found: Sections, findings: Findings) -> None:
        self.found, self.findings = found, findings
        self.connections: set[str] = set()
        self.clients: set[str] = set()

    def route(self, route: Item) -> None:
        http = source(route, "http")
        for kind in ("folder", "amqp", "redis"):
            found = source(route, kind)
            if found is not None:
                self.connection(route.place.at("from", kind), kind, found.get(kind))
        for n, client in enumerate(_listed(http.get("clients")) if http is not None else []):
            self.client(route.place.at("from", "clients", n), client)
        for place, send in sends(route):
            if send.kind == "route":
                continue
            self.connection(place.at(send.kind), send.kind, (send.value or {}).get(send.kind))

    def connection(self, place: Place, kind: str, name: Any) -> None:
        if not isinstance(name, str) or isinstance(name, Unset):
            return
        self.connections.add(name)
        item = self.found.connections.get(name)
        fitting = [id for id, one in self.found.connections.items() if _type(one) == kind]
        if item is None:
            if self.found.whole:
                hint = did_you_mean(name, fitting) or f"add '{name}' to 'connections', with 'type: {kind}'"
                self.findings.error(place, NO_CONNECTION, f"there is no connection '{name}'", hint)
        elif _type(item) not in (kind, None):
            hint = one_of(fitting) if fitting else f"add a connection with 'type: {kind}'"
            message = (
                f"the connection '{name}' has the type {_type(item)}, here a connection of the type {kind} is expected"
            )
            note = here(item.place, f"the connection '{name}' is declared here")
            self.findings.error(place, OTHER_TYPE, message, hint, also=[note])

    def client(self, place: Place, name: Any) -> None:
        if not isinstance(name, str) or isinstance(name, Unset):
            return
        self.clients.add(name)
        if name not in self.found.clients and self.found.whole:
            hint = "write 'clients: anyone', without brackets" if name == "anyone" else did_you_mean(name, self.found.clients)
            hint = hint or f"add '{name}' to 'clients', with its token"
            self.findings.error(place, NO_CLIENT, f"there is no client '{name}'", hint)

    def unused(self) -> None:
        if not self.found.whole or any(route.value is None for route in self.found.routes.values()):
            return
        for what, items, used in (
            ("connection", self.found.connections, self.connections),
            ("client", self.found.clients, self.clients),
        ):
            for id in items.keys() - used:
                self.findings.advice(
                    items[id].place, UNUSED, f"no route uses the {what} '{id}'", "remove it, or use it"
                )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _type(item: Item) -> str | None:
    """The type as it was written, so that a connection with other mistakes is still of its type."""
    raw = item.place.at("type").raw
    return raw if isinstance(raw, str) and raw in Connection.kinds else None


def same_paths(found: Sections, findings: Findings) -> None:
    """Two routes may share a path with different methods."""
    first: dict[tuple[str, str], Item] = {}
    for route in found.routes.values():
        http = source(route, "http")
        path, method = (http.get("http"), http.get("method")) if http else (None, None)
        if not isinstance(path, str) or isinstance(path, Unset) or not method:
            continue
        other = first.setdefault((method, re.sub(r"\{[^}]*\}", "{}", path)), route)
        if other is not route:
            message = f"{method} {path} is taken by the route '{other.id}' already"
            note = here(other.place.at("from", "http"), f"the route '{other.id}' takes it here")
            hint = "use another path or another method"
            findings.error(route.place.at("from", "http"), SAME_PATH, message, hint, also=[note])


SHARED = {"folder": "files", "amqp": "queue", "redis": "stream"}
"""Kinds of sources whose messages go to one of two routes that both take them, with the key that says which."""


def same_sources(found: Sections, findings: Findings) -> None:
    first: dict[tuple[Any, ...], str] = {}
    for route in found.routes.values():
        for kind, key in SHARED.items():
            options = source(route, kind)
            if not options or not options.get(kind) or not options.get(key) or not (route.value or {}).get("enabled"):
                continue
            place = folder_of(found, options["folder"]) if kind == "folder" else options[kind]
            other = first.setdefault((kind, place, options[key], options.get("group")), route.id)
            if other != route.id:
                message = f"the route '{other}' takes from the same {key} already: each message goes to one of them"
                findings.warning(route.place.at("from", key), SAME_SOURCE, message, "use one route with two targets")


def folder_of(found: Sections, connection: str) -> str:
    item = found.connections.get(connection)
    path = item.value.value.get("path") if item and item.value and item.value.value else connection
    return str(path).rstrip("/")


def tokens(found: Sections, findings: Findings) -> None:
    """A caller is known by its token or its signature alone."""
    first: dict[tuple[str, ...], Item] = {}
    for client in found.clients.values():
        place, shown = shown_by(client)
        if shown is None:
            continue
        other = first.setdefault(shown, client)
        if other is not client:
            what = place.path[-1]
            message = f"the client '{other.id}' has the same {what}: nobody could tell them apart"
            note = here(shown_by(other)[0], f"the {what} of '{other.id}' stands here")
            findings.error(place, SAME_TOKEN, message, f"give each client a {what} of its own", also=[note])


def shown_by(client: Item) -> tuple[Place, tuple[str, ...] | None]:
    """Where the token or the secret of a client stands, and what must be its own; None where that is not known."""
    value = client.value or {}
    verify = value.get("verify") or {}
    secret = verify.get("secret")
    place = client.place.at("verify", "secret") if secret is not None else client.place.at("token")
    shown = secret if secret is not None else value.get("token")
    if not isinstance(shown, str) or isinstance(shown, Unset):
        return place, None
    return place, (str(verify.get("scheme") or "token"), str(shown))


def plain_secrets(found: Sections, findings: Findings) -> None:
    for client in found.clients.values():
        _plain(client.place.at("token"), client.id, findings)
        _plain(client.place.at("verify", "secret"), client.id, findings)
    for connection in found.connections.values():
        for below in (("bearer",), ("basic", "password"), ("header", "value")):
            _plain(connection.place.at("auth", *below), connection.id, findings)
        for name in texts_of(connection.place.at("headers").raw):
            _plain(connection.place.at("headers", name), connection.id, findings)
        url = connection.place.at("url").raw
        if isinstance(url, str) and not isinstance(url, Resolved | Unset) and re.match(r"\w+://[^/@:]*:[^/@]+@", url):
            _plain(connection.place.at("url"), connection.id, findings)
    for route in found.routes.values():
        for place, _ in targets(route):
            for part in (place.at("send", "headers"), place.at("send", "query")):
                for name in texts_of(part.raw):
                    _plain(part.at(name), route.id, findings)


def texts_of(raw: object) -> list[str]:
    """Names that secrets stand under, with texts that are no templates."""
    if not isinstance(raw, Mapping):
        return []
    return [name for name, value in raw.items()
            if isinstance(value, str) and SECRET_NAME.search(name) and not PUBLIC.search(value)]  # fmt: skip


def _plain(place: Place, id: str, findings: Findings) -> None:
    raw = place.raw
    if isinstance(raw, str) and raw and not isinstance(raw, Resolved | Unset):
        name = f"{id}_{place.path[-1]}".upper().replace("-", "_")
        message = "a secret stands in plain text here, and in every stored version"
        findings.warning(place, PLAIN_SECRET, message, f'write "${{secret:{name}}}"')
