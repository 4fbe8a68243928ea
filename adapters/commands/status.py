"""`status`: how many messages are in which state, and whether all is well."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.exits import DONE, FAILED
from adapters.commands.health import Limits, intake, troubles
from adapters.commands.hosts import hosts, print_hosts
from adapters.commands.output import answer_one, output_option, say
from adapters.commands.progress import progress
from adapters.commands.project import known_names, opened
from adapters.settings import Settings
from router.config.scalars import duration

if TYPE_CHECKING:
    from adapters.wiring import App

FIRST_LOOK, LAST_LOOK = 0.05, 0.5
ORDER = ("accepted", "open", "retry", "held", "dead", "delivered", "filtered", "duplicate", "refused", "discarded")


class Duration(click.ParamType[float]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return duration(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


@click.command()
@click.option("--check", is_flag=True, help="For a monitor: 1 with a line for each thing that is not as it should be.")
@click.option("--max-dead", type=click.IntRange(0), default=0, show_default=True, metavar="N",
              help="With --check: so many dead messages are still fine.")  # fmt: skip
@click.option("--max-wait", type=Duration(), default="60s", show_default=True, metavar="60s",
              help="With --check: so long may work be due before somebody takes it.")  # fmt: skip
@click.option("--max-paused", type=Duration(), default="1d", show_default=True, metavar="1d",
              help="With --check: so long may a route or a target be paused.")  # fmt: skip
@click.option("--wait-idle", type=Duration(), metavar="60s",
              help="Wait until nothing is open or in retry; 1 when the time is over.")  # fmt: skip
@output_option
@click.pass_obj
def status(
    settings: Settings, check: bool, max_dead: int, max_wait: float, max_paused: float, wait_idle: float | None,
    form: str,
) -> int:  # fmt: skip
    """Counts messages by their state; says by which limits intake is closed, and why, and which hosts there are: what runs
    there, which version of the project it serves, and when it was last seen.

    --check finds: processes that do not run or answer, a broker or ledger that is out of reach, a disk that is nearly
    full, dead and held messages, open breakers, work that nobody takes, closed intake, forgotten pauses, a host that
    serves an older version.

    Example: crossdock status --check --max-dead 10 -o json"""
    with opened(settings) as app:
        known = known_names(app)
        counts = app.ledger.status_counts(known)
        seen: Look | None = None
        if wait_idle is not None:
            with progress("waiting until nothing is open", None):
                seen = waited(app, known, counts, wait_idle)
            counts = seen.counts
        red = troubles(app, counts, Limits(max_dead, max_wait, max_paused)) if check else []
        closed = intake(app)
        there = hosts(app.ledger)
    row: dict[str, Any] = {name: counts[name] for name in ORDER}
    if closed:
        row["closed"] = closed
    if there and form in ("json", "jsonl"):
        row["hosts"] = there
    if check and form in ("json", "jsonl"):
        found = [{"id": t.what, "text": t.text, "advice": t.advice} for t in red]
        row |= {"healthy": not red, "findings": found}
    answer_one({"id": "status", **row} if form == "id" else row, form)
    if there and form == "table":
        print_hosts(there)
    for trouble in red:
        say(str(trouble))
    busy = seen is not None and seen.busy
    if busy:
        say(f"{seen}: the time is over")
    return FAILED if busy or red else DONE


@dataclass(frozen=True, slots=True)
class Look:
    """Messages by their state, and the deliveries that are `open` or in `retry` at targets that take them: a message that
    is dead at one may be open at another."""

    counts: dict[str, int]
    open: int
    retry: int

    @property
    def busy(self) -> bool:
        return any((self.open, self.retry, self.counts["open"], self.counts["retry"]))

    def __str__(self) -> str:
        messages = f"messages: {self.counts['open']} open, {self.counts['retry']} in retry"
        return f"{self.open} deliveries are open and {self.retry} in retry ({messages})"


def look(app: App, known: set[str] | None, counts: dict[str, int]) -> Look:
    there = [t for t in app.ledger.target_counts().values() if not t.paused and (known is None or t.id in known)]
    return Look(counts, sum(t.open for t in there), sum(t.retry for t in there))


def waited(app: App, known: set[str] | None, counts: dict[str, int], seconds: float) -> Look:
    """The last look: the first at which nothing is busy, or that when the time is over."""
    end = time.monotonic() + seconds
    pause = FIRST_LOOK
    while (seen := look(app, known, counts)).busy and time.monotonic() < end:
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * 1.5, LAST_LOOK)
        counts = app.ledger.status_counts(known)
    return seen
