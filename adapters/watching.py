"""`up --watch`: what is saved in the project's folder is served, where it has no mistakes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from router.config.content import KINDS
from router.config.problems import ConfigError, Problem, errors
from router.config.project import Project
from router.errors import LedgerError

EVERY = 0.5
"""Seconds between two looks. A file is read when a look finds it as the one before did: editors write in steps."""

log = structlog.get_logger("crossdock.watch")

Marks = dict[str, tuple[int, int, int]]


@dataclass
class Watch:
    """`read` reads the project, `check` says its mistakes, `take` makes its text the current version, or says that it is
    already (None): it raises ConfigError where that cannot be served here, LedgerError where it may be tried again. `known`
    says of what is there at the start whether it was a version already."""

    folder: Path
    read: Callable[[], Project]
    check: Callable[[Project], list[Problem]]
    take: Callable[[Project], int | None]
    known: Callable[[Project], bool] = lambda project: True
    tell: Callable[[str], object] = lambda line: print(line, file=sys.stderr, flush=True)
    _files: tuple[str, ...] = ()
    _seen: Marks = field(default_factory=dict)
    _taken: Marks | None = None

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.to_thread(self.begin)
        while not stop.is_set():
            await asyncio.to_thread(self.look)
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    def begin(self) -> None:
        """What was a version before is not taken again: it may have been rolled back from."""
        project = self.read()
        self._files = tuple(project.files())
        self._seen = self._marks()
        self._taken = self._seen if self.known(project) else None

    def look(self) -> None:
        marks = self._marks()
        if marks != self._seen:
            self._seen = marks
        elif marks != self._taken:
            self._taken = marks
            self._saved()

    def _marks(self) -> Marks:
        """Of each file, and of each folder where one may come or go: its size, its time, which it is."""
        folders = {str(Path(name).parent) for name in self._files} | {f"transforms/{kind}" for kind in KINDS}
        return dict(_marks_of(self.folder, (*self._files, *folders)))

    def _saved(self) -> None:
        project = self.read()
        self._files = tuple(project.files())
        self._seen = self._taken = self._marks()
        problems = self.check(project)
        for problem in problems:
            if problem.level != "advice":
                self.tell(str(problem))
        if errors(problems):
            self._refuse(len(errors(problems)))
            return
        try:
            number = self.take(project)
        except ConfigError as error:
            for problem in error.problems:
                self.tell(str(problem))
            self._refuse(len(error.problems))
        except LedgerError as error:
            self._taken = None
            log.warning(f"what was saved could not be stored, and is tried again: {error.reason}", action="watch_failed")
        else:
            if number is not None:
                log.info(f"what was saved is version {number} now", action="watch_taken", version=number)

    def _refuse(self, wrong: int) -> None:
        mistakes = "1 mistake" if wrong == 1 else f"{wrong} mistakes"
        log.error(f"what was saved has {mistakes}: the version before goes on", action="watch_refused", mistakes=wrong)


def _marks_of(base: Path, names: Iterable[str]) -> Iterable[tuple[str, tuple[int, int, int]]]:
    for name in names:
        try:
            stat = (base / name).stat()
        except OSError:
            continue
        yield name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
