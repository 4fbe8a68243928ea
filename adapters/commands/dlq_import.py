"""`dlq import`: bodies that were exported and edited elsewhere become edits of their dead letters."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO

import click

from adapters.commands.archive import ArchiveReader, Body, Listed, NoExport
from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.exits import DONE, FAILED, NOTHING, PARTLY, USAGE
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.progress import progress
from adapters.commands.project import editing, opened, ring
from adapters.commands.requeueing import run_to_end
from adapters.settings import Settings
from router.browse import Selection
from router.jobs import JobOrder
from router.operating.editing import Editable, EditError, Editing

if TYPE_CHECKING:
    from adapters.wiring import App

COLUMNS = ("id", "outcome", "edit", "why")
EDIT, UNCHANGED, GONE, CHANGED, REFUSED = "edit", "unchanged", "gone", "changed", "refused"
SAID = {
    EDIT: "to edit", UNCHANGED: "unchanged", GONE: "not dead any more", CHANGED: "changed since the export",
    REFUSED: "refused",
}  # fmt: skip
MOST_BODY = 256 << 20
MOST_SAID = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one line: `touched` where its body is another one than was exported."""

    id: str
    outcome: str
    why: str = ""
    touched: bool = False
    body: Body | None = None
    edit: int | None = None


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be edited.")
@click.option("--requeue", is_flag=True, help="Send the edited ones on at once.")
@reason_option
@yes_option
@output_option
@click.pass_obj
def import_(
    settings: Settings, file: Path, dry_run: bool, requeue: bool, reason: str, yes: bool, form: str
) -> int:  # fmt: skip
    """Takes back the tar FILE (- for stdin) that `dlq export` made, with bodies that were edited meanwhile.

    Each body that is not as it was exported becomes an edit of its dead letter, as `dlq edit` makes it; the original is
    kept. What is not dead any more, or was edited here since, is left alone: 4 where such a one was edited in FILE.

    Example: crossdock dlq import dead.tar --reason 'prices of May' --requeue --yes"""
    with opened(settings) as app, seekable(file) as stream, refusing():
        archive = ArchiveReader(stream, "stdin" if str(file) == "-" else str(file))
        work = Import(app, editing(app), archive)
        verdicts = work.judge()
        tell(verdicts)
        chosen = [v for v in verdicts if v.outcome == EDIT]
        if chosen and not dry_run:
            after = " and sends them on" if requeue else ""
            agree(f"this keeps an edited body of {len(chosen)} beside the original{after}", yes)
            verdicts = work.apply(verdicts, reason or f"imported from {file.name}")
        skipped = send_on(settings, app, verdicts, reason) if requeue and not dry_run else 0
    rows = [{"id": v.id, "outcome": v.outcome, "edit": v.edit, "why": v.why} for v in verdicts]
    answer_rows((r for r in rows if form != "table" or r["outcome"] != UNCHANGED), COLUMNS, form)
    return verdict_of(verdicts, skipped)


@contextmanager
def seekable(file: Path) -> Iterator[BinaryIO]:
    if str(file) != "-" and file.is_file():
        with file.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as kept:
        if str(file) == "-":
            copyfileobj(sys.stdin.buffer, kept)
        else:
            with file.open("rb") as pipe:
                copyfileobj(pipe, kept)
        kept.seek(0)
        yield kept


@contextmanager
def refusing() -> Iterator[None]:
    """A file that is no export is a mistake of who typed."""
    try:
        yield
    except NoExport as error:
        stop(USAGE, error.reason)


class Import:
    """Judges each line of the manifest first, changes something after."""

    def __init__(self, app: App, writer: Editing, archive: ArchiveReader) -> None:
        self._ledger = app.ledger
        self._writer = writer
        self._archive = archive

    def judge(self) -> list[Verdict]:
        """Changes nothing. Raises NoExport."""
        lines = list(self._archive.lines())
        with progress("comparing", len(lines)) as bar:
            verdicts = []
            for line in lines:
                verdicts.append(self._judged(line))
                bar.advance()
        strange = [*self._archive.strange, *self._archive.unlisted({line.body for line in lines if line.body})]
        for name in strange[:MOST_SAID]:
            say(f"{name!r} is not of this export: it is left alone")
        if len(strange) > MOST_SAID:
            say(f"and {len(strange) - MOST_SAID} more files that are not of this export")
        return verdicts

    def _judged(self, line: Listed) -> Verdict:
        body = self._archive.body(line.body) if line.body is not None else None
        touched = body is not None and self._archive.sha256(body) != line.sha256
        letter = self._ledger.dead_letter(line.id)
        if letter is None:
            state = self._ledger.parked_state(line.id)
            why = f"it is not dead, it is in state {state}" if state else "there is no such dead letter"
            return Verdict(line.id, GONE, why, touched)
        if body is None or not touched:
            return Verdict(line.id, UNCHANGED, "" if body else "it has no body in the file")
        try:
            new = self._read(line.id, body)
            if self._writer.same(letter, new):
                return Verdict(line.id, UNCHANGED)
        except EditError as error:
            return Verdict(line.id, REFUSED, error.reason, touched)
        if letter.revisions != line.edits:
            return Verdict(line.id, CHANGED, f"it was edited here since the export: crossdock dlq show '{line.id}'", touched)
        return Verdict(line.id, EDIT, "", touched, body)

    def _read(self, id: str, body: Body) -> Editable:
        """Raises EditError."""
        if body.size > MOST_BODY:
            raise EditError(f"the body of {id} is longer than {MOST_BODY >> 20} MiB")
        letter = self._ledger.dead_letter(id)
        if letter is None:
            raise EditError(f"{id} is not dead any more")
        return self._writer.replaced(letter, b"".join(self._archive.pieces(body)))

    def apply(self, verdicts: Sequence[Verdict], reason: str) -> list[Verdict]:
        with progress("editing", sum(v.outcome == EDIT for v in verdicts)) as bar:
            done = []
            for verdict in verdicts:
                if verdict.body is not None:
                    verdict = self._applied(verdict, verdict.body, reason)
                    bar.advance()
                done.append(verdict)
        return done

    def _applied(self, verdict: Verdict, body: Body, reason: str) -> Verdict:
        letter = self._ledger.dead_letter(verdict.id)
        if letter is None:
            return replace(verdict, outcome=GONE, why="it is not dead any more")
        new = self._read(verdict.id, body)
        return replace(verdict, outcome="edited", edit=self._ledger.revise(letter, new.kind, new.body, actor(), reason))


def tell(verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        stop(NOTHING, "the file lists no dead letter")
    for verdict in verdicts:
        if verdict.touched and verdict.why:
            say(f"{verdict.id}: {verdict.why}")
    counts = Counter(v.outcome for v in verdicts)
    say(", ".join(f"{counts[outcome]} {words}" for outcome, words in SAID.items() if counts[outcome]))


def send_on(settings: Settings, app: App, verdicts: Sequence[Verdict], reason: str) -> int:
    """Requeues what was edited; how many were skipped."""
    ids = tuple(v.id for v in verdicts if v.outcome == "edited")
    if not ids:
        return 0
    job = run_to_end(app, Selection(ids=ids), JobOrder("requeue", {}, actor(), reason))
    ring(settings)
    say(f"{job.done - job.skipped} requeued: crossdock jobs show {job.id}")
    return job.skipped


def verdict_of(verdicts: Sequence[Verdict], skipped: int) -> int:
    """The exit code: what nobody edited in the file may have gone meanwhile."""
    failed = sum(v.touched and v.outcome in (GONE, CHANGED, REFUSED) for v in verdicts)
    if all(v.outcome == GONE for v in verdicts):
        return NOTHING
    if failed == len(verdicts):
        return FAILED
    return PARTLY if failed or skipped else DONE
