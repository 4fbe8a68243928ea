"""What a monitor should be told: each finding says what is wrong and what to do."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters import broker as embedded
from adapters.ailing import ill
from adapters.commands.hosts import behind
from adapters.commands.output import iso
from adapters.examination import BAD, LEAST_DISK, broker_reachable, nearest
from adapters.intake.gate import gate_of
from adapters.node import is_held, role_lock
from adapters.processes import ready_file
from adapters.settings import EMBEDDED
from router.config.problems import ConfigError
from router.limits import whose
from router.readiness import Readiness
from router.route import Table

if TYPE_CHECKING:
    from adapters.wiring import App

ROLES = ("web", "inbound", "worker")
SETTLED = 60_000
"""Milliseconds after which all hosts have taken what was deployed."""
PATIENCE = 2.0
"""Seconds that web has to answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still healthy: so many dead letters, due work that waits so long, a pause so old (seconds)."""

    dead: int = 0
    wait: float = 60.0
    paused: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what` is a stable word, `text` a sentence, `advice` what to do."""

    what: str
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.text}: {self.advice}"


def troubles(app: App, counts: Mapping[str, int], limits: Limits) -> list[Trouble]:
    """`counts` are the messages by state."""
    try:
        table: Table | None = app.table()
    except ConfigError:
        table = None
    looks: tuple[Iterator[Trouble], ...] = (
        processes(app.settings.var, table, app.ledger.shared), ticking(app), broker(app), store(app), messages(counts, limits),
        breakers(app), overdue(app, table, limits.wait), pauses(app, limits.paused),
        closed(app), versions(app), sources(app),
    )  # fmt: skip
    return [trouble for look in looks for trouble in look]


def running(var: Path) -> set[str]:
    return {role for role in ROLES if is_held(role_lock(var, role))}


def processes(var: Path, table: Table | None, shared: bool = False) -> Iterator[Trouble]:
    """Web is needed where a route comes by HTTP. Where hosts share the ledger, what never ran here runs elsewhere."""
    there = running(var)
    if not there:
        yield Trouble("processes", "no process of Crossdock runs here", "crossdock up")
        return
    http = table is None or any(r.enabled and r.source.kind == "http" for r in table.routes.values())
    for role in ROLES:
        if role in there or (shared and not role_lock(var, role).exists()):
            continue
        if role != "web" or http:
            yield Trouble("processes", f"{role} does not run", f"crossdock run {role}, or crossdock up")
    if "web" in there and not answers(var):
        yield Trouble("web", f"web does not answer within {PATIENCE:g} s", "see its log, start it anew")


def answers(var: Path) -> bool:
    """Whether web speaks HTTP at the address that it said it has; True while it starts, and has said none."""
    try:
        address = ready_file(var, "web").read_text("utf-8").split()[1]
    except (OSError, IndexError):
        return True
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=PATIENCE)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def ticking(app: App) -> Iterator[Trouble]:
    if "inbound" in running(app.settings.var) and not app.ledger.attended():
        yield Trouble("ticker", "the ticker does not beat, so what is due is not rung", "see the log of inbound")


def broker(app: App) -> Iterator[Trouble]:
    if not running(app.settings.var):
        return
    if app.settings.broker == EMBEDDED:
        if not embedded.answers(app.settings.var):
            yield Trouble("broker", "the embedded broker does not answer", "crossdock up starts it, or say --broker")
        return
    found = broker_reachable(app.settings)
    if found.verdict == BAD:
        yield Trouble("broker", f"the broker cannot be reached ({found.found})", found.advice)


def store(app: App) -> Iterator[Trouble]:
    folder = nearest(app.settings.var)
    free = shutil.disk_usage(folder).free
    if free < LEAST_DISK:
        yield Trouble("disk", f"{free >> 20} MiB are free in {folder}", "free some, or shorten keep.bodies")
    if not app.ledger.writable():
        yield Trouble("ledger", "the ledger cannot be written", "crossdock doctor")


def messages(counts: Mapping[str, int], limits: Limits) -> Iterator[Trouble]:
    if counts["dead"] > limits.dead:
        yield Trouble("dead", f"{counts['dead']} messages are dead", "crossdock dlq groups")
    if counts["held"]:
        yield Trouble("held", f"{counts['held']} messages are held", "crossdock targets list")


def breakers(app: App) -> Iterator[Trouble]:
    for circuit in app.ledger.circuits().values():
        if circuit.state == "open":
            yield Trouble("breaker", f"the breaker of {circuit.connection} is open", "crossdock targets list")


def overdue(app: App, table: Table | None, seconds: float) -> Iterator[Trouble]:
    """Lanes that are due, that nothing defers, and that nobody has claimed since."""
    ready: Callable[[str], bool] = lambda name: True  # noqa: E731
    if table is not None:
        readiness = Readiness(lambda: table, app.ledger)
        readiness.look()
        ready = readiness
    now, oldest = app.ledger.now(), dict[str, int]()
    for name, _, at in app.ledger.due():
        if now - at > seconds * 1000 and ready(name):
            oldest[name] = min(at, oldest.get(name, at))
    for name, at in oldest.items():
        yield Trouble("overdue", f"work of {name} has been due since {iso(at)}", "does the worker run? see its log")


def pauses(app: App, seconds: float) -> Iterator[Trouble]:
    now = app.ledger.now()
    for pause in app.ledger.pauses():
        if now - pause.at > seconds * 1000:
            noun = "targets" if "." in pause.name else "routes"
            why = f" ({pause.reason})" if pause.reason else ""
            text = f"{pause.name} is paused since {iso(pause.at)} by {pause.by}{why}"
            yield Trouble("paused", text, f"crossdock {noun} resume {pause.name}")


def intake(app: App) -> dict[str, str]:
    """By what intake is closed, and why. Where the project never ran, or cannot be used here, the limits are not known."""
    if app.ledger.newest_version() is None:
        return {}
    try:
        app.table()
    except (ConfigError, KeyError):
        return {}
    return gate_of(app.settings.var, app.table, app.ledger, quiet=True).reasons()


def sources(app: App) -> Iterator[Trouble]:
    """Of this host, while they are at work."""
    for one in ill(app.settings.var) if "inbound" in running(app.settings.var) else ():
        text = f"route {one.route} can take nothing in since {iso(int(one.since * 1000))} ({one.reason})"
        yield Trouble("source", text, "it goes on by itself once that is mended")


def versions(app: App) -> Iterator[Trouble]:
    for text, advice in behind(app.ledger, SETTLED):
        yield Trouble("version", text, advice)


def closed(app: App) -> Iterator[Trouble]:
    for what, why in intake(app).items():
        yield Trouble("intake", f"{whose(what)} is closed: {why}", "see docs/backpressure.md; it opens by itself")
