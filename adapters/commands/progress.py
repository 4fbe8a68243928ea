"""Bars for long work: on a terminal only. Elsewhere nothing is written, so that what is piped stays as it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn

from adapters import colour


class Bar(Protocol):
    """Says how far the work is."""

    def advance(self, n: int = 1) -> None: ...

    def reach(self, done: int) -> None:
        """So many are done in all."""


class NoBar:
    """Nobody looks."""

    def advance(self, n: int = 1) -> None:
        return

    def reach(self, done: int) -> None:
        return


class Shown:
    """One line on the terminal."""

    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars = bars
        self._task = task

    def advance(self, n: int = 1) -> None:
        self._bars.advance(self._task, n)

    def reach(self, done: int) -> None:
        self._bars.update(self._task, completed=done)


@contextmanager
def progress(what: str, total: int | None, quiet: bool = False) -> Iterator[Bar]:
    """A bar of `total` steps; None: there is no telling how long it takes. Gone when the work is. `quiet` for work that
    writes to the same terminal meanwhile."""
    if quiet or total == 0 or not sys.stderr.isatty():
        yield NoBar()
        return
    measured: tuple[ProgressColumn, ...] = (MofNCompleteColumn(), TimeRemainingColumn()) if total is not None else ()
    system: Literal["auto"] | None = "auto" if colour.wanted() else None
    console = Console(file=sys.stderr, highlight=False, markup=False, emoji=False, color_system=system)
    with Progress(TextColumn("{task.description}"), BarColumn(), *measured, console=console, transient=True) as bars:
        yield Shown(bars, bars.add_task(what, total=total))
