"""The composition root, second part: a project with its ledger, as commands and processes use it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property

import structlog

from adapters.intake.gate import Gate, gate_of
from adapters.isolation import isolate
from adapters.ledger.opening import open_ledger
from adapters.ledger.sql.ledger import SqlLedger
from adapters.limits import FileRates, FileSlots
from adapters.node import node_name
from adapters.outbound.folder.target import FolderTarget
from adapters.pausing import PausedRoutes
from adapters.registry import registry
from adapters.settings import Settings
from adapters.targets import TARGETS
from adapters.versions import Follower, replaced
from router.config.check import build, check
from router.config.problems import ConfigError, Problem, errors
from router.config.project import Project, read_project
from router.delivery.sending import Desk, Rates, Spool
from router.ports import Bell
from router.ports import Target as OpenTarget
from router.processing.records import RecordReader
from router.receive import Receiver
from router.route import Connection, Table
from transforms.codecs.plain import read_json

log = structlog.get_logger("crossdock.versions")


class App:
    """A project with its ledger, as commands and processes use it. Opens what it needs when it is asked for."""

    def __init__(self, settings: Settings, bell: Bell | None = None, opens: bool = True) -> None:
        """`opens`: connections and doors, for which all references must be set."""
        self.settings, self.opens = settings, opens
        self.registry = registry()
        self.bell = bell or NoBell()
        self._tables: dict[int, Table] = {}
        self._current = 0

    @cached_property
    def ledger(self) -> SqlLedger:
        return open_ledger(self.settings.ledger_path or self.settings.ledger, self.settings.blobs)

    @cached_property
    def project(self) -> Project:
        return read_project(self.settings.config, self.settings.references())

    @cached_property
    def receiver(self) -> Receiver:
        return Receiver(self.ledger, self.bell)

    @cached_property
    def gate(self) -> Gate:
        """For processes that take something in."""
        return gate_of(self.settings.var, self.table, self.ledger)

    def check(self) -> list[Problem]:
        return check(self.project, self.registry, self.settings.references())

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
            self._tables[version] = self._build(found.files, version, self.opens)
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

    def _build(self, files: Mapping[str, bytes], version: int, opens: bool = True) -> Table:
        settings = self.settings
        return build(files, settings.config.name, version, self.registry, settings.references(), settings.project, opens)

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
        from adapters.rates import SharedRates  # a client is loaded where it is asked

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


def open_project(settings: Settings) -> App:
    """For commands, which read and decide, and leave what is sent to the workers."""
    return App(settings, opens=False)
