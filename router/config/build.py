"""A project to the routing table: connections, clients and policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from router.config.building import RouteBuilder
from router.config.compiling import Compiler
from router.config.findings import Findings
from router.config.schema.shapes import Chosen
from router.config.schema.systems import FOLDERS, files_of
from router.config.sections import Item, Sections
from router.config.walk import source
from router.limits import Limits
from router.registry import Registry
from router.route import Breaker, Client, Connection, Keep, Route, Table, own_connection

NO_FILE = "0405"


class Routes(Mapping[str, Route]):
    """The routes that are valid, each made when it is first asked for."""

    def __init__(self, found: Sections, builder: RouteBuilder) -> None:
        self.valid = {id: item for id, item in found.routes.items() if isinstance(item.value, Mapping)}
        self.builder = builder
        self.made: dict[str, Route] = {}

    def __getitem__(self, id: str) -> Route:
        if id not in self.made:
            self.made[id] = self.builder.route(self.valid[id])
        return self.made[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.valid)

    def __len__(self) -> int:
        return len(self.valid)


def build_table(found: Sections, compiler: Compiler, registry: Registry, base: Path, version: int) -> Table:
    """The table of what is valid; whoever calls looks at the findings before it is used. What is wrong with a route is
    found when it is asked for."""
    routes = Routes(found, RouteBuilder(found, compiler, registry, version))
    outside = {id: connection(item, base, compiler.findings) for id, item in found.connections.items() if item.value}
    inside = [own_connection(id) for id, item in routes.valid.items() if source(item, "route") is not None]
    return Table(
        version=version,
        routes=routes,
        connections={**outside, **{id: Connection(id, "route") for id in inside}},
        clients={id: client(item) for id, item in found.clients.items() if item.value},
        keep=Keep(**given(found.defaults.get("keep"))),
        limits=Limits(**given(found.limits)),
    )


def given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in (values or {}).items() if value is not None}


def connection(item: Item, base: Path, findings: Findings) -> Connection:
    chosen: Chosen = item.value
    value = chosen.value or {}
    common: dict[str, Any] = {"about": value.get("about") or "", "owner": value.get("owner") or ""}
    if chosen.kind == "folder":
        return Connection(item.id, "folder", {"path": base / str(value.get("path") or "")}, **common)
    limits: dict[str, Any] = given({name: value.get(name) for name in ("timeout", "in_flight", "rate")})
    breaker = Breaker(**given(value.get("breaker")))
    options: dict[str, Any] = {
        "url": str(value.get("url") or ""),
        **{name: limits[name] for name in ("timeout", "in_flight") if name in limits},
    }
    if chosen.kind == "http":
        options.update(http_options(item, value, base, findings))
    if chosen.kind in ("amqp", "redis", "sql"):
        options["base"] = base
        address_files(item, options["url"], base, findings)
    return Connection(item.id, chosen.kind, options, breaker=breaker, **limits, **common)


def http_options(item: Item, value: Mapping[str, Any], base: Path, findings: Findings) -> dict[str, Any]:
    return {
        "headers": {name: str(one) for name, one in (value.get("headers") or {}).items()},
        "auth": auth(value.get("auth")),
        "tls": tls(item, value.get("tls") or {}, base, findings),
    }


def auth(chosen: Chosen | None) -> dict[str, Any] | None:
    """`{bearer: …}`, `{basic: {user, password}}` or `{header: {name, value}}`."""
    if chosen is None or chosen.value is None:
        return None
    value = chosen.value
    return {chosen.kind: {k: str(v) for k, v in value.items()} if isinstance(value, dict) else str(value)}


def tls(item: Item, files: Mapping[str, str], base: Path, findings: Findings) -> dict[str, str]:
    """Paths of certificates, from the project folder."""
    paths = {name: base / str(path) for name, path in files.items() if path}
    for name, path in paths.items():
        place = item.place.at("tls", name)
        if not place.unset and not path.is_file():
            findings.warning(place, NO_FILE, f"there is no file '{files[name]}'", "paths start at the project folder")
    return {name: str(path) for name, path in paths.items()}


def address_files(item: Item, url: str, base: Path, findings: Findings) -> None:
    """Warns of files of TLS that an address names and that are not there; its paths start at the project folder too."""
    place = item.place.at("url")
    if place.unset:
        return
    for option, path in files_of(url).items():
        folder = option in FOLDERS
        if not ((base / path).is_dir() if folder else (base / path).is_file()):
            message = f"there is no {'folder' if folder else 'file'} '{path}' ({option})"
            findings.warning(place, NO_FILE, message, "paths start at the project folder")


def client(item: Item) -> Client:
    token = item.value.get("token")
    verify = item.value.get("verify")
    return Client(item.id, str(token) if token is not None else None, verify, item.value.get("rate"))
