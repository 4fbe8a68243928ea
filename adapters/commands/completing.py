"""What may stand where one types, for the shells: ids of the ledger, names of the project. Fast, and silent when there
is nothing to know."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from adapters.commands.lazy import late
from adapters.commands.options import GIVEN
from adapters.settings import Settings, load

peek = late("adapters.ledger.sqlite.peek")

SECTION = re.compile(r"^routes:\s*(#.*)?$")
ENTRY = re.compile(r"^( +)([a-z][a-z0-9-]*):")

Completer = Callable[[click.Context, click.Parameter, str], list[str]]
Look = Callable[[Settings, str], Iterable[str]]


def completer(look: Look) -> Completer:
    """What `look` finds, less what is there already. Whatever goes wrong, the shell offers nothing."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        given = ctx.params.get(parameter.name or "") or ()
        taken = set(given) if isinstance(given, tuple) else set()
        try:
            settings = load(ctx.meta.get(GIVEN, {}), os.environ, Path.cwd())
            return [found for found in look(settings, incomplete) if found not in taken]
        except Exception:
            return []  # a message here would stand in the middle of the line that is typed

    return complete


def peeked(method: str, *arguments: str) -> Look:
    """Asks a ledger that is there already."""

    def look(settings: Settings, start: str) -> list[str]:
        if settings.ledger_path is None or not settings.ledger_made:
            return []  # a server is too far away to be asked at each key
        glance = peek.Peek(settings.ledger_path)
        try:
            found: list[str] = getattr(glance, method)(*arguments, start)
            return found
        finally:
            glance.close()

    return look


def targets(settings: Settings, start: str) -> Iterator[str]:
    return (name for name in peeked("places")(settings, start) if "." in name)


def routes(settings: Settings, start: str) -> list[str]:
    """Of the ledger, and of the files as they are now."""
    known = [name for name in peeked("places")(settings, start) if "." not in name]
    return sorted({*known, *(name for name in written_routes(settings) if name.startswith(start))})


def written_routes(settings: Settings) -> Iterator[str]:
    """Read by their indentation alone: to read YAML would take longer than one waits for a key."""
    for path in (settings.config, *sorted((settings.project / "routes").glob("*.yaml"))):
        inside, depth = False, ""
        for line in path.read_text("utf-8", "replace").splitlines():
            if line[:1].strip() and not line.startswith("#"):
                inside, depth = bool(SECTION.match(line)), ""
            elif inside and (entry := ENTRY.match(line)):
                depth = depth or entry[1]
                if entry[1] == depth:
                    yield entry[2]


def selected(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """What `dlq …` selects are dead letters, what `messages …` selects are messages."""
    of_messages = ctx.parent is not None and ctx.parent.command.name == "messages"
    return (message_ids if of_messages else dead_ids)(ctx, parameter, incomplete)


message_ids = completer(peeked("messages"))
dead_ids = completer(peeked("dead"))
job_ids = completer(peeked("jobs"))
signatures = completer(peeked("dead_values", "signature"))
errors = completer(peeked("dead_values", "error"))
stages = completer(peeked("dead_values", "stage"))
target_names = completer(targets)
route_ids = completer(routes)
