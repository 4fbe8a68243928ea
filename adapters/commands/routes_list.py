"""`routes list` and `routes show`: the routing table as its files are now, in rows and in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, NOTHING
from adapters.commands.lazy import late
from adapters.commands.output import answer_one, answer_rows, output_option, say, stop
from adapters.commands.project import as_written, opened, stored_version
from adapters.printable import printable
from adapters.settings import Settings
from router.route import Route, Send, Target

if TYPE_CHECKING:
    from router.graph import parts
    from router.operating import describing
    from router.planning import structure
else:
    describing, structure = late("router.operating.describing"), late("router.planning.structure")
    parts = late("router.graph.parts")

COLUMNS = ("id", "from", "targets", "enabled", "paused", "version", "about")


def route_row(route: Route, paused: Collection[str], version: int) -> dict[str, Any]:
    names = [target.name for target in route.targets]
    return {
        "id": route.id, "from": parts.came_by(route.source), "targets": names, "enabled": route.enabled,
        "paused": route.id in paused, "version": version, "about": route.about, "owner": route.owner,
        "paused_targets": [name for name in names if name in paused],
    }  # fmt: skip


def paused_now(settings: Settings) -> set[str]:
    """The names of paused routes and targets. Makes no ledger."""
    if not settings.ledger_made:
        return set()
    with opened(settings) as app:
        return {pause.name for pause in app.ledger.pauses()}


@click.command("list")
@output_option
@click.pass_obj
def list_(settings: Settings, form: str) -> int:
    """Lists routes. `version` is the one that was started last, 0 for none.

    Example: crossdock routes list"""
    version, paused = stored_version(settings), paused_now(settings)
    with opened(settings) as app:
        found = [route_row(route, paused, version) for route in as_written(app).routes.values()]
    return DONE if answer_rows(found, COLUMNS, form, 10**9) else NOTHING


def send_text(send: Send) -> str:
    return f"{send.kind} {send.options.get(send.kind, send.connection)}"


def gather_text(target: Target) -> str | None:
    gather = target.gather
    return f"arrays of {gather.records}, within {gather.within:g} s" if gather is not None else None


def target_row(target: Target) -> dict[str, Any]:
    retry = target.retry
    return {
        "id": target.name, "send": send_text(target.send),
        "when": getattr(target.when, "source", None), "order_by": getattr(target.order_by, "source", None),
        "steps": [getattr(s, "rule", s.verb) for s in target.steps],
        "format": target.codec.name if target.codec else None, "collect": target.collect or gather_text(target),
        "fallback": send_text(target.fallback) if target.fallback else None,
        "when_dead": target.when_dead, "retry_for_seconds": retry.for_, "retry_errors": list(retry.errors),
    }  # fmt: skip


@click.command()
@click.argument("id", shell_complete=route_ids)
@output_option
@click.pass_obj
def show(settings: Settings, id: str, form: str) -> int:
    """Explains one route in words: where messages come from, what happens to them, where they go, what if that fails; each
    value with where it comes from.

    Example: crossdock routes show web-orders"""
    version, paused = stored_version(settings), paused_now(settings)
    with opened(settings) as app:
        table = as_written(app)
        said = structure.plain_sections(app.project)
    route = table.routes.get(id)
    if route is None:
        stop(NOTHING, f"there is no route {id}; there are {', '.join(table.routes)}")
    row = route_row(route, paused, version) | {
        "format": route.codec.name if route.codec else None, "match": route.match,
        "keys": {name: getattr(e, "source", "") for name, e in route.keys.items()},
        "steps": [getattr(s, "rule", s.verb) for s in route.steps],
        "otherwise": f"{route.otherwise.kind}: {route.otherwise.why}" if route.otherwise else None,
    }  # fmt: skip
    listed = [target_row(target) for target in route.targets]
    if form != "table":
        answer_one(row | {"targets": [t["id"] for t in listed], "target_options": listed}, form)
        return DONE
    for line in describing.described(route, table, said):
        click.echo(printable(line))
    if row["paused"] or row["paused_targets"]:
        say(f"paused: {', '.join([id] if row['paused'] else row['paused_targets'])}")
    return DONE
