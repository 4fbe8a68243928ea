"""What the commands that send again share: their options, and how their job is carried out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from adapters.commands.completing import target_names
from adapters.commands.exits import DONE
from adapters.commands.jobs import COLUMNS, job_row
from adapters.commands.output import answer_rows, say
from adapters.commands.project import replay, ring
from adapters.commands.requeueing import ended, finish, named, untried, verdict
from adapters.settings import Settings
from router.config.scalars import rate as read_rate
from router.jobs import Job

if TYPE_CHECKING:
    from adapters.wiring import App

F = TypeVar("F", bound=Callable[..., Any])


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


def job_options(to: str, waiting: str) -> Callable[[F], F]:
    """Adds --dry-run --rate --expect --to --logic --wait; `to` and `waiting` are the help of two of them."""
    options = [
        click.option("--dry-run", is_flag=True, help="Only say what would be sent again."),
        click.option("--rate", type=Rate(), help="At most so many: 20/s. The job goes on while Crossdock runs."),
        click.option("--expect", type=int, help="Refuse where another number matches."),
        click.option("--to", help=to, shell_complete=target_names),
        click.option("--logic", type=click.Choice(["original", "current"]), default="original", show_default=True,
                     help="The route as it was when the message came in, or as it is now."),
        click.option("--wait", is_flag=True, help=waiting),
    ]  # fmt: skip

    def added(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return added


@dataclass(frozen=True, slots=True)
class Running:
    """How a job is run: to its end where nothing holds it back, else its first step; the rest by the ticker."""

    settings: Settings
    app: App
    rate: float | None
    wait: bool
    form: str

    def out(self, job: Job, lost: int = 0) -> int:
        """Runs it, says what became of it; the exit code. `lost` of the selection were not there."""
        if self.wait:
            say(f"job {job.id} has begun: crossdock jobs show {job.id}")
        with named(job):
            return self._out(self._run(job), lost)

    def _run(self, job: Job) -> Job:
        if self.wait or self.rate is None:
            return finish(self.app, job, patient=self.wait)
        return replay(self.app).step(job)

    def _out(self, job: Job, lost: int) -> int:
        ring(self.settings)
        answer_rows([job_row(job)], COLUMNS, self.form, 1)
        if job.state == "running":
            say(f"the job goes on while Crossdock runs: crossdock jobs show {job.id}")
        if untried(job):
            say(f"nothing was tried, all {job.done} were skipped: crossdock jobs show {job.id}")
        elif job.skipped:
            say(f"{job.skipped} of {job.done} were skipped: crossdock jobs show {job.id}")
        code = ended(self.app, job) if self.wait and not untried(job) else DONE
        return code or verdict(job, lost)
