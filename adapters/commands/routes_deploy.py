"""`routes deploy` and `rollback`: which version of the project is the current one, on all hosts; `history` and `diff`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.asking import actor, agree, reason_option, yes_option
from adapters.commands.exits import DONE, FAILED, NOTHING, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import answer_one, answer_rows, iso, output_option, say, stop
from adapters.commands.project import opened
from adapters.settings import Settings
from router.config.comparing import FileChange, changed_files
from router.config.problems import ConfigError, errors
from router.ledger import DEPLOYED, ROLLED_BACK, VersionEntry

if TYPE_CHECKING:
    from adapters.app import App
    from adapters.commands import routes_plan as planning
    from adapters.testing import running
else:
    running = late("adapters.testing.running")
    planning = late("adapters.commands.routes_plan")

COLUMNS = ("version", "current", "at", "by", "how", "of", "reason")
PLANNED = 200
FILES = "files"
"""What a version is called that is not stored: the project as its files are now."""


def by_option(function: Any) -> Any:
    return click.option("--by", help="Who, for the history; else the user.")(function)


# --- history ----------------------------------------------------------------------------------------------------------
def entry_row(entry: VersionEntry, current: int) -> dict[str, Any]:
    return {
        "id": str(entry.number), "version": entry.number, "current": entry.number == current, "at": iso(entry.at),
        "by": entry.by, "how": entry.how, "of": entry.of or None, "reason": entry.reason, "sha256": entry.sha256,
    }  # fmt: skip


@click.command()
@output_option
@click.pass_obj
def history(settings: Settings, form: str) -> int:
    """Lists the versions of the project, the newest first: since when, by whom, why.

    Example: crossdock routes history -o json"""
    entries = history_of(settings)
    current = entries[0].number if entries else 0
    return DONE if answer_rows((entry_row(e, current) for e in entries), COLUMNS, form, 10**9) else NOTHING


def history_of(settings: Settings) -> list[VersionEntry]:
    """The newest first. Makes no ledger."""
    if not settings.ledger_made:
        return []
    with opened(settings) as app:
        return app.ledger.versions()


# --- diff -------------------------------------------------------------------------------------------------------------
@click.command()
@click.argument("a", required=False, metavar="[A]")
@click.argument("b", required=False, metavar="[B]")
@output_option
@click.pass_obj
def diff(settings: Settings, a: str | None, b: str | None, form: str) -> int:
    """Shows what differs between two versions of the project, file by file.

    A and B are numbers of routes history, or `files`, the project's files as they are now. Without B: from A to the files;
    without both: from the current version to the files.

    Example: crossdock routes diff 3 5"""
    with opened(settings) as app:
        before, after = text_of(app, a or "current"), text_of(app, b or FILES)
    changes = changed_files(before, after)
    if form == "table":
        for change in changes:
            for line in change.diff:
                click.echo(painted(line), nl=False)
    else:
        answer_rows(map(change_row, changes), (), form)
    say(told(changes))
    return DONE


def change_row(change: FileChange) -> dict[str, Any]:
    return {
        "id": change.path, "file": change.path, "change": change.what, "added": change.added, "removed": change.removed,
        "diff": "".join(change.diff),
    }  # fmt: skip


def painted(line: str) -> str:
    """Without colour where the output is no terminal."""
    if line.startswith(("+++", "---")):
        return click.style(line, bold=True)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return click.style(line, fg=colours[line[0]]) if line[:1] in colours else line


def told(changes: list[FileChange]) -> str:
    if not changes:
        return "nothing differs"
    added, removed = sum(c.added for c in changes), sum(c.removed for c in changes)
    files = "1 file differs" if len(changes) == 1 else f"{len(changes)} files differ"
    return f"{files}: {added} lines added, {removed} removed"


def text_of(app: App, name: str) -> dict[str, bytes]:
    """Ends the command where there is no such version."""
    if name == FILES:
        return dict(app.project.files())
    found = app.ledger.version(number_of(app, name))
    if found is None:
        stop(NOTHING, "there is no version yet: crossdock up, or crossdock routes deploy, makes the first one")
    return dict(found.files)


def number_of(app: App, name: str) -> int:
    """0 is the current one."""
    if name == "current":
        return 0
    known = {entry.number for entry in app.ledger.versions()}
    if not name.isdigit() or int(name) not in known:
        most = max(known, default=0)
        there = f"there are 1 to {most}" if most else "there is none yet"
        stop(NOTHING, f"there is no version {name}; {there}, and '{FILES}' are the files as they are now")
    return int(name)


# --- deploy -----------------------------------------------------------------------------------------------------------
@click.command()
@click.option("--no-tests", is_flag=True, help="Do not run the project's tests before.")
@click.option("--messages", type=click.IntRange(0), default=PLANNED, show_default=True,
              help="How many of the last messages of each changed route the plan computes again; 0: none.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Check, test and plan; then end.")
@by_option
@reason_option
@yes_option
@output_option
@click.pass_obj
def deploy(
    settings: Settings, no_tests: bool, messages: int, dry_run: bool, by: str | None, reason: str, yes: bool, form: str
) -> int:
    """Makes the project's files the current version, on all hosts, while messages flow.

    Checks everything, runs the project's tests, says what would change (as crossdock routes plan) and asks. What was
    accepted before is still computed by its own version. Ends with 0 when done, 1 where a test fails, 2 where the project
    has mistakes, 5 where it was not agreed to.

    Example: crossdock routes deploy --reason "prices with four decimals" --yes"""
    with opened(settings) as app:
        files = checked(app)
        newest = app.ledger.version(0)
        changes = changed_files(newest.files if newest else {}, files)
        if newest is not None and not changes:
            return answered(app, "the files are the current version already: nothing was done", form)
        if not no_tests:
            tested(app)
        for line in summary(changes):
            say(line)
        told_plan(app, messages)
        if dry_run:
            say("dry run: nothing was done")
            if form != "table":
                answer_rows(map(change_row, changes), (), form)
            return DONE
        agree(f"version {newest.number + 1 if newest else 1} becomes the current one on all hosts", yes)
        number = app.deploy(files, by or actor(), reason, DEPLOYED)
        return answered(app, f"version {number} is the current one; hosts that run take it within seconds", form)


def checked(app: App) -> dict[str, bytes]:
    """The text of the project. Ends the command where it has mistakes."""
    files, problems = dict(app.project.files()), app.check()
    for problem in problems:
        if problem.level != "advice":
            say(str(problem))
    if errors(problems):
        stop(USAGE, "nothing was deployed: the project has mistakes")
    return files


def tested(app: App) -> None:
    """Ends the command where a test fails."""
    results = running.run_project_tests(app.project, app.registry, app.settings.references())
    for result in results:
        if not result.passed:
            say(f"{result.file}:{result.line} test {result.name!r} failed: {result.reason}")
    failed = sum(not result.passed for result in results)
    if failed:
        stop(FAILED, f"nothing was deployed: {failed} of {len(results)} tests failed; crossdock routes test shows how")
    if results:
        say(f"{len(results)} tests passed")


def told_plan(app: App, messages: int) -> None:
    planned = planning.made_plan(app, messages)
    if planned is not None:
        for line in (*planning.shown(planned.rows), *planned.notes):
            say(line)


def summary(changes: list[FileChange]) -> Iterator[str]:
    for change in changes:
        yield f"  {change.what} {change.path}: +{change.added} -{change.removed}"


def answered(app: App, what: str, form: str) -> int:
    """The current version is the answer."""
    say(what)
    newest = app.ledger.newest_version()
    assert newest is not None
    answer_one(entry_row(newest, newest.number), form)
    return DONE


# --- rollback ---------------------------------------------------------------------------------------------------------
@click.command()
@click.argument("version", required=False, metavar="[VERSION]")
@by_option
@reason_option
@yes_option
@output_option
@click.pass_obj
def rollback(settings: Settings, version: str | None, by: str | None, reason: str, yes: bool, form: str) -> int:
    """Makes an earlier version the current one again, on all hosts; without VERSION the one before.

    It becomes a new line of the history. The project's files stay as they are: crossdock up goes on with what was rolled
    back to until they are edited to something new, or deployed.

    Example: crossdock routes rollback --reason "orders went to the wrong warehouse" --yes"""
    with opened(settings) as app:
        history = app.ledger.versions()
        number = number_of(app, version) if version is not None else before(history)
        found = app.ledger.version(number)
        assert found is not None
        if history[0].sha256 == next(e.sha256 for e in history if e.number == number):
            return answered(app, f"version {number} is the current text already: nothing was done", form)
        for line in summary(changed_files(text_of(app, "current"), found.files)):
            say(line)
        agree(f"version {number} becomes the current one again on all hosts", yes)
        try:
            new = app.deploy(found.files, by or actor(), reason, ROLLED_BACK, number)
        except ConfigError as error:
            stop(USAGE, f"nothing was done: version {number} cannot be used any more: {error}")
        return answered(app, f"version {new}, which is version {number} again, is the current one", form)


def before(history: list[VersionEntry]) -> int:
    """The version that was current before the current text was; what was rolled back from is none. Ends the command
    where there is none."""
    line = list(reversed(history))
    stack: list[VersionEntry] = []
    for entry in line:
        if entry.how == ROLLED_BACK:
            stack = [e for e in stack if e.number <= entry.of] or [entry]
        else:
            stack.append(entry)
    if len(stack) < 2:
        stop(NOTHING, "there is no version before the current one: crossdock routes history lists them")
    return stack[-2].number
