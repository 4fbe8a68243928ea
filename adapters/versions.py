"""Following the current version of the project: what a command made current is served by all hosts, without a restart.
What a host was started with is its own: others whose files differ say so, and go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from adapters.lately import Lately
from router.config.problems import ConfigError
from router.errors import LedgerError
from router.ledger import COMMANDED, VersionEntry
from router.route import Table

EVERY = 1.0
"""Seconds between two looks."""

log = structlog.get_logger("crossdock.versions")


def replaced(history: Sequence[VersionEntry], sha256: str) -> VersionEntry | None:
    """The newest version, where a command made it current after this text had been: the files of a host that was not
    there are older, and do not undo it. None where these files are to be current. `history`: the newest first."""
    if not history or history[0].how not in COMMANDED or history[0].sha256 == sha256:
        return None
    return history[0] if any(entry.sha256 == sha256 for entry in history) else None


class Configs(Protocol):
    def versions(self, limit: int) -> list[VersionEntry]:
        """The newest first. Raises LedgerError."""


class Follower:
    """`served` is what this process serves; `serve(number)` makes it serve another: it raises ConfigError where that cannot
    be used on this host, such as for a setting that it lacks. A `quiet` one leaves it to others to say what is to be said."""

    def __init__(self, configs: Configs, served: int, serve: Callable[[int], Table], quiet: bool = False) -> None:
        self._configs = configs
        self.served = served
        self._serve = serve
        self._quiet = quiet
        self._seen = served
        """The newest version that was dealt with, whatever came of it."""
        self._newest = Lately(self._read, served, every=EVERY, clock=time.monotonic)

    def _read(self) -> int:
        return self._configs.versions(1)[0].number

    def outdated(self) -> bool:
        """Whether there is something to look at. Cheap: to be asked often."""
        return self._newest() != self._seen

    async def run(self, stop: asyncio.Event, use: Callable[[Table], object]) -> None:
        """Looks each second until `stop`; `use` gets each new table, on the loop's thread."""
        while not stop.is_set():
            table = await asyncio.to_thread(self.look)
            if table is not None:
                use(table)
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    def look(self) -> Table | None:
        """The table of the version that a command made current meanwhile; None where this process goes on as it did."""
        try:
            new = [entry for entry in self._configs.versions(10) if entry.number > self._seen]
        except LedgerError:
            return None
        if not new:
            return None
        self._seen = new[0].number
        commanded = next((entry for entry in new if entry.how in COMMANDED), None)
        table = self._follow(commanded) if commanded is not None else None
        if self._seen != self.served and new[0] is not commanded:
            self._say_differs(new[0])
        return table

    def _follow(self, entry: VersionEntry) -> Table | None:
        try:
            table = self._serve(entry.number)
        except (ConfigError, KeyError) as error:
            if not self._quiet:
                log.error(
                    f"version {entry.number}, {entry.how} by {entry.by}, cannot be used on this host, which goes on with"
                    f" version {self.served}: {error}", action="version_refused", serves=self.served, newest=entry.number,
                )  # fmt: skip
            return None
        self.served = entry.number
        if not self._quiet:
            why = f" ({entry.reason})" if entry.reason else ""
            log.info(f"version {entry.number} is served from now on, {entry.how} by {entry.by}{why}", action="version_served",
                     version=entry.number)  # fmt: skip
        return table

    def _say_differs(self, entry: VersionEntry) -> None:
        if not self._quiet:
            log.warning(
                f"this host serves version {self.served} of the project; version {entry.number} was stored by {entry.by}"
                " elsewhere: bring the files up to date and start it again, or say crossdock routes deploy where they are",
                action="version_differs", serves=self.served, newest=entry.number,
            )  # fmt: skip
