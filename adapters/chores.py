"""What the ticker that rings does beside, once an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from adapters.outbound.folder.litter import sweep
from router.route import Table


class Hourly:
    """Calls `work` until it says that nothing is left, then not for an hour."""

    def __init__(self, work: Callable[[], bool], every: float = 3600.0) -> None:
        self._work = work
        self._every = every
        self._next = 0.0

    def __call__(self) -> None:
        if time.monotonic() >= self._next and not self._work():
            self._next = time.monotonic() + self._every


def sweep_outgoing(table: Table, spool: Path) -> bool:
    """Removes what crashes left hidden in outgoing folders a week ago, and outputs of the spool that nobody sent in that
    time: one that is needed after all is written again. Nothing is left to do after."""
    for folder in outgoing(table):
        sweep(folder)
    sweep(spool, final=True)
    return False


def outgoing(table: Table) -> list[Path]:
    """Folders that targets write to."""
    names = {t.send.connection for r in table.routes.values() for t in r.targets if t.send.kind == "folder"}
    return [Path(table.connections[name].options["path"]) for name in sorted(names) if name in table.connections]
