"""`messages body`: the bytes of a message, a record or a delivery, at each hop."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from adapters.commands.completing import message_ids, target_names
from adapters.commands.exits import DONE, FAILED, NOTHING, USAGE
from adapters.commands.output import say, stop
from adapters.commands.project import editing, opened, reader, view_of
from adapters.settings import Settings
from router.browse import MessageView
from router.config.problems import ConfigError
from router.delivery.units import BeforeTarget
from router.errors import MessageError
from router.operating.editing import EditError
from router.pipeline import Filtered
from router.processing.recompute import recompute

if TYPE_CHECKING:
    from adapters.wiring import App

PIECE = 1 << 20


@click.command()
@click.argument("id", shell_complete=message_ids)
@click.option("--hop", type=click.Choice(["raw", "sent", "answer"]), default="raw", show_default=True,
              help="As it came in (a record: as JSON, with the last edit), as it was sent (computed again), or what was"
                   " answered.")  # fmt: skip
@click.option("--target", help="ROUTE.TARGET, or the id inside the route.", shell_complete=target_names)
@click.pass_obj
def body(settings: Settings, id: str, hop: str, target: str | None) -> int:
    """Writes the bytes of a message, `<message>[:<target>][:<record>]`, to stdout.

    Example: crossdock messages body ID > order.json"""
    message, named, record = parts(id)
    with opened(settings) as app:
        view = view_of(app, message)
        if hop == "raw":
            return raw_record(app, view, id, record) if record else raw(app, view)
        place = target_of(app, view, target or named, record)
        if not record and collected(app, view, place):
            return DONE
        return answer(app, view, place, record) if hop == "answer" else sent(app, view, place, record)


def parts(id: str) -> tuple[str, str | None, int]:
    message, *rest = id.split(":")
    record = int(rest.pop()) if rest and rest[-1].isdigit() else 0
    return message, rest[0] if rest else None, record


def target_of(app: App, view: MessageView, target: str | None, record: int) -> str:
    """ROUTE.TARGET; where none is named, the only one."""
    if target is not None:
        return target if "." in target else f"{view.route}.{target}"
    there = sorted({t.id for t in view.targets} | set(app.ledger.tried_at(view.seq, record)))
    if len(there) == 1:
        return there[0]
    return stop(USAGE, f"say --target: {', '.join(there)}" if there else "the message has no target yet")


def collected(app: App, view: MessageView, target: str) -> bool:
    """Names the files into which the records of a message went together; False where each is a delivery of its own."""
    files = [app.ledger.file_out(view.seq, target, part) for part in range(app.ledger.parts(view.seq, target))]
    names = [file.name for file in files if file is not None and file.name]
    for name in names:
        click.echo(name)
    if names:
        say(f"{target} has collected the records into the files above; {view.id}:RECORD shows one of them")
    return bool(names)


def raw(app: App, view: MessageView) -> int:
    stored = app.ledger.message(view.seq)
    if stored is None or not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies)")
    with stored.envelope.open() as stream:
        while piece := stream.read(PIECE):
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return DONE


def raw_record(app: App, view: MessageView, id: str, record: int) -> int:
    """With the last edit, where it is dead."""
    if not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies)")
    letter = app.ledger.dead_letter(id)
    try:
        found = editing(app).editable(letter).body if letter is not None else editing(app).record(view.seq, record, id)
    except EditError as error:
        stop(NOTHING, error.reason)
    click.echo(found)
    return DONE


def answer(app: App, view: MessageView, target: str, record: int) -> int:
    tried = app.ledger.answer_of(view.seq, record, target)
    if tried is None:
        stop(NOTHING, which_record(view) if view.records and not record else f"{target} has not been tried")
    say(f"{tried.sent_to} answered {tried.status or tried.error or 'well'} on try {tried.number}")
    sys.stdout.buffer.write(bytes(tried.response))
    sys.stdout.buffer.flush()
    return DONE


def sent(app: App, view: MessageView, target: str, record: int) -> int:
    """Computed again, from the same bytes by the same version."""
    if not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies), so it cannot be computed again")
    if view.records and not record:
        stop(USAGE, which_record(view))
    try:
        parcel = recompute(app.ledger, app.table, reader(), (view.seq, record), target)
    except BeforeTarget as early:
        stop(FAILED, f"it cannot be computed: {early.error.reason}")
    except (MessageError, ConfigError) as error:
        stop(FAILED, f"it cannot be computed: {error.reason}")
    except (KeyError, AssertionError):
        stop(NOTHING, f"there is no target {target} for it, or no record {record}")
    if parcel is None or isinstance(parcel, Filtered):
        stop(NOTHING, f"nothing is sent: {parcel.rule if parcel else 'the message is gone'}")
    say(f"{parcel.content_type}, idempotency key {parcel.idempotency_key}")
    sys.stdout.buffer.write(parcel.body)
    sys.stdout.buffer.flush()
    return DONE


def which_record(view: MessageView) -> str:
    return f"the message is split: say which record, {view.id}:1 to {view.id}:{view.records}"
