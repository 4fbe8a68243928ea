"""`jobs`: requeues and discards that run, or ran."""

from __future__ import annotations

from typing import Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.completing import job_ids
from adapters.commands.exits import DONE, NOTHING, REFUSED
from adapters.commands.output import answer_one, answer_rows, iso, limit_option, output_option, say, stop
from adapters.commands.project import opened
from adapters.settings import Settings
from router.jobs import Job

COLUMNS = ("id", "kind", "state", "done", "total", "skipped", "created_at", "by", "reason")


def job_row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "kind": job.kind, "state": job.state, "done": job.done, "total": job.total,
        "skipped": job.skipped, "rate": job.rate, "by": job.by, "reason": job.reason, "created_at": iso(job.created_at),
        "ended_at": iso(job.ended_at), "options": dict(job.options),
    }  # fmt: skip


@click.group()
def jobs() -> None:
    """Requeues and discards: list, show, cancel."""


@jobs.command("list")
@limit_option
@output_option
@click.pass_obj
def list_(settings: Settings, limit: int | None, form: str) -> int:
    """Lists jobs, the newest first.

    Example: crossdock jobs list"""
    with opened(settings) as app:
        if not answer_rows(map(job_row, app.ledger.jobs()), COLUMNS, form, limit):
            say("no jobs")
    return DONE


@jobs.command()
@click.argument("id", type=int, shell_complete=job_ids)
@output_option
@click.pass_obj
def show(settings: Settings, id: int, form: str) -> int:
    """Shows one job, and what became of its deliveries.

    Example: crossdock jobs show 7"""
    with opened(settings) as app:
        job = app.ledger.job(id)
        if job is None:
            stop(NOTHING, f"there is no job {id}")
        outcome = app.ledger.job_outcome(id)
        row = job_row(job) | {
            "ended": outcome.ended, "dead": outcome.dead, "waiting": dict(outcome.waiting),
            "skips": app.ledger.job_skips(id),
        }  # fmt: skip
        answer_one(row, form)
    return DONE


@jobs.command()
@click.argument("id", type=int, shell_complete=job_ids)
@reason_option
@yes_option
@output_option
@click.pass_obj
def cancel(settings: Settings, id: int, reason: str, yes: bool, form: str) -> int:
    """Stops a job; what it has done stays done.

    Example: crossdock jobs cancel 7 --yes"""
    with opened(settings) as app:
        job = app.ledger.job(id)
        if job is None:
            stop(NOTHING, f"there is no job {id}")
        if job.state != "running":
            stop(REFUSED, f"job {id} is {job.state} already")
        agree(f"this stops job {id} after {job.done} of {job.total}; what it has done stays done", yes)
        cancelled = app.ledger.cancel_job(id, actor(), reason)
        assert cancelled is not None
        answer_one(job_row(cancelled), form)
    return DONE
