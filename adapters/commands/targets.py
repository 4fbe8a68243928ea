"""`targets`: where deliveries go, how many wait there, pausing and resuming."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.completing import target_names
from adapters.commands.exits import DONE, NOTHING
from adapters.commands.output import answer_rows, iso, output_option, say, stop
from adapters.commands.project import opened, ring
from adapters.settings import Settings
from router.browse import TargetCounts
from router.config.problems import ConfigError
from router.route import Table

if TYPE_CHECKING:
    from adapters.wiring import App

COLUMNS = ("id", "connection", "open", "retry", "dead", "circuit", "oldest", "paused")
CHANGED = ("id", "paused", "changed")
RESET = ("id", "connection", "circuit", "retry")
"""`retry` are those that are tried again now."""


@click.group()
def targets() -> None:
    """Targets: list, pause, resume."""


def current(app: App) -> Table | None:
    try:
        return app.table()
    except ConfigError as error:
        say(error.reason)
        return None


def rows(app: App) -> Iterator[dict[str, Any]]:
    """Targets of the current version, then those that are gone and still have something."""
    table, counts, circuits = current(app), app.ledger.target_counts(), app.ledger.circuits()
    connections: dict[str, str] = {}
    if table is not None:
        connections = {t.name: t.send.connection for r in table.routes.values() for t in r.targets}
    for name in [*connections, *sorted(counts.keys() - connections.keys())]:
        connection = connections.get(name)
        circuit = circuits.get(connection or "")
        yield row(name, connection, counts, circuit.state if circuit else "closed")


def row(name: str, connection: str | None, counts: Mapping[str, TargetCounts], circuit: str) -> dict[str, Any]:
    found = counts.get(name) or TargetCounts(name, 0, 0, 0, None, False)
    return {
        "id": name, "connection": connection, "open": found.open, "retry": found.retry, "dead": found.dead,
        "circuit": circuit, "oldest": iso(found.oldest), "paused": found.paused, "removed": connection is None,
    }  # fmt: skip


@targets.command("list")
@output_option
@click.pass_obj
def list_(settings: Settings, form: str) -> int:
    """Lists targets with what is open, in retry and dead there.

    Example: crossdock targets list"""
    with opened(settings) as app:
        count = answer_rows(rows(app), COLUMNS, form, 10**9)
    return DONE if count else NOTHING


def names(app: App, given: tuple[str, ...]) -> list[str]:
    """Full names; ends the command where one is unknown."""
    there = {r["id"] for r in rows(app)} | app.ledger.paused_targets().keys()
    found: list[str] = []
    for name in given:
        matching = [name] if name in there else sorted(t for t in there if t.partition(".")[2] == name)
        if len(matching) != 1:
            if matching:
                stop(NOTHING, f"target {name} is one of {', '.join(matching)}: say which")
            stop(NOTHING, f"there is no target {name}; see crossdock targets list")
        found += matching
    return found


def told(done: list[dict[str, Any]], columns: tuple[str, ...], form: str) -> int:
    """For programs: who reads a terminal was told of each as it was done."""
    if form != "table":
        answer_rows(done, columns, form)
    return DONE


@targets.command()
@click.argument("ids", nargs=-1, required=True, metavar="ROUTE.TARGET...", shell_complete=target_names)
@reason_option
@yes_option
@output_option
@click.pass_obj
def pause(settings: Settings, ids: tuple[str, ...], reason: str, yes: bool, form: str) -> int:
    """Holds what goes to a target, until it is resumed. Nothing is lost, messages are still accepted.

    Example: crossdock targets pause web-orders.erp --reason maintenance --yes"""
    with opened(settings) as app:
        found = names(app, ids)
        agree(f"this pauses {', '.join(found)}", yes)
        done = []
        for name in found:
            changed = app.ledger.pause_target(name, actor(), reason)
            say(f"{name} is paused" if changed else f"{name} was paused already")
            done.append({"id": name, "paused": True, "changed": changed})
    return told(done, CHANGED, form)


@targets.command()
@click.argument("ids", nargs=-1, required=True, metavar="ROUTE.TARGET...", shell_complete=target_names)
@reason_option
@yes_option
@output_option
@click.pass_obj
def resume(settings: Settings, ids: tuple[str, ...], reason: str, yes: bool, form: str) -> int:
    """Goes on with a paused target.

    Example: crossdock targets resume web-orders.erp --yes"""
    with opened(settings) as app:
        found = names(app, ids)
        agree(f"this resumes {', '.join(found)}", yes)
        done = []
        for name in found:
            changed = app.ledger.resume_target(name, actor(), reason)
            say(f"{name} goes on" if changed else f"{name} was not paused")
            done.append({"id": name, "paused": False, "changed": changed})
        ring(settings)
    return told(done, CHANGED, form)


@targets.command()
@click.argument("ids", nargs=-1, required=True, metavar="ROUTE.TARGET...", shell_complete=target_names)
@reason_option
@yes_option
@output_option
@click.pass_obj
def reset(settings: Settings, ids: tuple[str, ...], reason: str, yes: bool, form: str) -> int:
    """Closes the breaker of a target's connection, and tries at once what waits there for its next try.

    Example: crossdock targets reset web-orders.erp --yes"""
    with opened(settings) as app:
        found = names(app, ids)
        agree(f"this resets {', '.join(found)}", yes)
        done = []
        for name in found:
            target = app.table().target(name)
            if target is None:
                stop(NOTHING, f"target {name} is not in the current version")
            connection = target.send.connection
            hurried = app.ledger.reset_target(name, connection, actor(), reason)
            say(f"{name}: the breaker of {connection} is closed, {hurried} are tried again now")
            done.append({"id": name, "connection": connection, "circuit": "closed", "retry": hurried})
        ring(settings)
    return told(done, RESET, form)
