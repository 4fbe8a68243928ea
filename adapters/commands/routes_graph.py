"""`routes graph`: the routing table as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, NOTHING
from adapters.commands.output import pretty, say, stop
from adapters.commands.project import as_written, opened
from adapters.settings import Settings
from router.graph.mermaid import EDGES, mermaid
from router.graph.owners import by_owner
from router.graph.parts import Counts, Graph
from router.graph.parts import graph as by_route
from router.graph.svg import svg

if TYPE_CHECKING:
    from adapters.wiring import App


@click.command()
@click.option("--route", "ids", multiple=True, metavar="ROUTE", shell_complete=route_ids,
              help="Only this one; may be repeated.")  # fmt: skip
@click.option("--by", type=click.Choice(["route", "owner"]), default="route", show_default=True,
              help="A box for each route, or one for all routes of an owner.")  # fmt: skip
@click.option("--counts", is_flag=True, help="With what the ledger counts now: accepted, open, retry, dead.")
@click.option("-o", "--output", "form", type=click.Choice(["svg", "mermaid", "json"]), default="svg", show_default=True,
              help="The format.")  # fmt: skip
@click.pass_obj
def graph(settings: Settings, ids: tuple[str, ...], by: str, counts: bool, form: str) -> int:
    """Draws the routing table from left to right: where messages come from, routes, targets, the systems behind them.

    SVG is for a browser, mermaid for a README or a wiki. A dashed line leads to a fallback. For hundreds of routes,
    --by owner gives a picture that still can be read; --route draws one of them with all that it has.

    Example: crossdock routes graph --by owner --counts > routes.svg"""
    with opened(settings) as app:
        table = as_written(app)
        for id in ids:
            if id not in table.routes:
                stop(NOTHING, f"there is no route {id}; there are {', '.join(table.routes)}")
        counted = now(app) if counts and settings.ledger_made else Counts({}, {}) if counts else None
        found = (by_owner if by == "owner" else by_route)(table, ids, counted)
    if form == "mermaid" and len(found.edges) > EDGES:
        say(f"these are {len(found.edges)} lines; mermaid draws {EDGES} unless its maxEdges is set: try --by owner or -o svg")
    click.echo(written(found, form, settings.project.name), nl=False)
    return DONE


def now(app: App) -> Counts:
    accepted = {of: int(n) for what, of, n in app.ledger.gauges() if what == "accepted"}
    return Counts(accepted, app.ledger.target_counts())


def written(found: Graph, form: str, name: str) -> str:
    if form == "json":
        return pretty(found) + "\n"
    return mermaid(found) if form == "mermaid" else svg(found, f"Routes of {name}")
