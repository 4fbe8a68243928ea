"""`routes try`: one sample, or a message of the ledger, step by step through a route. Nothing is sent or stored."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.colour import coloured
from adapters.commands.bodies import parts
from adapters.commands.completing import message_ids, route_ids
from adapters.commands.exits import DONE, FAILED, NOTHING, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import output_option, pretty, say, stop, to_json
from adapters.commands.project import opened, reader, view_of
from adapters.commands.trying import Shown, trial_row
from adapters.settings import Settings
from router.config.problems import Problem
from router.ledger import Revision
from router.message import Envelope, File, new_id, utc_now
from router.operating.trial import Trial, try_route
from router.processing.records import revised
from router.route import Route, Table

if TYPE_CHECKING:
    from adapters.app import App
    from adapters.testing import replying
    from router.config import check as checking
    from router.config import references
else:
    checking, references = late("router.config.check"), late("router.config.references")
    replying = late("adapters.testing.replying")

SECRET = re.compile(r"\$\{secret:([^}]*)\}")
MASK = "***"
CREDENTIALS = ("authorization", "proxy-authorization", "cookie", "x-api-key")
"""Headers that are masked whatever they hold."""


def connections_of(route: Route) -> set[str]:
    sends = [send for target in route.targets for send in (target.send, target.fallback) if send is not None]
    return {send.connection for send in sends} | ({route.source.connection} - {None})  # type: ignore[operator]


def concerns(problem: Problem, route: Route) -> bool:
    """Whether it stands in that route, in a connection of its targets, or in what holds for all."""
    section, _, below = problem.path.partition(".")
    names = {"routes": {route.id}, "connections": connections_of(route), "clients": set()}
    return any(below == name or below.startswith(f"{name}.") for name in names.get(section, {below}))


@click.command("try")
@click.argument("route", required=False, shell_complete=route_ids)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--message", "message_id", metavar="ID", shell_complete=message_ids,
              help="A message of the ledger instead of a file, <message>[:<record>].")
@click.option("--record", type=click.IntRange(1), help="Which record of a split message; the first.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header of the message.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the source's path.")
@click.option("--client", help="Who sends it: the id of a client; without it the first that the route allows.")
@click.option("--content-type", help="The media type; else by the file's name.")
@click.option("--step", is_flag=True, help="One step after the other, each at a key; q ends it.")
@output_option
@click.pass_obj
def try_(
    settings: Settings, route: str | None, file: Path | None, message_id: str | None, record: int | None,
    headers: tuple[str, ...], params: tuple[str, ...], client: str | None, content_type: str | None, step: bool, form: str,
) -> int:  # fmt: skip
    """Shows what each step makes of one sample, why each target gets it or not, and what would be sent. Nothing is sent or
    stored; 1 where it would be dead.

    `routes try ROUTE FILE`, or `routes try --message ID` for a real message, through the route as its files are now.
    Settings and secrets of the environment that are not set are warnings here: their references stay as written.

    Example: crossdock routes try web-orders transforms/samples/order.json"""
    if (file is None) == (message_id is None) or (route is None and message_id is None):
        stop(USAGE, "say a route and a file, or --message ID: crossdock routes try ROUTE FILE")
    if step and not (form == "table" and sys.stdin.isatty() and sys.stdout.isatty()):
        stop(USAGE, "--step needs a terminal: leave it out, or say --record to look at another record")
    environ = settings.references()
    with opened(settings) as app:
        table, unset = checking.build_for_trial(app.project, app.registry, environ)
        if message_id is not None:
            id, target, number = parts(message_id)
            view = view_of(app, id)
            route, record = route or view.route, record or number or None
        found = table.routes.get(route or "")
        if found is None:
            stop(USAGE, f"there is no route {route}; there are {', '.join(table.routes)}")
        for problem in unset:
            if concerns(problem, found):
                say(str(problem))
        if message_id is not None:
            envelope, edit = edited(app, kept(app, view.seq), view.seq, f"{view.route}.{target}" if target else "", record or 0)
        else:
            assert file is not None
            envelope, edit = sample(found, file, headers, params, client, content_type), None
        trial = try_route(found, envelope, reader(), record or 1, edit)
        row = masked(with_requests(trial_row(trial), trial, table), secrets(app, environ))
    answered(row, form, step)
    return FAILED if trial.failed else DONE


def answered(row: dict[str, Any], form: str, step: bool) -> None:
    if form == "table":
        for n, lines in enumerate(Shown(coloured(sys.stdout)).blocks(row)):
            if step and n and not go_on():
                return
            for line in lines:
                click.echo(line)
    elif form == "id":
        for target in row["targets"]:
            if target["chosen"]:
                click.echo(target["id"])
    else:
        click.echo(pretty(row) if form == "json" else to_json(row))


def go_on() -> bool:
    """Waits for a key."""
    try:
        return click.getchar() not in ("q", "Q", "\x1b")
    except (KeyboardInterrupt, EOFError):
        return False


def kept(app: App, seq: int) -> Envelope:
    """The message as it came in."""
    stored = app.ledger.message(seq)
    if stored is None or not app.ledger.body_kept(seq):
        return stop(NOTHING, "the body is not kept any more (keep.bodies): try a file")
    return stored.envelope


def edited(app: App, envelope: Envelope, seq: int, target: str, record: int) -> tuple[Envelope, Revision | None]:
    """With the body that an operator gave it, and what he made of the record: for that target, else for all."""
    revisions = app.ledger.revisions([seq])
    of_message, of_record = (revisions.get((seq, n, target)) or revisions.get((seq, n, "")) for n in (0, record))
    if of_message is not None and of_message.body is not None:
        say("with the body as it was edited")
    if not record or of_record is None or of_record.body is None:
        return revised(envelope, of_message), None
    say(f"with record {record} as it was edited")
    return revised(envelope, of_message), of_record


# --- requests, without secrets ---
def with_requests(row: dict[str, Any], trial: Trial, table: Table) -> dict[str, Any]:
    """Each request with all its headers, and where it would go in words."""
    for shown, target in zip(row["targets"], trial.targets, strict=True):
        if target.parcel is None or shown["request"] is None:
            continue
        connection = table.connections.get(shown["request"]["connection"])
        if connection is None or connection.type == "route":
            continue
        to = replying.sent_to(connection, target.parcel)
        headers = dict(replying.request_headers(connection, target.parcel))
        if connection.type == "http":
            guarded = replying.http_options(connection).guarded
            headers |= {name: MASK for name in headers if name.lower() in guarded}
        shown["request"] |= {"to": to, **({"headers": headers} if headers else {})}
    return row


def secrets(app: App, environ: Mapping[str, str]) -> list[str]:
    """The values of all secrets that the project names, the longest first."""
    resolver = references.resolver_for(environ, app.project.base)
    names = {name for text in app.project.files().values() for name in SECRET.findall(text.decode("utf-8", "replace"))}
    found = []
    for name in names:
        try:
            found.append(resolver.secret(name))
        except (OSError, UnicodeDecodeError):  # `check` says so
            continue
    return sorted({value for value in found if value}, key=len, reverse=True)


def masked(row: dict[str, Any], values: list[str]) -> dict[str, Any]:
    """With `***` in each request for what is secret."""
    for target in row["targets"]:
        if target["request"] is not None:
            target["request"] = dict(hidden(target["request"], values))
    return row


def hidden(fields: Mapping[str, Any], values: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if name.lower() in CREDENTIALS:
            yield name, MASK
        elif isinstance(value, str):
            for secret in values:
                value = value.replace(secret, MASK)
            yield name, value
        elif isinstance(value, dict):
            yield name, dict(hidden(value, values))
        else:
            yield name, value


# --- a sample as a message ---
def sample(
    route: Route, file: Path, headers: tuple[str, ...], params: tuple[str, ...], client: str | None,
    content_type: str | None,
) -> Envelope:  # fmt: skip
    """The file as a message of the route."""
    raw, given = file.read_bytes(), {name.lower(): value for name, value in pairs(headers)}
    if content_type is not None:
        given.setdefault("content-type", content_type)
    sender = client or next(iter(route.source.callers), None)
    return Envelope(
        new_id(), route.id, route.source.name, utc_now(), raw, None, len(raw), content_type, given, dict(pairs(params)), sender,
        File(file.name, len(raw)),
    )  # fmt: skip


def pairs(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """`NAME=VALUE` as typed."""
    for text in texts:
        if "=" not in text:
            stop(USAGE, f"{text!r} is not like NAME=VALUE")
    return [(name, value) for name, _, value in (text.partition("=") for text in texts)]
