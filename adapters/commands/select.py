"""The options that select: dead letters, messages, times."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import click

from adapters.commands import completing
from router.browse import Selection
from router.config.nearest import nearest
from router.config.scalars import duration
from router.reasons import STAGES

F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType[int]):
    """A time: `2026-03-01`, `2026-03-01T08:00` (UTC unless it says so), or how long ago: `30m`, `2h`, `7d`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if re.fullmatch(r"\d+(ms|s|m|h|d)", value):
            return int((time.time() - duration(value)) * 1000)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-03-01T08:00, or how long ago: 30m, 2h, 7d", param, ctx)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


class KeyValue(click.ParamType[tuple[str, str]]):
    """A business key: `order=1001`."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not equals or not name:
            self.fail(f"{value!r} is not like order=1001", param, ctx)
        return name, text


class Stage(click.ParamType[str]):
    """Where a message ended: one of those that dead letters have."""

    name = "stage"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "STAGE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in STAGES:
            return str(value)
        close = nearest(value, STAGES)
        hint = f"; did you mean '{close}'?" if close else ""
        self.fail(f"{value!r} is no stage, there are {', '.join(STAGES)}{hint}", param, ctx)


def time_options(function: F) -> F:
    for option in ("--until", "--since"):
        function = click.option(option, type=Moment(), help="A time, or how long ago: 2h.")(function)
    return function


def key_option(function: F) -> F:
    return click.option("--key", "keys", type=KeyValue(), multiple=True, help="A business key: order=1001.")(function)


def selecting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the selection of dead letters; the command gets it as `selection`, and `everything` for --all."""

    @wraps(function)
    def selected(*args: Any, **given: Any) -> Any:
        names = ("ids", "route", "target", "stage", "error", "group", "keys", "since", "until")
        values = {name: given.pop(name) for name in names}
        return function(*args, selection=Selection(**values), **given)

    ids = click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=completing.selected)
    command: Callable[..., Any] = ids(selected)
    command = time_options(key_option(command))
    for name, type_, complete, about in (
        ("group", None, completing.signatures, "A signature, as `dlq groups` shows it."),
        ("error", None, completing.errors, "A class of errors, or a status."),
        ("stage", Stage(), completing.stages, "decode, validate, map, … send."),
        ("target", None, completing.target_names, "ROUTE.TARGET, or the id inside a route."),
        ("route", None, completing.route_ids, "The id of a route."),
    ):
        command = click.option(f"--{name}", type=type_, help=about, shell_complete=complete)(command)
    return command


def all_option(function: F) -> F:
    return click.option("--all", "everything", is_flag=True, help="All of them, where nothing else selects.")(function)


def insist(selection: Selection, everything: bool) -> Selection:
    """Without a selection only --all means everything. Raises UsageError."""
    if selection.empty and not everything:
        raise click.UsageError("Say which: ID, --route, --target, --stage, --error, --group, --key, --since, or --all.")
    return selection
