"""`dlq edit`: another body for dead letters; the original is kept, requeue takes the edited one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.exits import DONE, FAILED, PARTLY, REFUSED, USAGE
from adapters.commands.output import answer_rows, output_option, say, stop
from adapters.commands.project import editing, opened
from adapters.commands.requeueing import missing, plan
from adapters.commands.select import all_option, insist, selecting
from adapters.settings import Settings
from router.browse import DeadLetter, Selection
from router.operating.editing import Editable, EditError, Editing, parse_assignment

COLUMNS = ("id", "edit", "kind", "bytes")


class Assignment(click.ParamType[tuple[Any, Any]]):
    """A path below the body and its value: `body.qty=3`."""

    name = "body.field=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, Any]:
        if isinstance(value, tuple):
            return value
        try:
            return parse_assignment(value)
        except EditError as error:
            self.fail(error.reason, param, ctx)


@click.command()
@selecting
@all_option
@click.option("--set", "assignments", type=Assignment(), multiple=True, metavar="body.FIELD=VALUE",
              help="Sets a field; JSON, else text.")  # fmt: skip
@click.option("--body", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
              help="The new body from a file, - for stdin.")  # fmt: skip
@reason_option
@yes_option
@output_option
@click.pass_obj
def edit(
    settings: Settings, selection: Selection, everything: bool, assignments: tuple[tuple[Any, Any], ...],
    body: Path | None, reason: str, yes: bool, form: str,
) -> int:  # fmt: skip
    """Edits the body as it came in, or the decoded record of a split message, with --set, --body or $EDITOR.

    Example: crossdock dlq edit ID --set body.qty=1"""
    insist(selection, everything)
    if assignments and body is not None:
        stop(USAGE, "--set changes fields, --body the whole: say one of them")
    fields = dict(assignments)
    given = read(body)
    with opened(settings) as app:
        lost = missing(app.ledger, selection)
        total = plan(app.ledger, selection, "edit", None)
        named_only = selection == Selection(ids=selection.ids)
        if not named_only:
            agree(f"this keeps an edited body of {total} beside the original", yes)
        if given is None and not fields and total != 1:
            stop(USAGE, "an editor takes one dead letter at a time: use --set or --body")
        writer, done, failed = editing(app), [], 0
        for letter in list(app.ledger.dead_letters(selection)):
            try:
                changed = with_changes(writer, letter, fields, given)
            except EditError as error:
                say(error.reason)
                failed += 1
                continue
            if changed is not None:
                rev = app.ledger.revise(letter, changed.kind, changed.body, actor(), reason)
                done.append({"id": letter.id, "edit": rev, "kind": changed.kind, "bytes": len(changed.body)})
    answer_rows(done, COLUMNS, form, total)
    if failed:
        return PARTLY if done else FAILED
    if done:
        ids = " ".join(f"'{row['id']}'" for row in done[:3])
        say(f"the original is kept; to send the edited: crossdock dlq requeue {ids}")
    return PARTLY if lost else DONE


def read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    if str(path) == "-":
        return sys.stdin.buffer.read()
    return path.read_bytes()


def with_changes(writer: Editing, letter: DeadLetter, fields: dict[Any, Any], given: bytes | None) -> Editable | None:
    """The new body; None where it is the old one. Raises EditError."""
    if given is not None:
        return writer.replaced(letter, given)
    old = writer.editable(letter)
    new = writer.with_fields(letter, fields) if fields else by_editor(old)
    if new.body == old.body:
        say(f"{letter.id}: nothing changed")
        return None
    return new


def by_editor(old: Editable) -> Editable:
    """Without a terminal it is asked for by name: a script may have `sed -i` as its editor."""
    if not sys.stdin.isatty() and not any(map(os.environ.get, ("VISUAL", "EDITOR"))):
        stop(REFUSED, "this is no terminal, so there is no editor: use --set or --body")
    try:
        old.body.decode()
    except UnicodeDecodeError as error:
        raise EditError(f"byte {error.start} is not UTF-8, an editor would change it: use --body FILE") from None
    changed = click.edit(old.body, extension=old.suffix)
    return Editable(old.kind, old.body if changed is None else as_ended(changed, old.body))


def as_ended(changed: bytes, body: bytes) -> bytes:
    """Less the end of the last line that most editors add to a body without one."""
    return changed if body.endswith(b"\n") else changed.removesuffix(b"\n")
