"""`messages replay`: messages are sent again as new ones, to targets that lost what they had got."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.exits import DONE, NOTHING, REFUSED, USAGE
from adapters.commands.job_options import Running, job_options
from adapters.commands.lazy import late
from adapters.commands.output import answer_one, output_option, say, stop
from adapters.commands.project import opened
from adapters.commands.requeueing import known_by
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import Selection
from router.jobs import ExpectationFailed, Job, JobOrder
from router.route import Target

if TYPE_CHECKING:
    from adapters.wiring import App
    from router.operating import replaying
else:
    replaying = late("router.operating.replaying")


@click.command("replay")
@selecting
@all_option
@job_options(
    "This target only; a folder gets a file again only where it is named so.",
    "Wait until they have ended; 4 where some are dead.",
)
@reason_option
@yes_option
@output_option
@click.pass_obj
def replay_messages(
    settings: Settings, selection: Selection, everything: bool, dry_run: bool, rate: float | None, expect: int | None,
    to: str | None, logic: str, wait: bool, reason: str, yes: bool, form: str,
) -> int:  # fmt: skip
    """Sends messages again, as new deliveries with ids that end in .p2 and so on. ID is a message's.

    Example: crossdock messages replay --route web-orders --since 2h --target erp --rate 20/s
    """
    check(insist(selection, everything))
    with opened(settings) as app:
        selection, options = options_of(app, selection, to, logic)
        total = app.ledger.replay_count(selection)
        if not total:
            stop(NOTHING, "no message matches")
        say(f"replay {total} messages {where(options)}")
        if dry_run:
            left = total - replaying.sent_again(app.ledger, app.table, selection, options)
            if left:
                say(f"{left} of them would be left alone: refused, a duplicate, without its body, or for other targets")
            answer_one({"messages": total, "left_alone": left, **options}, form)
            return DONE
        agree(f"this sends {total} messages again, as new deliveries", yes)
        job = made(app, selection, JobOrder("replay", options, actor(), reason, rate, expect))
        return Running(settings, app, rate, wait, form).out(job)


def check(selection: Selection) -> None:
    """Dead letters have a stage; messages have not."""
    for name in ("stage", "error", "group"):
        if getattr(selection, name) is not None:
            raise click.UsageError(f"--{name} selects dead letters; `dlq requeue` sends those again")
    for id in selection.ids:
        if ":" in id:
            raise click.UsageError(f"{id} is a delivery; say the message, {id.partition(':')[0]}, and --target or --to")


def made(app: App, selection: Selection, order: JobOrder) -> Job:
    try:
        with known_by("crossdock jobs list says whether a job has begun"):
            job = app.ledger.create_replay(selection, order)
    except ExpectationFailed as error:
        stop(REFUSED, str(error))
    if job is None:
        stop(NOTHING, "no message matches any more")
    return job


def options_of(app: App, selection: Selection, to: str | None, logic: str) -> tuple[Selection, dict[str, Any]]:
    """What the job is to do; a target that is named keeps the selection to its route."""
    options: dict[str, Any] = {"version": app.table().version} if logic == "current" else {}
    for option, key, name in (("--target", "target", selection.target), ("--to", "to", to)):
        if name is not None:
            found = named(app, selection, name, option)
            selection = replace(selection, route=found.route)
            options[key] = found.name
    return selection, options


def named(app: App, selection: Selection, name: str, option: str) -> Target:
    """The target that `ROUTE.TARGET`, or an id beside --route, means."""
    table = app.table()
    if "." not in name and selection.route is None:
        having = [route.id for route in table.routes.values() if route.target(name) is not None]
        if len(having) != 1:
            stop(USAGE, f"{option} {name}: say ROUTE.TARGET, there are {len(having)} routes with such a target")
        name = f"{having[0]}.{name}"
    full = name if "." in name else f"{selection.route}.{name}"
    found = table.target(full)
    if found is None:
        stop(USAGE, f"{option} {name}: there is no target {full} in the current version")
    if selection.route not in (None, found.route):
        stop(USAGE, f"{option} {name}: it is a target of another route than --route {selection.route}")
    return found


def where(options: dict[str, Any]) -> str:
    if "to" in options:
        return f"to {options['to']}"
    return f"to {options['target']}" if "target" in options else "to all their targets but folders"
