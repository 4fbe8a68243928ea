"""`dlq requeue`: dead letters are tried again, at their place, under their id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.exits import DONE, PARTLY, USAGE
from adapters.commands.job_options import Running, job_options
from adapters.commands.output import answer_rows, output_option, stop
from adapters.commands.project import opened
from adapters.commands.requeueing import make_job, missing, plan
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import Selection
from router.jobs import JobOrder

if TYPE_CHECKING:
    from adapters.wiring import App


@click.command()
@selecting
@all_option
@job_options("Another target of the same route.", "Wait until they have ended; 4 where some are dead again.")
@reason_option
@yes_option
@output_option
@click.pass_obj
def requeue(
    settings: Settings, selection: Selection, everything: bool, dry_run: bool, rate: float | None, expect: int | None,
    to: str | None, logic: str, wait: bool, reason: str, yes: bool, form: str,
) -> int:  # fmt: skip
    """Tries dead letters again: attempt 1, same id, same place in their order. After an edit, with the edited body.

    Example: crossdock dlq requeue --all --rate 50/s --yes --wait"""
    insist(selection, everything)
    with opened(settings) as app:
        lost = missing(app.ledger, selection)
        total = plan(app.ledger, selection, "requeue", expect)
        options = options_of(app, selection, to, logic)
        if dry_run:
            letters = app.ledger.dead_letters(selection)
            rows = ({"id": x.id, "target": x.target, "reason": x.reason} for x in letters)
            answer_rows(rows, ("id", "target", "reason"), form, total)
            return PARTLY if lost else DONE
        agree(in_words(options, rate, total), yes)
        job = make_job(app, selection, JobOrder("requeue", options, actor(), reason, rate, expect))
        return Running(settings, app, rate, wait, form).out(job, lost)


def options_of(app: App, selection: Selection, to: str | None, logic: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if logic == "current":
        options["version"] = app.table().version
    if to is None:
        return options
    routes = {group.route for group in app.ledger.dead_groups(selection)}
    if "." not in to and len(routes) != 1:
        stop(USAGE, f"--to {to}: say ROUTE.TARGET, the selection is of {len(routes)} routes")
    name = to if "." in to else f"{next(iter(routes))}.{to}"
    if app.table().target(name) is None:
        stop(USAGE, f"--to {to}: there is no target {name} in the current version")
    return {**options, "to": name}


def in_words(options: dict[str, Any], rate: float | None, total: int) -> str:
    parts = [f"tries {total} again"]
    if "to" in options:
        parts.append(f"at {options['to']} instead")
    if "version" in options:
        parts.append(f"with the logic of version {options['version']}")
    if rate is not None:
        parts.append(f"{rate:g} a second, about {max(1, round(total / rate))} s")
    return "this " + ", ".join(parts)
