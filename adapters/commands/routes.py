"""`routes`: checking, listing, showing and trying the routing table as its files are now; pausing its routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.completing import route_ids
from adapters.commands.diagnostics import Shown, Sources, annotation, coloured, width
from adapters.commands.exits import DONE, NOTHING, USAGE
from adapters.commands.explain import explain
from adapters.commands.lazy import late
from adapters.commands.output import answer_one, answer_rows, output_option, output_option_with, say, stop
from adapters.commands.project import draft, opened, stored_version
from adapters.commands.routes_deploy import deploy, diff, history, rollback
from adapters.commands.routes_graph import graph
from adapters.commands.routes_pause import pause, resume
from adapters.commands.routes_plan import plan
from adapters.commands.routes_schema import schema
from adapters.commands.routes_test import test
from adapters.commands.routes_try import try_
from adapters.printable import printable
from adapters.settings import Settings
from router.config.problems import Problem
from router.route import Route, Send, Target

if TYPE_CHECKING:
    from adapters import app as root
    from router import describing
    from router.config import check as checking
    from router.config import project as projects
    from router.config.project import Project
    from router.planning import structure
else:
    root, checking, projects = late("adapters.app"), late("router.config.check"), late("router.config.project")
    describing, structure = late("router.describing"), late("router.planning.structure")

COLUMNS = ("id", "from", "targets", "enabled", "paused", "version", "about")


@click.group()
def routes() -> None:
    """Routes: check, explain, schema, list, show, graph, try, test, plan, deploy, rollback, history, diff, pause, resume."""


@routes.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@output_option_with("github")
@click.pass_obj
def check(settings: Settings, file: Path | None, form: str) -> int:
    """Says every mistake at once; nothing is started or written. 2 where one is an error.

    `-o github` writes annotations for GitHub Actions. `routes explain CODE` says more of a mistake.

    Example: crossdock routes check -o github"""
    environ = root.environment(settings)
    config = projects.find_project(file, environ) if file is not None else settings.config
    project = projects.read_project(config, environ)
    problems = checking.check(project, root.registry(), environ)
    if form in ("json", "jsonl"):
        answer_rows((problem.as_dict() for problem in problems), (), form)
    else:
        for line in written(problems, project, form):
            click.echo(line)
    levels = [problem.level for problem in problems]
    wrong = levels.count("error")
    warnings, advice = levels.count("warning"), levels.count("advice")
    others = [f"{warnings} warning{'s' if warnings != 1 else ''}"] if warnings else []
    others += [f"{advice} advice"] if advice else []
    verdict = f"{wrong} error{'s' if wrong != 1 else ''}" if wrong else "no errors"
    say(f"{config.name}: {', '.join([verdict, *others])}")
    return USAGE if wrong else DONE


def written(problems: Sequence[Problem], project: Project, form: str) -> Iterator[str]:
    """Codes alone, annotations, or each problem with its source line, an empty line between two."""
    shown = Shown(Sources(project.files()), coloured(), width())
    for n, problem in enumerate(problems):
        if form == "id":
            yield problem.code
        elif form == "github":
            yield annotation(problem, project.base)
        else:
            yield from [""] if n else []
            yield from shown.lines(problem)


def from_text(route: Route) -> str:
    options, kind = route.source.options, route.source.kind
    if kind == "http":
        return f"{options.get('method', 'POST')} {options.get('http')}"
    if kind == "route":
        return "other routes"
    what = next((options[key] for key in ("files", "queue", "stream") if key in options), "")
    return f"{kind} {options.get(kind)} {what}".rstrip()


def route_row(route: Route, paused: Collection[str], version: int) -> dict[str, Any]:
    names = [target.name for target in route.targets]
    return {
        "id": route.id, "from": from_text(route), "targets": names, "enabled": route.enabled,
        "paused": route.id in paused, "version": version, "about": route.about, "owner": route.owner,
        "paused_targets": [name for name in names if name in paused],
    }  # fmt: skip


def paused_now(settings: Settings) -> set[str]:
    """The names of paused routes and targets. Makes no ledger."""
    if not settings.ledger_made:
        return set()
    with opened(settings) as app:
        return {pause.name for pause in app.ledger.pauses()}


@routes.command("list")
@output_option
@click.pass_obj
def list_(settings: Settings, form: str) -> int:
    """Lists routes. `version` is the one that was started last, 0 for none.

    Example: crossdock routes list"""
    version, paused = stored_version(settings), paused_now(settings)
    with opened(settings) as app:
        found = [route_row(route, paused, version) for route in draft(app).routes.values()]
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


@routes.command()
@click.argument("id", shell_complete=route_ids)
@output_option
@click.pass_obj
def show(settings: Settings, id: str, form: str) -> int:
    """Explains one route in words: where messages come from, what happens to them, where they go, what if that fails; each
    value with where it comes from.

    Example: crossdock routes show web-orders"""
    version, paused = stored_version(settings), paused_now(settings)
    with opened(settings) as app:
        table = draft(app)
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


for command in (explain, graph, schema, try_, test, plan, history, diff, deploy, rollback, pause, resume):
    routes.add_command(command)
