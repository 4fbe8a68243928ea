"""`routes test`: runs the tests of the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.completing import route_ids
from adapters.commands.exits import DONE, FAILED, NOTHING
from adapters.commands.lazy import late
from adapters.commands.output import answer_rows, output_option, say
from adapters.printable import printable
from adapters.settings import Settings
from router.testing.case import TestResult

if TYPE_CHECKING:
    from adapters import wiring
    from adapters.testing import running
    from router.config import project as projects
else:
    wiring, running, projects = late("adapters.wiring"), late("adapters.testing.running"), late("router.config.project")

PASSED, NOT_PASSED = "✓", "✗"


def row(result: TestResult) -> dict[str, Any]:
    return {
        "id": result.name, "name": result.name, "passed": result.passed, "reason": result.reason, "route": result.route,
        "file": result.file, "line": result.line, "seconds": round(result.seconds, 4), "details": list(result.details),
        "trace": list(result.trace),
    }  # fmt: skip


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--route", shell_complete=route_ids, help="Only tests of this route.")
@output_option
@click.pass_obj
def test(settings: Settings, names: tuple[str, ...], route: str | None, form: str) -> int:
    """Runs the tests of the project: whole routes, with a simulated clock and outside. 1 where one fails.

    Nothing is sent, nothing is stored, nothing has to run."""
    environ = wiring.environment(settings)
    tests = running.Tests(projects.read_project(settings.config, environ), wiring.registry(), environ)
    chosen = tests.chosen(names, route)
    if not chosen:
        say(nothing(tests, names, route))
        if form in ("json",):
            answer_rows([], (), form)
        return NOTHING
    results = tests.run(chosen, told if form == "table" else lambda result: None)
    if form != "table":
        answer_rows(map(row, results), (), form)
    say(summary(results))
    return DONE if all(result.passed for result in results) else FAILED


def nothing(tests: Any, names: Sequence[str], route: str | None) -> str:
    if not tests.all:
        return "there are no tests: write some under 'tests:' in routes.yaml, or let --record make one of a message"
    asked = ", ".join(repr(name) for name in names) or f"of the route {route!r}"
    return f"there is no test {asked}; there are {', '.join(repr(test.name) for test in tests.all[:12])}"


def told(result: TestResult) -> None:
    """A line a test; of one that failed, why, and the life of its messages."""
    click.echo(f"{PASSED if result.passed else NOT_PASSED} {printable(result.name)}")
    if result.passed:
        return
    click.echo(f"    {result.file}:{result.line}")
    for line in result.details:
        click.echo(f"    {printable(line)}")
    for line in result.trace:
        click.echo(f"      {printable(line)}")


def summary(results: Sequence[TestResult]) -> str:
    failed = sum(not result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    how = f"{failed} failed, {len(results) - failed} passed" if failed else f"{len(results)} passed"
    return f"{how}, in {seconds:.2f} s"
