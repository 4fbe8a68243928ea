"""The composition root, last part: how each process is put together, of adapters/registry.py and adapters/app.py."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping

import structlog
from prometheus_client import Metric

from adapters import broker
from adapters.ailing import Ailing, ill, page
from adapters.app import App, NoBell, open_project
from adapters.celery.bell import CeleryBell
from adapters.celery.marks import Slot
from adapters.chores import Hourly, sweep_outgoing
from adapters.inlets import Inlets
from adapters.intake.ballast import tend
from adapters.intake.watch import IntakeWatch
from adapters.ledger.moving import refuse_moved
from adapters.metrics import families
from adapters.node import liveness, node_name, owner
from adapters.pausing import PausedRoutes
from adapters.presence import Presence
from adapters.processes import spare_the_collector
from adapters.settings import EMBEDDED, Settings
from adapters.sources import Running, open_sources
from adapters.watching import Watch
from adapters.web.admin import Admin
from adapters.web.api import Api
from adapters.web.ledger_results import LedgerResults
from adapters.web.metrics import WebMetrics, registry_of
from adapters.web.server import serve
from router.config.check import check
from router.config.problems import Problem
from router.config.project import Project, read_project
from router.hearing import Ear
from router.ledger import DEPLOYED
from router.ports import Bell
from router.readiness import Readiness
from router.replay import Replay
from router.route import Table
from router.shift import Shift
from router.ticker import Ticker

__all__ = ["App", "NoBell", "open_project"]


def prepare(settings: Settings) -> list[Problem]:
    """What `up` does before anything starts: checks, migrates the ledger, stores the version, and sees to it that the ledger
    can be written. Raises ConfigError and LedgerError."""
    if settings.ledger_path is not None:
        refuse_moved(settings.ledger_path)
    app = App(settings)
    try:
        problems = app.adopt()
        app.ledger.refuse_reader()
        return problems
    finally:
        app.close()


def ring(settings: Settings) -> None:
    """After a command has changed something: best effort, never fails; the ticker rings within a second anyway."""
    bell = CeleryBell(broker.url(settings.var) if settings.broker == EMBEDDED else settings.broker)
    bell.ring()
    bell.close(0.5)


FIRST_LOOK = 2.0
"""Seconds that `inbound` waits with its word for folders that do not answer."""


# --- processes --------------------------------------------------------------------------------------------------------
def ticker(app: App, bell: Bell) -> Ticker:
    readiness = Readiness(app.table, app.ledger)
    node = node_name(app.settings.var)
    return Ticker(
        app.ledger, bell, owner(node), liveness(node), readiness, (readiness.look, *chores(app)),
        structlog.get_logger("crossdock.ticker"),
    )  # fmt: skip


def chores(app: App) -> tuple[Callable[[], object], ...]:
    """What the one that rings does each second beside: a look for limits, jobs, and once an hour what is old goes."""
    replay = Replay(app.ledger, app.table, app.receiver)
    pruning = Hourly(lambda: app.ledger.prune_step(app.table().keep).total > 0)
    limits = IntakeWatch(app.ledger, app.table)
    return limits, replay.chore, pruning, Hourly(lambda: sweep_outgoing(app.table(), app.settings.var / "spool"))


async def run_inbound(settings: Settings, bell: Bell, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """The sources but those of HTTP, and the ticker, until `stop`."""
    app = App(settings, bell)
    presence = present(app, "inbound")
    try:
        node = owner(node_name(settings.var))
        ailing = Ailing(page(settings.var))

        def opened(table: Table) -> Mapping[str, Running]:
            ailing.begin()
            return open_sources(table, app.receiver, app.ledger, node, app.gate, ailing.of)

        inlets = Inlets(opened)
        work = (
            inlets.run(app.table(), stop), app.follower().run(stop, inlets.use), ticker(app, bell).run(stop),
            tend(settings.var, app.table, stop),
        )  # fmt: skip
        tasks = [asyncio.create_task(one) for one in work]
        await asyncio.sleep(0)
        await inlets.looked(FIRST_LOOK)
        ready()
        await asyncio.gather(*tasks)
    finally:
        presence.end()
        app.close()


def present(app: App, role: str) -> Presence:
    """Says from now on that this process is there."""
    return Presence(app.ledger, node_name(app.settings.var), role, lambda: app.table().version).start()


async def run_web(settings: Settings, bell: Bell, ready: Callable[[int, int], None], stop: asyncio.Event) -> None:
    """The http sources and the admin pages, until `stop`; `ready` is told the two ports."""
    app = App(settings, bell)
    table = app.table()
    presence = present(app, "web")
    metrics = WebMetrics()
    paused = PausedRoutes(app.ledger.paused_routes)
    api = Api(table, app.receiver, app.ledger, LedgerResults(app.ledger, bell), metrics, app.gate, paused)

    def state() -> dict[str, bool]:
        return {"ledger": app.ledger.writable(), "config": True, "intake": app.gate.is_open()}

    spare_the_collector()

    def figures() -> Iterable[Metric]:
        return families(app.ledger, app.gate.reasons(), [one.route for one in ill(settings.var)])

    admin = Admin(state, registry_of(metrics, figures))
    following = asyncio.create_task(app.follower(quiet=True).run(stop, api.use))
    serving = asyncio.create_task(serve(api, admin, settings.http, settings.admin, stop, ready))
    try:
        await asyncio.wait((serving, following), return_when=asyncio.FIRST_EXCEPTION)
    finally:
        stop.set()  # where one of them failed, the other ends as well, and lets go of the ledger
        ended = await asyncio.gather(serving, following, return_exceptions=True)
        await api.close()
        presence.end()
        app.close()
    for error in ended:
        if error is not None:
            raise error


async def run_watch(settings: Settings, bell: Bell, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Makes what is saved in the project's folder the current version, until `stop`."""
    app, environ = App(settings, bell), settings.references()

    def take(project: Project) -> int | None:
        newest, files = app.ledger.newest_version(), project.files()
        if newest is not None and newest.sha256 == app.ledger.hash_of(files):
            return None
        return app.deploy(files, os.environ.get("USER", "") or "crossdock", "saved", DEPLOYED)

    def known(project: Project) -> bool:
        sha256 = app.ledger.hash_of(project.files())
        return any(entry.sha256 == sha256 for entry in app.ledger.versions())

    watch = Watch(
        settings.config.absolute().parent, lambda: read_project(settings.config, environ),
        lambda project: check(project, app.registry, environ), take, known,
    )  # fmt: skip
    try:
        ready()
        await watch.run(stop)
    finally:
        app.close()


class ShiftRunner:
    """One worker child's way to work a shift: its own ledger, connections and event loop, opened after the fork."""

    def __init__(self, settings: Settings, bell: Bell, slot: Slot) -> None:
        self.app = App(settings, bell)
        self.children = max(1, settings.workers)
        self.runner = asyncio.Runner(loop_factory=_loop)
        self.bell = bell
        me = owner(node_name(settings.var))
        self.desk = self.app.desk(me, self.children, slot.mark, slot.draining)
        self.desk.exhausted = slot.exhausted
        follower = self.app.follower(quiet=True)
        self.desk.outdated, self.desk.follow = follower.outdated, lambda: follower.look() is not None
        self.slot, self.ear = slot, Ear(slot.rests)
        self.runner.get_loop().add_reader(slot.bell, self._hear)
        spare_the_collector()
        present(self.app, "worker")

    def __call__(self) -> int:
        """Lanes served; called by each doorbell. A shift ends early where another version came."""
        if self.desk.outdated() and self.desk.follow():
            self.runner.run(self.desk.reopen())
        return self.runner.run(Shift(self.desk, self.bell, self.children, ear=self.ear).run())

    def _hear(self) -> None:
        """A bell that came while this child is at work."""
        if self.slot.heard():
            self.ear.ring()

    def crashed(self, mark: int, reason: str, certain: bool) -> None:
        self.app.ledger.crashed(mark, reason, certain)

    def release_dead(self) -> None:
        if self.app.ledger.release_dead(liveness(node_name(self.app.settings.var))):
            self.bell.ring()


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()
