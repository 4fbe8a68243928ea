"""`routes test`: runs the tests of the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapters.commands.completing import message_ids, route_ids
from adapters.commands.exits import DONE, FAILED, NOTHING
from adapters.commands.lazy import late
from adapters.commands.output import answer_rows, output_option, pretty, say, to_json
from adapters.commands.routes_record import record
from adapters.commands.routes_test_watch import again
from adapters.printable import printable
from adapters.settings import Settings
from router.testing.case import TestResult

if TYPE_CHECKING:
    from adapters import registry as root
    from adapters.testing import coverage as coverages
    from adapters.testing import junit as reports
    from adapters.testing import running
    from adapters.testing.coverage import Coverage
    from router.config import project as projects
    from router.config.project import Project
else:
    root, projects = late("adapters.registry"), late("router.config.project")
    running, coverages, reports = (late(f"adapters.testing.{name}") for name in ("running", "coverage", "junit"))

PASSED, NOT_PASSED = "✓", "✗"


def row(result: TestResult) -> dict[str, Any]:
    return {
        "id": result.name, "name": result.name, "passed": result.passed, "reason": result.reason, "route": result.route,
        "file": result.file, "line": result.line, "seconds": round(result.seconds, 4), "details": list(result.details),
        "trace": list(result.trace),
    }  # fmt: skip


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--route", shell_complete=route_ids, help="Only tests of this route, and what they reach of it.")
@click.option("--coverage", is_flag=True, help="Says line by line what the tests reach, and what none does.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="N", help="1 where they reach less than N percent.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Writes JUnit XML too.")
@click.option("--record", "recorded", metavar="ID", shell_complete=message_ids,
              help="Writes a test from a message of the ledger into routes.yaml, with NAME; prints it where NAME is -.")
@click.option("--watch", is_flag=True, help="Runs them again whenever a file of the project is saved, until Ctrl-C.")
@output_option
@click.pass_obj
def test(
    settings: Settings, names: tuple[str, ...], route: str | None, coverage: bool, fail_under: float | None,
    junit: Path | None, recorded: str | None, watch: bool, form: str,
) -> int:  # fmt: skip
    """Runs the tests of the project: whole routes, with a simulated clock and outside. 1 where one fails.

    Nothing is sent, nothing is stored, nothing has to run.

    Example: crossdock routes test --coverage --fail-under 90"""
    if recorded is not None:
        return record(settings, recorded, names)
    once = partial(play, settings, names, route, coverage or fail_under is not None, fail_under, junit, form)
    return again(settings, once) if watch else once(projects.read_project(settings.config, settings.references()))


def play(
    settings: Settings, names: tuple[str, ...], route: str | None, coverage: bool, fail_under: float | None,
    junit: Path | None, form: str, project: Project,
) -> int:  # fmt: skip
    """All of them once. Raises ConfigError."""
    environ = settings.references()
    tests = running.Tests(project, root.registry(), environ, coverages.Watch() if coverage else None)
    chosen = tests.chosen(names, route)
    if not chosen:
        say(nothing(tests, names, route))
        if form == "json":
            answer_rows([], (), form)
        return NOTHING
    results = tests.run(chosen, told if form == "table" else lambda result: None)
    if junit is not None:
        reports.write_junit(junit, results)
    reached = tests.coverage(route) if coverage else None
    answered(results, reached, form)
    say(summary(results))
    passed = all(result.passed for result in results)
    if reached is not None:
        say(f"coverage {reached.percent:g} %: {reached.covered} of {len(reached.points)}")
        passed = passed and (fail_under is None or reached.percent >= fail_under)
    return DONE if passed else FAILED


def answered(results: Sequence[TestResult], reached: Coverage | None, form: str) -> None:
    """What was not told while they ran."""
    rows = list(map(row, results))
    if form == "table":
        for line in coverage_lines(reached) if reached is not None else ():
            click.echo(line)
    elif form == "json" and reached is not None:
        click.echo(pretty({"tests": rows, "coverage": coverage_row(reached)}))
    else:
        answer_rows(rows, (), form)
        if form == "jsonl" and reached is not None:
            click.echo(to_json({"coverage": coverage_row(reached)}))


def coverage_row(reached: Coverage) -> dict[str, Any]:
    points = [
        {"file": point.file, "line": point.line, "what": point.what, "covered": covered,
         "missing": "" if covered else point.missing}
        for point, covered in reached.points
    ]  # fmt: skip
    return {"percent": reached.percent, "covered": reached.covered, "total": len(reached.points), "points": points}


def coverage_lines(reached: Coverage) -> Iterator[str]:
    """A line for each thing of each line of the files: what is said of it once, with what is missing. What can end in two
    ways counts twice."""
    together: dict[tuple[str, int, str], list[str]] = {}
    for point, covered in reached.points:
        together.setdefault((point.file, point.line, point.what), []).append("" if covered else point.missing)
    width = max((len(f"{file}:{line}") for file, line, _ in together), default=0)
    yield ""
    for (file, line, what), ways in together.items():
        missing = [way for way in ways if way]
        mark, why = (NOT_PASSED, f": {', '.join(missing)}") if missing else (PASSED, "")
        many = f" ({len(ways) - len(missing)} of {len(ways)})" if len(ways) > 1 else ""
        yield f"{f'{file}:{line}':<{width}}  {mark} {printable(what)}{many}{why}"


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
