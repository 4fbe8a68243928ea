"""The settings as options of every command, before or after the verb; commands get them by `click.pass_obj`."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from adapters.settings import OPTIONS, Option, Settings, load

GIVEN = "crossdock.given"
NAME = "setting_"
C = TypeVar("C", bound=click.Command)


def add_settings(command: C, show: bool = False) -> C:
    """Adds the options to a command and to all below it, and settles the settings right before a verb runs."""
    if any(parameter.name == NAME + OPTIONS[0].name for parameter in command.params):
        return command
    command.params.extend(_option(o, show) for o in OPTIONS)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            add_settings(below)
    elif command.callback is not None:
        command.callback = _settled(command.callback)
    return command


def _option(option: Option, show: bool) -> click.Option:
    shown = f"{option.about} [{option.variable}{f'; {option.default}' if option.default else ''}]"
    return click.Option(
        [option.flag, NAME + option.name], help=shown, hidden=not show, expose_value=False, metavar="VALUE",
        callback=_remember,
    )  # fmt: skip


def _remember(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """The later one wins: options after the verb are read after those before it."""
    if value is not None and parameter.name is not None:
        ctx.meta.setdefault(GIVEN, {})[parameter.name.removeprefix(NAME)] = value


def _settled(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def settled(*args: Any, **kwargs: Any) -> Any:
        ctx = click.get_current_context()
        if GIVEN in ctx.meta or not isinstance(ctx.obj, Settings):
            ctx.obj = load(ctx.meta.get(GIVEN, {}), os.environ, Path.cwd())
        return callback(*args, **kwargs)

    return settled
