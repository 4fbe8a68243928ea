"""`dlq`: dead letters, and what can be done about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
import msgspec

from adapters.charset import text_of
from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.completing import dead_ids
from adapters.commands.dlq_edit import edit
from adapters.commands.dlq_export import export
from adapters.commands.dlq_import import import_
from adapters.commands.dlq_requeue import requeue
from adapters.commands.exits import DONE, NOTHING, PARTLY
from adapters.commands.jobs import job_row
from adapters.commands.letters import letter_row
from adapters.commands.output import answer_one, answer_rows, iso, limit_option, output_option, say, stop
from adapters.commands.project import opened, ring
from adapters.commands.requeueing import missing, plan, run_to_end
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import DeadGroup, Selection
from router.jobs import JobOrder
from router.ledger import Attempt

COLUMNS = ("id", "route", "target", "stage", "error", "attempts", "last_at", "reason")
GROUP_COLUMNS = ("id", "count", "route", "target", "stage", "error", "first_at", "last_at", "reason")


@click.group()
def dlq() -> None:
    """Dead letters: list, groups, show, edit, requeue, discard, export, import."""


def group_row(group: DeadGroup) -> dict[str, Any]:
    times = {"first_at": iso(group.first_at), "last_at": iso(group.last_at)}
    return {"id": group.signature, **asdict(group), **times}


@dlq.command("list")
@selecting
@all_option
@limit_option
@output_option
@click.pass_obj
def list_(settings: Settings, selection: Selection, everything: bool, limit: int | None, form: str) -> int:
    """Lists dead letters, the newest first.

    Example: crossdock dlq list --route till-sales"""
    with opened(settings) as app:
        count = answer_rows(map(letter_row, app.ledger.dead_letters(selection)), COLUMNS, form, limit)
    if not count:
        say("no dead letters" if selection.empty else "no dead letter matches")
    return DONE if count or selection.empty else NOTHING


@dlq.command()
@selecting
@output_option
@click.pass_obj
def groups(settings: Settings, selection: Selection, form: str) -> int:
    """Groups dead letters by what they have in common, the largest first.

    Example: crossdock dlq groups"""
    with opened(settings) as app:
        count = answer_rows(map(group_row, app.ledger.dead_groups(selection)), GROUP_COLUMNS, form, 10**9)
    if not count:
        say("no dead letters" if selection.empty else "no dead letter matches")
    return DONE if count or selection.empty else NOTHING


@dlq.command()
@click.argument("id", shell_complete=dead_ids)
@output_option
@click.pass_obj
def show(settings: Settings, id: str, form: str) -> int:
    """Shows one dead letter: why, how often it was tried, what may be done.

    Example: crossdock dlq show ID"""
    with opened(settings) as app:
        letter = app.ledger.dead_letter(id)
        if letter is None:
            state = app.ledger.parked_state(id)
            stop(NOTHING, f"{id} is not dead, it is in state {state}" if state else f"there is no dead letter {id}")
        place = letter.target or ""
        tried = app.ledger.answer_of(letter.seq, letter.record, place) if place else None
    row = letter_row(letter) | {"details": details(letter.details)}
    if tried is not None:
        row |= tried_row(tried)
    answer_one(row, form)
    if form == "table":
        say(f"\nto fix it: crossdock dlq edit '{letter.id}' --set body.FIELD=VALUE")
        say(f"to send it on: crossdock dlq requeue '{letter.id}'")
    return DONE


def tried_row(tried: Attempt) -> dict[str, Any]:
    return {
        "sent_to": tried.sent_to, "request": tried.request.decode("utf-8", "replace"),
        "response": text_of(tried.response, tried.response_type),
    }  # fmt: skip


def details(text: str) -> Any:
    """Mistakes by field, as they were stored."""
    return msgspec.json.decode(text) if text else []


@dlq.command()
@selecting
@all_option
@click.option("--expect", type=int, help="Refuse where another number matches.")
@click.option("--dry-run", is_flag=True, help="Only say what would be discarded.")
@reason_option
@yes_option
@output_option
@click.pass_obj
def discard(
    settings: Settings, selection: Selection, everything: bool, expect: int | None, dry_run: bool, reason: str,
    yes: bool, form: str,
) -> int:  # fmt: skip
    """Gives dead letters up, for good. The audit keeps who and why.

    Example: crossdock dlq discard ID --reason "a test order" --yes"""
    insist(selection, everything)
    with opened(settings) as app:
        lost = missing(app.ledger, selection)
        total = plan(app.ledger, selection, "discard", expect)
        if dry_run:
            answer_rows(map(letter_row, app.ledger.dead_letters(selection)), COLUMNS, form, total)
            return PARTLY if lost else DONE
        agree(f"this gives up {total} for good", yes)
        job = run_to_end(app, selection, JobOrder("discard", {}, actor(), reason, expect=expect))
        ring(settings)
    if form != "table":
        answer_rows([job_row(job)], (), form)
    say(f"{job.done - job.skipped} discarded")
    return PARTLY if lost or job.skipped else DONE


dlq.add_command(requeue)
dlq.add_command(edit)
dlq.add_command(export)
dlq.add_command(import_)
