"""Saying what will be done, and asking: on a terminal by a question, elsewhere by --yes."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from adapters.commands.exits import REFUSED
from adapters.commands.output import say, stop

F = TypeVar("F", bound=Callable[..., Any])


def yes_option(function: F) -> F:
    return click.option("--yes", "-y", is_flag=True, help="Do it without asking.")(function)


def reason_option(function: F) -> F:
    return click.option("--reason", default="", help="Why, for the audit.")(function)


def agree(what: str, yes: bool) -> None:
    """Goes on only when it was agreed to; else ends with exit code 5."""
    say(what)
    if yes:
        return
    if not sys.stdin.isatty():
        stop(REFUSED, "nothing was done: this is no terminal, say --yes")
    if not click.confirm("Go on?", err=True):
        stop(REFUSED, "nothing was done")


def actor() -> str:
    """Who types: for the audit."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
