"""`messages`: finding them, how they stand, their whole life, their bytes at each hop."""

from __future__ import annotations

import sys
from typing import Any

import click

from adapters.commands.exits import DONE, FAILED, NOTHING, USAGE
from adapters.commands.output import (
    answer_one,
    answer_rows,
    iso,
    limit_option,
    output_option,
    pretty,
    say,
    stop,
    to_json,
)  # fmt: skip
from adapters.commands.project import known_names, opened, reader
from adapters.commands.select import key_option, time_options
from adapters.settings import Settings
from adapters.wiring import App
from router.browse import STATES, Event, MessageQuery, MessageView, TargetView
from router.config import ConfigError
from router.errors import MessageError
from router.pipeline import Filtered
from router.recompute import recompute
from router.units import BeforeTarget

COLUMNS = ("id", "route", "state", "received_at", "keys", "targets")
PIECE = 1 << 20


@click.group()
def messages() -> None:
    """Messages: find, show, trace, body."""


def target_row(target: TargetView) -> dict[str, Any]:
    return {
        "id": target.id, "state": target.state, "attempts": target.attempts, "error": target.error,
        "reason": target.reason, "units": dict(target.units),
    }  # fmt: skip


def message_row(view: MessageView) -> dict[str, Any]:
    """The fields that stay first."""
    return {
        "id": view.id, "route": view.route, "state": view.state, "received_at": iso(view.received_at),
        "keys": dict(view.keys), "targets": [target_row(t) for t in view.targets], "reason": view.reason,
        "version": view.version, "source": view.source, "client": view.client, "content_type": view.content_type,
        "file": view.file, "size": view.size, "records": view.records,
    }  # fmt: skip


@messages.command()
@click.option("--route", help="The id of a route.")
@click.option("--state", type=click.Choice(STATES), help="The state of the message.")
@time_options
@key_option
@limit_option
@output_option
@click.pass_obj
def find(
    settings: Settings, route: str | None, state: str | None, since: int | None, until: int | None,
    keys: tuple[tuple[str, str], ...], limit: int | None, form: str,
) -> int:  # fmt: skip
    """Finds messages, the newest first."""
    query = MessageQuery(route, state, since, until, keys)
    with opened(settings) as app:
        found = app.ledger.find_messages(query, known_names(app))
        count = answer_rows(map(message_row, found), COLUMNS, form, limit)
    if not count:
        say("no message matches")
    return DONE if count else NOTHING


def view_of(app: App, id: str) -> MessageView:
    view = app.ledger.message_view(id.partition(":")[0], known_names(app))
    if view is None:
        stop(NOTHING, f"there is no message {id}; keep.messages says how long they are kept")
    return view


@messages.command()
@click.argument("id")
@output_option
@click.pass_obj
def show(settings: Settings, id: str, form: str) -> int:
    """Shows how one message stands, at each of its targets."""
    with opened(settings) as app:
        row = message_row(view_of(app, id))
    if form != "table":
        answer_one(row, form)
        return DONE
    listed = row.pop("targets")
    answer_one(row, form)
    if listed:
        click.echo()
        answer_rows(listed, ("id", "state", "attempts", "error", "units", "reason"), form)
    return DONE


def event_row(event: Event) -> dict[str, Any]:
    return {"at": iso(event.at), "what": event.what, "text": event.text, **{k: v for k, v in event.data.items() if v}}


@messages.command()
@click.argument("id")
@output_option
@click.pass_obj
def trace(settings: Settings, id: str, form: str) -> int:
    """Tells the whole life of a message: chunks, records, deliveries, with times and reasons."""
    with opened(settings) as app:
        view = view_of(app, id)
        life = [event_row(event) for event in app.ledger.life(view.seq)]
    if form == "json":
        click.echo(pretty({**message_row(view), "events": life}))
    elif form == "jsonl":
        for row in life:
            click.echo(to_json(row))
    elif form == "id":
        click.echo(view.id)
    else:
        say(f"message {view.id} of route {view.route}: {view.state}")
        answer_rows(life, ("at", "what", "text"), form, len(life))
    return DONE


@messages.command()
@click.argument("id")
@click.option("--hop", type=click.Choice(["raw", "sent", "answer"]), default="raw", show_default=True,
              help="As it came in, as it was sent (computed again), or what was answered.")  # fmt: skip
@click.option("--target", help="ROUTE.TARGET, or the id inside the route.")
@click.pass_obj
def body(settings: Settings, id: str, hop: str, target: str | None) -> int:
    """Writes the bytes of a message, `<message>[:<target>][:<record>]`, to stdout."""
    message, named, record = parts(id)
    with opened(settings) as app:
        view = view_of(app, message)
        if hop == "raw":
            return raw(app, view)
        place = target_of(app, view, target or named, record)
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


def raw(app: App, view: MessageView) -> int:
    stored = app.ledger.message(view.seq)
    if stored is None or not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies)")
    with stored.envelope.open() as stream:
        while piece := stream.read(PIECE):
            sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return DONE


def answer(app: App, view: MessageView, target: str, record: int) -> int:
    tried = app.ledger.answer_of(view.seq, record, target)
    if tried is None:
        stop(NOTHING, f"{target} has not been tried")
    say(f"{tried.sent_to} answered {tried.status or tried.error or 'well'} on try {tried.number}")
    sys.stdout.buffer.write(bytes(tried.response))
    sys.stdout.buffer.flush()
    return DONE


def sent(app: App, view: MessageView, target: str, record: int) -> int:
    """Computed again, from the same bytes by the same version."""
    if not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies), so it cannot be computed again")
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
