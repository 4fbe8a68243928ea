"""`status`: how many messages are in which state."""

from __future__ import annotations

import time
from typing import Any

import click

from adapters.commands.exits import DONE, FAILED
from adapters.commands.output import answer_one, output_option, say
from adapters.commands.project import known_names, opened
from adapters.settings import Settings
from adapters.wiring import App
from router.config.scalars import duration

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
@click.option("--check", is_flag=True, help="Exit 1 where something is dead or held, or a breaker is open.")
@click.option("--wait-idle", type=Duration(), metavar="60s",
              help="Wait until nothing is open or in retry; 1 when the time is over.")  # fmt: skip
@output_option
@click.pass_obj
def status(settings: Settings, check: bool, wait_idle: float | None, form: str) -> int:
    """Counts messages by their state."""
    with opened(settings) as app:
        known = known_names(app)
        counts = app.ledger.status_counts(known)
        idle = True
        if wait_idle is not None:
            idle, counts = waited(app, known, counts, wait_idle)
        row: dict[str, Any] = {name: counts[name] for name in ORDER}
        answer_one({"id": "status", **row} if form == "id" else row, form)
        red = trouble(app, counts) if check else []
    for line in red:
        say(line)
    if not idle:
        say(f"{counts['open']} are open and {counts['retry']} in retry: the time is over")
    return DONE if idle and not red else FAILED


def waited(app: App, known: set[str] | None, counts: dict[str, int], seconds: float) -> tuple[bool, dict[str, int]]:
    end = time.monotonic() + seconds
    pause = FIRST_LOOK
    while busy(app, known, counts):
        if time.monotonic() >= end:
            return False, counts
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * 1.5, LAST_LOOK)
        counts = app.ledger.status_counts(known)
    return True, counts


def busy(app: App, known: set[str] | None, counts: dict[str, int]) -> bool:
    """By messages, and by the units of each target: a message that is dead at one may be open at another."""
    if counts["open"] or counts["retry"]:
        return True
    targets = app.ledger.target_counts().values()
    return any((t.open or t.retry) and not t.paused and (known is None or t.id in known) for t in targets)


def trouble(app: App, counts: dict[str, int]) -> list[str]:
    """What a monitor should be told."""
    lines = []
    if counts["dead"]:
        lines.append(f"{counts['dead']} messages are dead: crossdock dlq groups")
    if counts["held"]:
        lines.append(f"{counts['held']} messages are held: crossdock targets list")
    lines += [f"the breaker of {c.connection} is open: crossdock targets list" for c in app.ledger.circuits().values()
              if c.state == "open"]  # fmt: skip
    return lines
