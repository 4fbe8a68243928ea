"""What a project needs of its surroundings: its routes, folders and ports, and on demand the systems it names."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.disk import shown
from adapters.examination import BAD, ENOUGH_DISK, FAIR, GOOD, LEAST_DISK, Finding, graded
from adapters.ledger.sqlite.connection import file_system_of
from adapters.node import is_held, role_lock
from adapters.settings import Settings
from router.config.problems import Problem
from router.errors import Unreachable
from router.ports import TargetKind, Visits
from router.route import Connection, Table

PATIENCE = 5.0
"""Seconds for one system."""
MOST_AT_ONCE = 8
REACH = "start it, open the way to it"


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


def visited(table: Table, kinds: Mapping[str, TargetKind]) -> list[Finding]:
    """Whether each system that the connections point at lets us in; nothing is sent there."""
    with ThreadPoolExecutor(MOST_AT_ONCE) as threads:
        found = threads.map(lambda connection: visit(connection, kinds.get(connection.type)), table.connections.values())
        return [finding for finding in found if finding is not None]


def visit(connection: Connection, kind: object) -> Finding | None:
    """None for what is no system."""
    if not isinstance(kind, Visits):
        return None
    what = f"connection {connection.id}"
    unset = next((name for name, value in sorted(connection.options.items()) if "${" in repr(value)), None)
    if unset is not None:
        return Finding(what, FAIR, f"its {unset} has a reference that is not set here", "crossdock routes check names it")
    try:
        place = kind.visit(connection.id, connection.options, PATIENCE)
    except (Unreachable, ValueError) as error:
        return Finding(what, BAD, str(error), f"{REACH}, or correct connections.{connection.id}; nothing is lost meanwhile")
    return Finding(what, GOOD, f"{shown(place)} lets us in")
