"""`dlq requeue`: dead letters are tried again, at their place, under their id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.completing import target_names
from adapters.commands.exits import DONE, PARTLY, USAGE
from adapters.commands.jobs import COLUMNS, job_row
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.project import opened, replay, ring
from adapters.commands.requeueing import ended, finish, make_job, missing, plan, verdict
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import Selection
from router.config.scalars import rate as read_rate
from router.jobs import JobOrder

if TYPE_CHECKING:
    from adapters.wiring import App


class Rate(click.ParamType[float]):
    """`20/s`, `600/min`, `1000/h`."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return float(read_rate(value))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


@click.command()
@selecting
@all_option
@click.option("--dry-run", is_flag=True, help="Only say what would be requeued.")
@click.option("--rate", type=Rate(), help="At most so many: 20/s. The job goes on while Crossdock runs.")
@click.option("--expect", type=int, help="Refuse where another number matches.")
@click.option("--to", help="Another target of the same route.", shell_complete=target_names)
@click.option("--logic", type=click.Choice(["original", "current"]), default="original", show_default=True,
              help="The route as it was when the message came in, or as it is now.")  # fmt: skip
@click.option("--wait", is_flag=True, help="Wait until they have ended; 4 where some are dead again.")
@reason_option
@yes_option
@output_option
@click.pass_obj
def requeue(
    settings: Settings, selection: Selection, everything: bool, dry_run: bool, rate: float | None, expect: int | None,
    to: str | None, logic: str, wait: bool, reason: str, yes: bool, form: str,
) -> int:  # fmt: skip
    """Tries dead letters again: attempt 1, same id, same place in their order. After an edit, with the edited body."""
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
        job = finish(app, job) if wait or rate is None else replay(app).step(job)
        ring(settings)
        answer_rows([job_row(job)], COLUMNS, form, 1)
        if job.state == "running":
            say(f"the job goes on while Crossdock runs: crossdock jobs show {job.id}")
        if job.skipped:
            say(f"{job.skipped} of {job.done} were skipped: crossdock jobs show {job.id}")
        code = ended(app, job) if wait else DONE
        return code or verdict(job, lost)


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
