"""`dlq export`: dead letters as a tar of bodies and reasons, to be edited elsewhere and imported back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from adapters.commands.archive import ArchiveWriter, body_name
from adapters.commands.asking import agree, yes_option
from adapters.commands.exits import DONE, PARTLY, USAGE
from adapters.commands.letters import letter_row
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.progress import Bar, progress
from adapters.commands.project import editing, opened
from adapters.commands.requeueing import missing, plan
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import DeadLetter, Selection
from router.operating.editing import EditError, Editing

COLUMNS = ("id", "kind", "bytes", "body")
STDOUT = Path("-")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@selecting
@all_option
@yes_option
@output_option
@click.pass_obj
def export(settings: Settings, file: Path, selection: Selection, everything: bool, yes: bool, form: str) -> int:
    """Writes dead letters to FILE (- for stdout): a tar of their bodies, and of the reasons in manifest.jsonl.

    Each body is what `dlq edit` would edit: a message as it came in, a record of a split message as JSON. Edit the files
    in bodies/, and bring them back: crossdock dlq import FILE. The dead letters stay where they are.

    Example: crossdock dlq export dead.tar --route till-sales --since 2d"""
    insist(selection, everything)
    if file == STDOUT and form != "table":
        stop(USAGE, f"stdout holds the tar, there is no room for -o {form}: say a FILE")
    with opened(settings) as app:
        lost = missing(app.ledger, selection)
        total = plan(app.ledger, selection, "export", None)
        if file.is_file():
            agree(f"this replaces {file}", yes)
        quiet = form != "table" and sys.stdout.isatty()
        with written(file) as out, ArchiveWriter(out) as archive, progress("exporting", total, quiet) as bar:
            tally = Tally(editing(app), archive, bar)
            rows = tally.rows(app.ledger.dead_letters(selection))
            done = sum(1 for _ in rows) if form == "table" else answer_rows(rows, COLUMNS, form)
    say(f"{done - tally.failed} exported" + (f", {tally.failed} without a body" if tally.failed else ""))
    if file != STDOUT and done > tally.failed:
        say(f"edit the files in bodies/, then: crossdock dlq import {file}")
    return PARTLY if lost or tally.failed else DONE


@contextmanager
def written(file: Path) -> Iterator[IO[bytes]]:
    """The file appears, or is replaced, when it is whole; only its owner may read it: bodies may be anybody's data."""
    if file == STDOUT:
        if sys.stdout.isatty():
            stop(USAGE, "a tar is nothing for a terminal: say a FILE, or pipe it on")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if file.exists() and not file.is_file():  # a pipe, /dev/null
        with file.open("wb") as out:
            yield out
        return
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


class Tally:
    """Writes dead letters one after the other; what cannot be had is listed with the reason, and counted."""

    def __init__(self, writer: Editing, archive: ArchiveWriter, bar: Bar) -> None:
        self._writer = writer
        self._archive = archive
        self._bar = bar
        self.failed = 0

    def rows(self, letters: Iterator[DeadLetter]) -> Iterator[dict[str, Any]]:
        for letter in letters:
            row = self._one(letter)
            self._archive.line(letter_row(letter) | row, letter.last_at)
            self._bar.advance()
            yield {"id": letter.id, **row}

    def _one(self, letter: DeadLetter) -> dict[str, Any]:
        try:
            out = self._writer.outgoing(letter)
        except (EditError, OSError) as error:
            why = str(error)
            say(f"{letter.id} has no body here: {why}")
            self.failed += 1
            return {"kind": None, "bytes": None, "body": None, "sha256": None, "why": why}
        name = body_name(letter, out.suffix)
        with out.stream:
            sha256 = self._archive.body(name, out.size, letter.last_at, out.stream)
        return {"kind": out.kind, "bytes": out.size, "body": name, "sha256": sha256}
