"""`routes plan`: what the project's files, once deployed, would change: in structure, for open work, for messages."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, FAILED, NOTHING, PARTLY, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.project import draft, opened, reader
from adapters.printable import printable
from adapters.settings import Settings
from router.config.comparing import ADDED, REMOVED
from router.config.problems import ConfigError, errors

if TYPE_CHECKING:
    from adapters.app import App
    from router.config import project as projects
    from router.planning import fates, groups, structure, traffic
    from router.planning.groups import Comparison, Group
    from router.planning.structure import Change, Plan
    from router.route import Table
    from transforms import structures
else:
    projects, structures = late("router.config.project"), late("transforms.structures")
    fates, groups, structure, traffic = (
        late(f"router.planning.{name}") for name in ("fates", "groups", "structure", "traffic")
    )

MESSAGES = 1000
POLICIES = ("retry", "order_by", "send", "when_dead", "rate", "breaker", "timeout", "in_flight", "url", "fallback")
"""Words of the config that the current version says for open deliveries too."""
POLITE = 19
Row = dict[str, Any]


@click.command()
@click.option("--messages", "limit", type=click.IntRange(0), default=MESSAGES, show_default=True,
              help="How many of the last messages of each changed route are computed again.")  # fmt: skip
@click.option("--route", "only", multiple=True, shell_complete=route_ids, help="Only messages of these routes.")
@output_option
@click.pass_obj
def plan(settings: Settings, limit: int, only: tuple[str, ...], form: str) -> int:
    """Says what the project's files would change if they were deployed. Sends nothing, stores nothing.

    Structure: what was added, removed and changed. Open work: what would be held, or done by other policies. Traffic: the
    last messages of each changed route, computed by the current version and by the files; what differs is grouped, counted
    and shown by one of them.

    Ends with 0 where no message would fare otherwise, 4 where some would, 1 where some would fail that do not now, 2 where
    the project has mistakes.

    Example: crossdock routes plan --messages 10000 -o json"""
    with opened(settings) as app:
        problems = app.check()
        if errors(problems):
            for problem in errors(problems):
                say(str(problem))
            stop(USAGE, "there is nothing to plan: the project has mistakes")
        planned = made_plan(app, limit, only)
    if planned is None:
        stop(NOTHING, "there is no version to compare with: crossdock up, or crossdock routes deploy, makes the first one")
    if form == "table":
        for line in shown(planned.rows):
            click.echo(line)
    else:
        answer_rows(planned.rows, (), form)
    for line in planned.notes:
        say(line)
    return ending(planned.found)


@dataclasses.dataclass(frozen=True)
class Planned:
    """`notes` are for people: what was left out, and the sum of it."""

    rows: list[Row]
    found: list[Comparison]
    notes: list[str]


def made_plan(app: App, limit: int, only: tuple[str, ...] = ()) -> Planned | None:
    """Of files without mistakes; None where there is no version yet. Ends the command where a route is unknown."""
    before, after, made = tables(app)
    if before is None:
        return None
    unknown = [id for id in only if id not in after.routes]
    if unknown:
        stop(NOTHING, f"there is no route {unknown[0]}; there are {', '.join(after.routes)}")
    compare = Comparing(app, before, after, limit)
    rows = [*map(structure_row, made.changes), *open_rows(app, made, before, after)]
    with ThreadPoolExecutor(1, initializer=step_back) as thread:
        found = list(thread.map(lambda id: compare(id, made.routes.get(id, -1)), only or made.routes))
    rows += [group_row(group, comparison) for comparison in found for group in ordered(comparison)]
    said = summary(found, before.version) if made.changes else unchanged(app, before.version)
    return Planned(rows, found, [*compare.notes, said])


def step_back() -> None:
    """What runs on this machine goes before: this thread gets what others leave."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)


def tables(app: App) -> tuple[Table | None, Table, Plan]:
    """The current version, the files, and what differs. Ends the command where the current one cannot be used here."""
    after = draft(app)
    stored = app.ledger.version(0)
    if stored is None:
        return None, after, structure.Plan((), {})
    settings = app.settings
    old = projects.stored_project(
        stored.files, settings.config.name, settings.references(), settings.project, stored.number
    )
    try:
        return app.table(), after, structure.planned(old, app.project)
    except ConfigError as error:
        stop(USAGE, f"version {stored.number}, the current one, cannot be used here: {error}")


@dataclasses.dataclass
class Comparing:
    """Messages of one route after the other."""

    app: App
    before: Table
    after: Table
    limit: int
    notes: list[str] = dataclasses.field(default_factory=list)

    def __call__(self, id: str, same: int) -> Comparison:
        """`same` is how many first steps are the same in both."""
        old, new = self.before.routes.get(id), self.after.routes[id]
        if old is None:
            return groups.Comparison(id)
        try:
            fates.refuse_impure(old)
            fates.refuse_impure(new)
        except fates.NotComputed as reason:
            self.notes.append(f"messages of {id} were not computed: {reason}")
            return groups.Comparison(id)
        paths = traffic.fields(structures.structure_of)
        found = traffic.compared(old, new, self.app.ledger.recent(id, self.limit), (reader(), reader()), paths, same=same)
        if found.gone:
            self.notes.append(f"{found.gone} messages of {id} were left out: their bodies are not kept any more")
        if found.cut:
            self.notes.append(f"of {found.cut} large messages of {id} the first records were computed")
        return found


def ordered(comparison: Comparison) -> list[Group]:
    """What fails comes first, then the most."""
    return sorted(comparison.groups.values(), key=lambda group: (group.word != groups.FAILS, -group.count))


# --- rows -------------------------------------------------------------------------------------------------------------
def structure_row(change: Change) -> Row:
    return {
        "id": change.id, "layer": "structure", "kind": change.kind, "change": change.what, "details": list(change.details)
    }  # fmt: skip


def open_rows(app: App, made: Plan, before: Table, after: Table) -> Iterator[Row]:
    """Of what is open now."""
    changed = {change.id: change for change in made.changes if change.what not in (ADDED, REMOVED)}
    for one in app.ledger.backlog():
        target = after.target(one.target)
        there = target is not None if "." in one.target else one.target in after.routes
        row = {"id": one.target, "layer": "open", "kind": "deliveries" if "." in one.target else "messages", "count": one.units}
        if not there:
            yield row | {"change": "held", "details": ["it is gone: this stays, and goes on when it is put back"]}
        elif target is not None:
            policies = new_policies(changed, one.target, target.send.connection)
            if policies:
                yield row | {"change": "new policies", "details": policies}


def new_policies(changed: dict[str, Change], target: str, connection: str) -> list[str]:
    found = []
    for id in (target, connection):
        details = changed[id].details if id in changed else ()
        found += [detail for detail in details if detail.partition(".")[0].partition(":")[0] in POLICIES]
    return found


def group_row(group: Group, comparison: Comparison) -> Row:
    kind = "failure" if group.word == groups.FAILS else "change"
    return {
        "id": group.route, "layer": "traffic", "kind": kind, "change": group.word,
        "target": group.target, "details": [group.detail] if group.detail else [], "count": group.count,
        "of": comparison.looked, "sample": group.sample, "told": group.told,
    }  # fmt: skip


# --- words ------------------------------------------------------------------------------------------------------------
def shown(rows: list[Row]) -> Iterator[str]:
    for layer, title in (("structure", "Structure"), ("open", "Open work"), ("traffic", "Traffic")):
        mine = [row for row in rows if row["layer"] == layer]
        if mine:
            yield click.style(title, bold=True)
            for row in mine:
                yield from map(printable, lines(row))


def lines(row: Row) -> Iterator[str]:
    if row["layer"] == "structure":
        yield f"  {row['kind']} {row['id']} {row['change']}" if row["kind"] != row["id"] else f"  {row['id']} {row['change']}"
        yield from (f"    {detail}" for detail in row["details"])
    elif row["layer"] == "open":
        yield f"  {row['count']:,} {row['kind']} of {row['id']}: {row['change']}"
        yield from (f"    {detail}" for detail in row["details"])
    else:
        yield f"  {sentence(row)}"
        told = f": {row['told']}" if row["told"] else ""
        yield f"    such as {row['sample']}{told}"


def sentence(row: Row) -> str:
    many = f"{row['count']:,} of {row['of']:,} of {row['id']}"
    detail = row["details"][0] if row["details"] else ""
    words = {
        "also goes": f"also go to {row['target']}", "no longer goes": f"no longer go to {row['target']}",
        "fails in another way": f"fail in another way{at(row)}: {detail}",
        "fails": f"now fail{at(row)} in {detail}", "no longer fails": f"no longer fail{at(row)} in {detail}",
        "is filtered": f"are now filtered{at(row)}: {detail}",
        "is no longer filtered": f"are no longer filtered{at(row)}: {detail}",
        "gets another body": f"have another body for {row['target']}: {detail}",
        "is asked in another way": f"are sent to {row['target']} in another way",
        "has more records": "have more records", "has fewer records": "have fewer records",
    }  # fmt: skip
    return f"{many} {words[row['change']]}"


def at(row: Row) -> str:
    return f" at {row['target']}" if row["target"] else ""


def unchanged(app: App, version: int) -> str:
    stored = app.ledger.version(0)
    if stored is None or dict(stored.files) == dict(app.project.files()):
        return f"the files are those of version {version}: nothing would change"
    return f"compared with version {version}: nothing would change for messages"


def summary(found: list[Comparison], version: int) -> str:
    looked, changed = sum(c.looked for c in found), sum(c.changed for c in found)
    if not looked:
        return f"compared with version {version}: no messages to compute again"
    failing = sum(c.failing for c in found)
    fails = f", {failing:,} would fail" if failing else ""
    return f"compared with version {version}: {changed:,} of {looked:,} would fare otherwise{fails}"


def ending(found: list[Comparison]) -> int:
    if any(comparison.failing for comparison in found):
        return FAILED
    return PARTLY if any(comparison.changed for comparison in found) else DONE
