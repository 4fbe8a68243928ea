"""`messages`: finding them, how they stand, their whole life, their bytes at each hop."""

from __future__ import annotations

from typing import Any

import click

from adapters.commands.bodies import body
from adapters.commands.completing import message_ids, route_ids
from adapters.commands.exits import DONE, NOTHING
from adapters.commands.messages_replay import replay_messages
from adapters.commands.output import (
    answer_one,
    answer_rows,
    iso,
    limit_option,
    output_option,
    pretty,
    say,
    to_json,
)  # fmt: skip
from adapters.commands.project import known_names, opened, view_of
from adapters.commands.select import key_option, time_options
from adapters.settings import Settings
from router.browse import STATES, Event, MessageQuery, MessageView, TargetView

COLUMNS = ("id", "route", "state", "received_at", "keys", "targets")


@click.group()
def messages() -> None:
    """Messages: find, show, trace, body, replay."""


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
@click.option("--route", help="The id of a route.", shell_complete=route_ids)
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
    """Finds messages, the newest first.

    Example: crossdock messages find --key order=1001"""
    query = MessageQuery(route, state, since, until, keys)
    with opened(settings) as app:
        found = app.ledger.find_messages(query, known_names(app))
        count = answer_rows(map(message_row, found), COLUMNS, form, limit)
    if not count:
        say("no message matches")
    return DONE if count else NOTHING


@messages.command()
@click.argument("id", shell_complete=message_ids)
@output_option
@click.pass_obj
def show(settings: Settings, id: str, form: str) -> int:
    """Shows how one message stands, at each of its targets.

    Example: crossdock messages show ID"""
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
@click.argument("id", shell_complete=message_ids)
@output_option
@click.pass_obj
def trace(settings: Settings, id: str, form: str) -> int:
    """Tells the whole life of a message: chunks, records, deliveries, with times and reasons.

    Example: crossdock messages trace ID"""
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


messages.add_command(body)
messages.add_command(replay_messages)
