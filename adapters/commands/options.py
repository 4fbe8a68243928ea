"""The settings as options of every command, before or after the verb; commands get them by `click.pass_obj`."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from adapters.settings import OPTIONS, Option, Settings, load
from adapters.unforeseen import told
from router.errors import CrossdockError

GIVEN = "crossdock.given"
NAME = "setting_"
C = TypeVar("C", bound=click.Command)


class Unforeseen(CrossdockError):
    """Something went wrong that nobody foresaw; its traceback has been kept."""


FORESEEN = (CrossdockError, OSError, click.ClickException, click.exceptions.Exit, click.Abort)
"""What is said in a sentence of its own."""


def add_settings(command: C, show: bool = False) -> C:
    """Adds the options to a command and to all below it, and settles the settings right before a verb runs."""
    if any(parameter.name == NAME + OPTIONS[0].name for parameter in command.params):
        return command
    command.params.extend(_option(o, show) for o in OPTIONS)
    command.add_help_option = False
    command.params.append(_help())
    if isinstance(command, click.Group):
        for below in command.commands.values():
            add_settings(below)
    elif command.callback is not None:
        command.callback = _settled(command.callback)
    return command


def here() -> Path:
    """The folder in which the command was typed. Raises CrossdockError where it has been removed meanwhile."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise CrossdockError("this folder is not there any more: go to the project's folder") from None


def _help() -> click.Option:
    """Click keeps its own under the names that it had where a command was first looked at."""

    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if asked and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()

    return click.Option(["-h", "--help"], is_flag=True, is_eager=True, expose_value=False, callback=show,
                        help="Show this message and exit.")  # fmt: skip


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
            ctx.obj = load(ctx.meta.get(GIVEN, {}), os.environ, here())
        try:
            return callback(*args, **kwargs)
        except FORESEEN:
            raise
        except Exception as error:
            raise Unforeseen(told(error, ctx.obj.var)) from error

    return settled
