"""The doors: `check` says everything that is wrong with a project, `build` makes it a table or refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from router.config.agreeing import Agreement, joined
from router.config.findings import Findings
from router.config.links import UNUSED
from router.config.located import UNSET
from router.config.looking import Beside, Look, understood
from router.config.problems import ERROR, ConfigError, Problem, errors, in_order
from router.config.project import Project, stored_project
from router.config.route_tests import advise, named_by
from router.config.sections import Sections
from router.registry import Registry
from router.route import Table
from router.testing.case import RouteTest

HIDING = ("E01", "E02", "E0501", "E0502", "E0503")
"""Mistakes of a route that hide which connections and clients it uses."""
MANY = 100
"""Routes that are worth another process: some hundredths of a second."""
DOORS = ("connections.", "clients.")


def check(
    project: Project, registry: Registry, environ: Mapping[str, str], beside: Beside | None = None
) -> list[Problem]:
    """Every mistake at once, in order of place. Starts nothing, writes nothing, and never raises for what a user can
    write. `beside`: of many routes, half are looked at in another process."""
    findings = Findings()
    found = understood(project, environ, findings)
    look = Look(project, found, registry, findings, as_written=False)
    routes = list(found.routes.values())
    if beside is None or len(routes) < MANY:
        shares = [look.share(routes)]
    else:
        middle = len(routes) // 2
        others = beside(lambda: look.share(routes[middle:]))
        shares = [look.share(routes[:middle]), others()]
    for share in shares[1:]:
        findings.problems.extend(share.problems)
    tested = any(share.tests for share in shares)
    named = set().union(*(share.named for share in shares)) if tested else None
    return concluded(found, findings, joined(share.agreement for share in shares), named)


def build(
    files: Mapping[str, bytes],
    config_name: str,
    version: int,
    registry: Registry,
    environ: Mapping[str, str],
    base: Path,
    opens: bool = True,
) -> Table:
    """The table of a stored version. Paths of connections start at `base`. Raises ConfigError with all problems where
    one is an error; a reference to something that is not set is one here. `opens`: connections, and doors to clients; who
    does not needs no secrets for them."""
    project = stored_project(files, config_name, environ, base, version)
    table, _, problems = assemble(project, registry, environ, as_written=not opens, follows=False)
    problems = [p for p in map(set_or_stop, problems) if opens or not (p.code == "E" + UNSET and p.path.startswith(DOORS))]
    if errors(problems):
        raise ConfigError(errors(problems))
    return table


def build_for_trial(project: Project, registry: Registry, environ: Mapping[str, str]) -> tuple[Table, list[Problem]]:
    """The table of a project that nothing is sent with: a text with a reference to something that is not set stands in
    it as it is written (in templates as `$NAME`). Those references come as warnings. Raises ConfigError where anything
    else is wrong."""
    table, _, problems = assemble(project, registry, environ, as_written=True)
    unset = [problem for problem in problems if problem.code == "W" + UNSET]
    if errors(problems):
        raise ConfigError(in_order([*errors(problems), *unset]))
    return table, unset


def build_for_tests(
    project: Project, registry: Registry, environ: Mapping[str, str]
) -> tuple[Table, tuple[RouteTest, ...]]:
    """The same table with the tests of the project. Raises ConfigError."""
    table, tests, problems = assemble(project, registry, environ, as_written=True)
    if errors(problems):
        raise ConfigError(errors(problems))
    return table, tests


def assemble(
    project: Project, registry: Registry, environ: Mapping[str, str], as_written: bool = False, follows: bool = True
) -> tuple[Table, tuple[RouteTest, ...], list[Problem]]:
    """What all but `check` go through; it looks in the same way, so that it accepts nothing that these refuse. `follows`:
    the body through each route; a version that was stored once is built as it is, whatever is known of types by now."""
    findings = Findings()
    found = understood(project, environ, findings)
    look = Look(project, found, registry, findings, as_written)
    table, tests, agreement = look.at(list(found.routes.values()), follows)
    return table, tests, concluded(found, findings, agreement, named_by(tests) if tests else None)


def concluded(found: Sections, findings: Findings, agreement: Agreement, named: set[str] | None) -> list[Problem]:
    """All that is worth saying, when all routes are looked at. `named`: the targets that tests name; None: there are none."""
    findings.problems.extend(agreement.problems())
    if named is not None:
        advise(found, named, findings)
    return in_order(worth_saying(findings.problems))


def worth_saying(problems: Iterable[Problem]) -> Iterable[Problem]:
    """What nothing uses may be meant where a route has a mistake; and who mends one that has a mistake itself is about to
    use it."""
    listed = list(problems)
    wrong = errors(listed)
    hides = any(p.code.startswith(HIDING) and p.path.startswith(("routes.", "include")) for p in wrong)
    return [p for p in listed if p.code != "A" + UNUSED or not (hides or any(w.path.startswith(p.path) for w in wrong))]


def set_or_stop(problem: Problem) -> Problem:
    return replace(problem, level=ERROR, code="E" + UNSET) if problem.code == "W" + UNSET else problem
