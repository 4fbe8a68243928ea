"""What a project needs of its surroundings: its routes, folders and ports, and on demand the systems it names."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adapters.disk import shown
from adapters.examination import BAD, ENOUGH_DISK, FAIR, GOOD, LEAST_DISK, Finding, graded, nearest
from adapters.ledger.sqlite.connection import file_system_of
from adapters.node import is_held, role_lock
from adapters.settings import Settings
from router.config.problems import Problem
from router.route import Connection, Table

PORTS = {
    "http": 80, "https": 443, "amqp": 5672, "amqps": 5671, "redis": 6379, "rediss": 6379, "postgresql": 5432,
    "postgres": 5432,
}  # fmt: skip
PATIENCE = 3.0
MOST_AT_ONCE = 8
REACH = "start it, correct its url, or open the way to it; nothing is lost meanwhile"


def routes_checked(settings: Settings, problems: Iterable[Problem]) -> Finding:
    """What `routes check` says, in numbers."""
    levels = [problem.level for problem in problems]
    counts = {level: levels.count(level) for level in ("error", "warning") if level in levels}
    found = ", ".join(f"{n} {level}{'s' if n != 1 else ''}" for level, n in counts.items())
    if not counts:
        return Finding("routes", GOOD, f"{settings.config.name} has no mistakes")
    return Finding("routes", BAD if "error" in counts else FAIR, found, "crossdock routes check")


def no_project(settings: Settings) -> Finding:
    advice = "go to the project's folder, say --config, or make one: crossdock init DIR"
    return Finding("routes", FAIR, f"there is no {settings.config.name} here", advice)


def surroundings(settings: Settings, table: Table | None) -> Iterator[Finding]:
    if table is not None:
        for connection in table.connections.values():
            if connection.type == "folder":
                yield folder(connection)
    yield port(settings, "http", settings.http)
    yield port(settings, "admin", settings.admin)


def folder(connection: Connection) -> Finding:
    """Whether files can be made, moved and removed there, and how much room there is."""
    what, path = f"folder {connection.id}", Path(connection.options["path"])
    place = next(p for p in (path, *path.parents) if os.path.lexists(p))
    if not place.is_dir():
        return Finding(what, BAD, f"{shown(str(place))} is no folder", f"move it away, or correct connections.{connection.id}")
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        advice = f"chown it to {os.getuid()}, or correct connections.{connection.id}"
        return Finding(what, BAD, f"{shown(str(place))} cannot be read and written", advice)
    free = shutil.disk_usage(place).free
    missing = "" if place == path else ", is made when it is needed"
    found = f"{shown(str(path))}{missing}: {file_system_of(place) or 'unknown'}, {free / (1 << 30):.1f} GiB free"
    return graded(what, free, LEAST_DISK, ENOUGH_DISK, found, "free some: files that do not fit are tried again")


def port(settings: Settings, name: str, address: str) -> Finding:
    """Whether it is free, or web of this project has it."""
    what = f"port {name}"
    host, _, number = address.rpartition(":")
    if number == "0":
        return Finding(what, GOOD, f"{address}: a free one is taken")
    error = bound(host.strip("[]"), int(number))
    if not error:
        return Finding(what, GOOD, f"{address} is free")
    advice = f"end what has it (ss -ltnp), or say --{name} HOST:PORT"
    if error == errno.EADDRINUSE:
        if is_held(role_lock(settings.var, "web")):
            return Finding(what, GOOD, f"{address} is in use, and web runs here")
        return Finding(what, BAD, f"{address} is in use by another process", advice)
    return Finding(what, BAD, f"{address}: {os.strerror(error)}", f"say --{name} HOST:PORT, an address of this host")


def bound(host: str, number: int) -> int:
    """0 where it can be listened to, else the error's number."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, number))
            listening.listen(1)
        except socket.gaierror:
            return errno.EADDRNOTAVAIL
        except OSError as error:
            return error.errno or errno.EIO
    return 0


def reached(table: Table, base: Path) -> list[Finding]:
    """Whether something listens where each connection points; no word is said to it. `base` is the project folder."""
    urls = [(c, c.options["url"]) for c in table.connections.values() if "url" in c.options]
    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        return list(threads.map(lambda pair: reach(pair[0].id, pair[1], base), urls))


def reach(id: str, url: Any, base: Path) -> Finding:
    """The address is shown without user and password."""
    what, text = f"connection {id}", str(url or "")
    try:
        parts = urlsplit(text)
        host, number = parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        host = number = None
        parts = urlsplit("//")
    if "${" in text:
        return Finding(what, FAIR, "its url has a reference that is not set here", "crossdock routes check names it")
    if parts.scheme == "sqlite":
        return database(what, base / parts.path.removeprefix("/"))
    if parts.scheme == "unix" or (host is None and parts.path):
        return connected(what, parts.path, parts.path)
    if host is None or number is None:
        return Finding(what, FAIR, "its url has no host that can be tried", "correct its url")
    return connected(what, (host, number), f"{host}:{number}")


def database(what: str, path: Path) -> Finding:
    place = nearest(path.absolute().parent) if not path.exists() else path
    good = os.access(place, os.R_OK | os.W_OK)
    found = f"{shown(str(path))} {'can' if good else 'cannot'} be written"
    return Finding(what, GOOD if good else BAD, found, "" if good else f"chown it to {os.getuid()}, or correct its url")


def connected(what: str, address: str | tuple[str, int], name: str) -> Finding:
    try:
        if isinstance(address, tuple):
            socket.create_connection(address, timeout=PATIENCE).close()
        else:
            with socket.socket(socket.AF_UNIX) as stream:
                stream.settimeout(PATIENCE)
                stream.connect(address)
    except OSError as error:
        return Finding(what, BAD, f"{name}: {error.strerror or error}", REACH)
    return Finding(what, GOOD, f"{name} can be reached")
