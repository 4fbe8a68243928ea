"""The only composition root: which adapters there are, and how a process is put together."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

import structlog

from adapters import broker
from adapters.celery.bell import CeleryBell
from adapters.chores import Hourly, sweep_outgoing
from adapters.inlets import Inlets
from adapters.intake.ballast import tend
from adapters.intake.gate import Gate, gate_of
from adapters.intake.watch import IntakeWatch
from adapters.isolation import isolate
from adapters.ledger.moving import refuse_moved
from adapters.ledger.opening import open_ledger
from adapters.ledger.sql.ledger import SqlLedger
from adapters.limits import FileRates, FileSlots
from adapters.metrics import families
from adapters.node import liveness, node_name, owner
from adapters.outbound.folder.target import FolderTarget
from adapters.pausing import PausedRoutes
from adapters.processes import spare_the_collector
from adapters.rates import SharedRates
from adapters.settings import EMBEDDED, Settings
from adapters.sources import SOURCES, open_sources
from adapters.targets import TARGETS
from adapters.versions import Follower, replaced
from adapters.watching import Watch
from adapters.web.admin import Admin
from adapters.web.api import Api
from adapters.web.ledger_results import LedgerResults
from adapters.web.metrics import WebMetrics, registry_of
from adapters.web.server import serve
from router.config.check import build, check
from router.config.problems import ConfigError, Problem, errors
from router.config.project import Project, read_project
from router.ledger import DEPLOYED
from router.ports import Bell
from router.ports import Target as OpenTarget
from router.readiness import Readiness
from router.receive import Receiver
from router.records import RecordReader
from router.registry import Registry
from router.replay import Replay
from router.route import Connection, Table
from router.sending import Desk, Rates, Spool
from router.shift import Shift
from router.ticker import Ticker
from transforms.codecs import CODECS, codec_for, codec_of_body
from transforms.codecs.plain import read_json
from transforms.expressions import NAMESPACES, compile_expression
from transforms.steps import STEPS
from transforms.templates import compile_text
from transforms.types.checker import ProjectTypes

log = structlog.get_logger("crossdock.versions")


@contextlib.contextmanager
def namespaces(prefixes: Mapping[str, str]) -> Iterator[None]:
    token = NAMESPACES.set(prefixes)
    try:
        yield
    finally:
        NAMESPACES.reset(token)


def registry() -> Registry:
    """Everything that routes.yaml can name."""
    return Registry(
        codecs=CODECS, steps=STEPS, targets=TARGETS, sources=("http", "route", *SOURCES), expression=compile_expression,
        template=compile_text, path_template=lambda text: compile_text(text, "path"),
        codec_for=codec_for, codec_of_body=codec_of_body, namespaces=namespaces, types=ProjectTypes,
    )  # fmt: skip


class App:
    """A project with its ledger, as commands and processes use it. Opens what it needs when it is asked for."""

    def __init__(self, settings: Settings, bell: Bell | None = None) -> None:
        self.settings = settings
        self.registry = registry()
        self.bell = bell or NoBell()
        self._tables: dict[int, Table] = {}
        self._current = 0

    @cached_property
    def ledger(self) -> SqlLedger:
        return open_ledger(self.settings.ledger_path or self.settings.ledger, self.settings.blobs)

    @cached_property
    def project(self) -> Project:
        return read_project(self.settings.config, environment(self.settings))

    @cached_property
    def receiver(self) -> Receiver:
        return Receiver(self.ledger, self.bell)

    @cached_property
    def gate(self) -> Gate:
        """For processes that take something in."""
        return gate_of(self.settings.var, self.table, self.ledger)

    def check(self) -> list[Problem]:
        return check(self.project, self.registry, environment(self.settings))

    def adopt(self, reason: str = "started") -> list[Problem]:
        """Checks the project and stores its text as the current version, but where a command replaced that text: then what
        was deployed, or rolled back to, stays. Raises ConfigError."""
        files = self.project.files()
        problems = self.check()
        if errors(problems):
            raise ConfigError(problems)
        kept = replaced(self.ledger.versions(), self.ledger.hash_of(files))
        if kept is not None:
            self.ensure_lanes(self.serve(kept.number))
            log.warning(
                f"the files here are an earlier version than {kept.number}, which was {kept.how} by {kept.by}: that one is"
                " served. crossdock routes deploy makes the files current", action="version_kept", serves=kept.number,
            )  # fmt: skip
            return problems
        self.ensure_lanes(self._build(files, 0))
        self._current = self.ledger.store_version(files, os.environ.get("USER", "") or "crossdock", reason)
        return problems

    def deploy(self, files: Mapping[str, bytes], by: str, reason: str, how: str, of: int = 0) -> int:
        """Makes this text the current version everywhere; its number. Raises ConfigError."""
        self.ensure_lanes(self._build(files, 0))
        return self.ledger.store_version(files, by, reason, how, of)

    def ensure_lanes(self, table: Table) -> None:
        lanes = {t.name: t.lanes for r in table.routes.values() for t in r.targets}
        lanes.update({r.id: r.lanes for r in table.routes.values()})
        self.ledger.ensure(lanes)

    def table(self, version: int = 0) -> Table:
        """The project as it was in that version; 0 is the newest one that was started. Raises ConfigError."""
        if version == 0:
            version = self._current = self._current or self._newest()
        if version not in self._tables:
            found = self.ledger.version(version)
            if found is None:
                raise KeyError(f"there is no config version {version}")
            self._tables[version] = self._build(found.files, version)
        return self._tables[version]

    def serve(self, version: int) -> Table:
        """Makes it this process's current one. Raises ConfigError, and goes on with the one before."""
        table = self.table(version)
        self._current = version
        return table

    def follower(self, quiet: bool = False) -> Follower:
        """For processes that run: what a command makes current, they serve."""
        return Follower(self.ledger, self.table().version, self.serve, quiet)

    def _newest(self) -> int:
        newest = self.ledger.version(0)
        if newest is None:
            self.adopt("first use")
            return self._current
        return newest.number

    def _build(self, files: Mapping[str, bytes], version: int) -> Table:
        settings = self.settings
        return build(files, settings.config.name, version, self.registry, environment(settings), settings.project)

    def desk(self, owner: str, children: int, mark: Callable[[int], None], stopping: Callable[[], bool]) -> Desk:
        """What a worker child's lanes share."""
        run = self.settings.var / "run"
        return Desk(
            self.ledger, self.table, self.open_target, FileSlots(run, children), self._rates(FileRates(run)), mark,
            RecordReader(read_json), isolate, owner, stopping, log=structlog.get_logger("crossdock.worker"),
            spool=Spool(self.settings.var / "spool", FolderTarget(self.settings.var / "spool")),
        )  # fmt: skip

    def _rates(self, own: FileRates) -> Rates:
        """Of all hosts, where a Redis serves them all; that of a socket serves this host alone."""
        broker = self.settings.broker
        if not broker.startswith(("redis://", "rediss://")):
            return own
        return SharedRates(broker, own, node_name(self.settings.var), log=structlog.get_logger("crossdock.worker"))

    def open_target(self, connection: Connection, kind: str) -> OpenTarget:
        options = connection.options
        if kind == "route":
            paused = PausedRoutes(self.ledger.paused_routes)
            options = {"receiver": self.receiver, "table": self.table, "blob": self.ledger.blob, "paused": paused,
                       "closed": self.gate.inside}  # fmt: skip
        return TARGETS[kind].open(connection.id, options, max(1, self.settings.workers))

    def close(self) -> None:
        if "ledger" in self.__dict__:
            self.ledger.close()


class NoBell:
    """Where nobody needs to be rung, the ticker does it within a second."""

    def ring(self) -> None:
        return


def environment(settings: Settings) -> dict[str, str]:
    """What references of routes.yaml are resolved with."""
    found = dict(os.environ)
    if settings.secrets is not None:
        found["CROSSDOCK_SECRETS"] = str(settings.secrets)
    return found


def prepare(settings: Settings) -> list[Problem]:
    """What `up` does before anything starts: checks, migrates the ledger, stores the version. Raises ConfigError."""
    if settings.ledger_path is not None:
        refuse_moved(settings.ledger_path)
    app = App(settings)
    try:
        return app.adopt()
    finally:
        app.close()


def ring(settings: Settings) -> None:
    """After a command has changed something: best effort, never fails; the ticker rings within a second anyway."""
    bell = CeleryBell(broker.url(settings.var) if settings.broker == EMBEDDED else settings.broker)
    bell.ring()
    bell.close(0.5)


def open_project(settings: Settings) -> App:
    return App(settings)


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
    try:
        node = owner(node_name(settings.var))
        inlets = Inlets(lambda table: open_sources(table, app.receiver, app.ledger, node, app.gate))
        work = (
            inlets.run(app.table(), stop), app.follower().run(stop, inlets.use), ticker(app, bell).run(stop),
            tend(settings.var, app.table, stop),
        )  # fmt: skip
        tasks = [asyncio.create_task(one) for one in work]
        ready()
        await asyncio.gather(*tasks)
    finally:
        app.close()


async def run_web(settings: Settings, bell: Bell, ready: Callable[[int, int], None], stop: asyncio.Event) -> None:
    """The http sources and the admin pages, until `stop`; `ready` is told the two ports."""
    app = App(settings, bell)
    table = app.table()
    metrics = WebMetrics()
    paused = PausedRoutes(app.ledger.paused_routes)
    api = Api(table, app.receiver, app.ledger, LedgerResults(app.ledger, bell), metrics, app.gate, paused)

    def state() -> dict[str, bool]:
        return {"ledger": app.ledger.writable(), "config": True, "intake": app.gate.is_open()}

    spare_the_collector()
    admin = Admin(state, registry_of(metrics, lambda: families(app.ledger, app.gate.reasons())))
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(api, admin, settings.http, settings.admin, stop, ready))
            tasks.create_task(app.follower(quiet=True).run(stop, api.use))
    finally:
        await api.close()
        app.close()


async def run_watch(settings: Settings, bell: Bell, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Makes what is saved in the project's folder the current version, until `stop`."""
    app, environ = App(settings, bell), environment(settings)

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

    def __init__(
        self, settings: Settings, bell: Bell, mark: Callable[[int], None], stopping: Callable[[], bool],
        exhausted: Callable[[], None],
    ) -> None:  # fmt: skip
        self.app = App(settings, bell)
        self.children = max(1, settings.workers)
        self.runner = asyncio.Runner(loop_factory=_loop)
        self.bell = bell
        me = owner(node_name(settings.var))
        self.desk = self.app.desk(me, self.children, mark, stopping)
        self.desk.exhausted = exhausted
        self._follower = self.app.follower(quiet=True)
        self.desk.stopping = lambda: stopping() or self._follower.outdated()
        spare_the_collector()

    def __call__(self) -> int:
        """Lanes served; called by each doorbell. A shift ends early where another version came."""
        if self._follower.outdated() and self._follower.look() is not None:
            self.runner.run(self.desk.reopen())
        return self.runner.run(Shift(self.desk, self.bell, self.children).run())

    def crashed(self, mark: int, reason: str, certain: bool) -> None:
        self.app.ledger.crashed(mark, reason, certain)

    def release_dead(self) -> None:
        self.app.ledger.release_dead(liveness(node_name(self.app.settings.var)))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()
