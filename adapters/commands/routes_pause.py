"""`routes pause` and `resume`: whether a route takes in what comes; what it accepted before goes on either way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, NOTHING
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.project import as_written, opened
from adapters.settings import Settings
from router.config.problems import ConfigError

if TYPE_CHECKING:
    from adapters.wiring import App

COLUMNS = ("id", "paused", "changed")


def known_routes(app: App) -> list[str]:
    """Of the files as they are now, and of the version that runs; those that are paused may be gone from both."""
    found: dict[str, None] = {}
    try:
        found.update(dict.fromkeys(as_written(app).routes))
    except ConfigError as error:
        say(f"routes.yaml cannot be used, so the routes that run are meant: {error.reason}")
    if app.ledger.version(0) is not None:
        # Where a setting of that version is missing here, its routes are those of the files.
        with contextlib.suppress(ConfigError):
            found.update(dict.fromkeys(app.table().routes))
    return list(found)


def insist_on_routes(app: App, ids: tuple[str, ...]) -> list[str]:
    """Each once; ends the command where one is unknown."""
    known, paused = known_routes(app), app.ledger.paused_routes()
    for id in ids:
        if id not in known and id not in paused:
            stop(NOTHING, f"there is no route {id}; there are {', '.join(known)}")
    return list(dict.fromkeys(ids))


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ROUTE...", shell_complete=route_ids)
@reason_option
@yes_option
@output_option
@click.pass_obj
def pause(settings: Settings, ids: tuple[str, ...], reason: str, yes: bool, form: str) -> int:
    """Lets routes take nothing in, until they are resumed, over restarts too.

    HTTP callers get 503 with Retry-After; files, queues and streams stay where they are; what other routes send here is
    tried again, as their retry says. What was accepted before goes on: to hold that too, pause its targets (crossdock
    targets pause).

    Example: crossdock routes pause till-sales --reason stocktaking --yes"""
    with opened(settings) as app:
        found = insist_on_routes(app, ids)
        agree(f"this lets {', '.join(found)} take nothing in", yes)
        rows = []
        for id in found:
            changed = app.ledger.pause_route(id, actor(), reason)
            say(f"{id} is paused: nothing is taken in, what was accepted goes on" if changed else f"{id} was paused already")
            rows.append({"id": id, "paused": True, "changed": changed})
    if form != "table":
        answer_rows(rows, COLUMNS, form)
    return DONE


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ROUTE...", shell_complete=route_ids)
@reason_option
@yes_option
@output_option
@click.pass_obj
def resume(settings: Settings, ids: tuple[str, ...], reason: str, yes: bool, form: str) -> int:
    """Lets paused routes take in again what comes, and what has waited outside.

    Example: crossdock routes resume till-sales --yes"""
    with opened(settings) as app:
        found = insist_on_routes(app, ids)
        agree(f"this resumes {', '.join(found)}", yes)
        rows = []
        for id in found:
            changed = app.ledger.resume_route(id, actor(), reason)
            say(f"{id} goes on" if changed else f"{id} was not paused")
            rows.append({"id": id, "paused": False, "changed": changed})
    if form != "table":
        answer_rows(rows, COLUMNS, form)
    return DONE
