"""The project that a command works on: its ledger, its tables, who is known in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adapters.commands.exits import NOTHING, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import say, stop
from adapters.node import refuse_unusable
from adapters.settings import Settings
from router.browse import MessageView
from router.config.problems import ConfigError
from router.operating.editing import Chunk, Editing
from router.processing.records import RecordReader
from router.replay import Replay
from router.route import Table

if TYPE_CHECKING:
    from adapters import app as root
    from adapters import wiring
    from adapters.app import App
    from router.config import check as checking
    from transforms import codecs
else:
    root, wiring = late("adapters.app"), late("adapters.wiring")
    checking, codecs = late("router.config.check"), late("transforms.codecs")


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[App]:
    if not settings.config.exists() and not settings.ledger_made:
        stop(USAGE, f"there is neither {settings.config} nor a ledger in {settings.var}: go to the project's folder, or say"
                    " --config")  # fmt: skip
    refuse_unusable(settings.var)
    known = settings.ledger_made
    app = root.open_project(settings)
    try:
        yield app
    finally:
        app.close()
        if not known and settings.ledger_made:
            say(f"there was no ledger in {settings.var}: a new one has been made, and knows nothing. Is --var the right place?")


def known_names(app: App) -> set[str] | None:
    """Routes and targets of the current version; None where there is none, or it cannot be used here."""
    if app.ledger.version(0) is None:
        return None
    try:
        table = app.table()
    except (ConfigError, KeyError):
        return None
    return {*table.routes, *(t.name for r in table.routes.values() for t in r.targets)}


def view_of(app: App, id: str) -> MessageView:
    view = app.ledger.message_view(id.partition(":")[0], known_names(app))
    if view is None:
        stop(NOTHING, f"there is no message {id}; keep.messages says how long they are kept")
    return view


def draft(app: App) -> Table:
    """The project as its files are now, whatever runs. Raises ConfigError."""
    settings = app.settings
    files = app.project.files()
    environ = settings.references()
    return checking.build(files, settings.config.name, 0, app.registry, environ, settings.project)


def as_written(app: App) -> Table:
    """The same for who only looks: settings and secrets that are not set stand in it as they are written."""
    return checking.build_for_trial(app.project, app.registry, app.settings.references())[0]


def stored_version(settings: Settings) -> int:
    """The number of the newest version that was started; 0 where none was. Makes no ledger."""
    if not settings.ledger_made:
        return 0
    with opened(settings) as app:
        newest = app.ledger.version(0)
    return newest.number if newest is not None else 0


def reader() -> RecordReader:
    return RecordReader(codecs.read_json)


def replay(app: App) -> Replay:
    return Replay(app.ledger, app.table, app.receiver)


def editing(app: App) -> Editing:
    return Editing(app.ledger, app.table, codecs.read_json, Chunk())


def ring(settings: Settings) -> None:
    """Best effort: without it, the ticker rings within a second."""
    wiring.ring(settings)
