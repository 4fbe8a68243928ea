"""The doors: `check` says everything that is wrong with a project, `build` makes it a table or refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from router.config.build import build_table
from router.config.compiling import Compiler
from router.config.findings import Findings
from router.config.following import check_bodies
from router.config.links import UNUSED, check_links
from router.config.located import UNSET
from router.config.outlasting import check_retries
from router.config.problems import ERROR, ConfigError, Problem, errors, in_order
from router.config.project import Project, stored_project
from router.config.references import resolver_for
from router.config.route_tests import advise, route_tests
from router.config.rules import check_route
from router.config.sections import sections
from router.registry import Registry
from router.route import Table
from router.testing.case import RouteTest

HIDING = ("E01", "E02", "E0501", "E0502", "E0503")
"""Mistakes of a route that hide which connections and clients it uses."""
DOORS = ("connections.", "clients.")


def check(project: Project, registry: Registry, environ: Mapping[str, str]) -> list[Problem]:
    """Every mistake at once, in order of place. Starts nothing, writes nothing, and never raises for what a user can
    write."""
    return assemble(project, registry, environ)[2]


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
    """The one way that all go, so that `check` accepts nothing that `build` refuses. `follows`: the body through each
    route; a version that was stored once is built as it is, whatever is known of types by now."""
    findings = Findings()
    found = sections(project, resolver_for(environ, project.base), findings)
    for route in found.routes.values():
        check_route(route, findings)
    check_links(found, findings)
    if found.root is not None:
        check_retries(found, found.root, findings)
    compiler = Compiler(registry, project.content, findings, as_written)
    if follows and registry.types is not None:
        check_bodies(found, compiler, registry.types(project.content))
    table = build_table(found, compiler, registry, project.base, project.content.version)
    tests = route_tests(found, table, project.content, findings)
    advise(found, table, tests, findings)
    return table, tests, in_order(worth_saying(findings.problems))


def worth_saying(problems: Iterable[Problem]) -> Iterable[Problem]:
    """What nothing uses may be meant where a route has a mistake; and who mends one that has a mistake itself is about to
    use it."""
    listed = list(problems)
    wrong = errors(listed)
    hides = any(p.code.startswith(HIDING) and p.path.startswith(("routes.", "include")) for p in wrong)
    return [p for p in listed if p.code != "A" + UNUSED or not (hides or any(w.path.startswith(p.path) for w in wrong))]


def set_or_stop(problem: Problem) -> Problem:
    return replace(problem, level=ERROR, code="E" + UNSET) if problem.code == "W" + UNSET else problem
