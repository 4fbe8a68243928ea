"""`send`: puts files into a route, as if they had come in by its source."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.bodies import SMALL
from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, FAILED, PARTLY, REFUSED, USAGE
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.progress import progress
from adapters.commands.project import opened, ring
from adapters.intake.gate import gate_of
from adapters.settings import Settings
from router.ledger import Arrival, Receipt
from router.message import Envelope, File, new_id, utc_now
from router.route import Route

if TYPE_CHECKING:
    from adapters.wiring import App

PIECE = 1 << 20
STATES = {"conflict": "refused"}
"""An identity with other content is a reason, no state of its own."""


@click.command()
@click.argument("route", shell_complete=route_ids)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header of the message.")
@click.option("--content-type", help="The media type; else by the file's name.")
@output_option
@click.pass_obj
def send(
    settings: Settings, route: str, files: tuple[Path, ...], headers: tuple[str, ...], content_type: str | None,
    form: str,
) -> int:  # fmt: skip
    """Puts FILES into ROUTE; prints their ids.

    Example: crossdock send till-sales SALES_0042.csv"""
    with opened(settings) as app:
        table = app.table()
        found = table.routes.get(route)
        if found is None:
            stop(USAGE, f"there is no route {route}; there are {', '.join(table.routes)}")
        refuse_paused(app, route)
        refuse_closed(app, route)
        given = dict(header.partition("=")[::2] for header in headers)
        receipts = []
        with progress("sending", len(files)) as bar:
            for path in files:
                receipts.append((path, put(app, found, path, given, content_type)))
                bar.advance()
        ring(settings)
    rows = [
        {"id": receipt.id, "file": str(path), "state": STATES.get(receipt.state, receipt.state), "of": receipt.of,
         "reason": reason}
        for path, (receipt, reason) in receipts
    ]
    answer_rows(rows, ("id", "file", "state", "reason"), form, len(rows))
    refused = [row for row in rows if row["state"] == "refused"]
    for row in refused:
        say(f"{row['file']} was refused: {row['reason']}")
    return DONE if not refused else FAILED if len(refused) == len(rows) else PARTLY


def refuse_paused(app: App, route: str) -> None:
    """A paused route takes nothing in, from here neither."""
    reason = app.ledger.paused_routes().get(route)
    if reason is not None:
        because = f" ({reason})" if reason else ""
        stop(REFUSED, f"route {route} is paused{because}: nothing was taken; crossdock routes resume {route}")


def refuse_closed(app: App, route: str) -> None:
    """Nor does one that a limit closed."""
    if why := gate_of(app.settings.var, app.table, app.ledger, quiet=True)(route):
        stop(REFUSED, f"nothing is taken in: {why}: nothing was taken; try again later")


def put(app: App, route: Route, path: Path, headers: dict[str, str], content_type: str | None) -> tuple[Receipt, str]:
    """Stored and synced; (receipt, why it was refused or is dead)."""
    arrival = arrival_of(app, route, path, headers, content_type)
    (receipt,) = app.receiver.store([arrival])
    if receipt.state == "conflict":
        return receipt, f"its key came with other content in message {receipt.of}"
    return receipt, arrival.end.reason if arrival.end is not None else ""


def arrival_of(app: App, route: Route, path: Path, headers: dict[str, str], content_type: str | None) -> Arrival:
    id, size = new_id(), path.stat().st_size
    envelope = Envelope(
        id=id, route=route.id, source=route.source.name,
        received_at=utc_now(), size=size, content_type=content_type or media_type(route, path),
        headers={name.lower(): value for name, value in headers.items()}, client="cli",
        file=File(path.name, size),
    )  # fmt: skip
    if size <= SMALL:
        return app.receiver.admit(route, with_body(envelope, path.read_bytes(), None))
    writer = app.ledger.blob(id)
    try:
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                writer.write(piece)
        _, sha256 = writer.finish()
        return app.receiver.admit(route, with_body(envelope, None, writer.path), sha256)
    finally:
        writer.close()


def media_type(route: Route, path: Path) -> str | None:
    """By the name of the file; a file source has none."""
    return mimetypes.guess_type(path.name)[0] if route.source.kind == "http" else None


def with_body(envelope: Envelope, raw: bytes | None, blob: Path | None) -> Envelope:
    return Envelope(
        envelope.id, envelope.route, envelope.source, envelope.received_at, raw, blob, envelope.size,
        envelope.content_type, envelope.headers, envelope.params, envelope.client, envelope.file,
    )  # fmt: skip
