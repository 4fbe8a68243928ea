"""Looks at routes one by one: follows the body through each, builds it, and reads the tests of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from router.config.agreeing import Agreement
from router.config.build import build_table
from router.config.compiling import Compiler
from router.config.findings import Findings
from router.config.following import check_bodies
from router.config.links import check_links
from router.config.outlasting import check_retries
from router.config.problems import Problem
from router.config.project import Project
from router.config.references import resolver_for
from router.config.route_tests import named_by, route_tests
from router.config.rules import check_route
from router.config.sections import Item, Sections, sections
from router.registry import Registry
from router.route import Table
from router.testing.case import RouteTest


@dataclass(slots=True)
class Share:
    """What came of some of the routes; it can be handed from one process to another."""

    problems: list[Problem]
    agreement: Agreement
    named: set[str] = field(default_factory=set)
    """What their tests script or expect, as ROUTE.TARGET."""
    tests: int = 0


Beside = Callable[[Callable[[], Share]], Callable[[], Share]]
"""Begins a work in another process, and gives what waits for its end."""


def understood(project: Project, environ: Mapping[str, str], findings: Findings) -> Sections:
    """What the files say, and what can be said of it without a look into expressions, steps and content."""
    found = sections(project, resolver_for(environ, project.base), findings)
    for route in found.routes.values():
        check_route(route, findings)
    check_links(found, findings)
    if found.root is not None:
        check_retries(found, found.root, findings)
    return found


class Look:
    """At the routes of one project."""

    def __init__(self, project: Project, found: Sections, registry: Registry, findings: Findings, as_written: bool) -> None:
        self.project, self.found, self.registry, self.findings = project, found, registry, findings
        self.compiler = Compiler(registry, project.content, findings, as_written)

    def at(self, routes: Sequence[Item], follows: bool) -> tuple[Table, tuple[RouteTest, ...], Agreement]:
        """At these and their tests. The table has them made, and makes others that are asked for. What is only wrong where
        others agree is handed back; what else is, is among the findings."""
        content = self.project.content
        types = self.registry.types
        agreement = check_bodies(routes, self.compiler, types(content)) if follows and types is not None else Agreement()
        table = build_table(self.found, self.compiler, self.registry, self.project.base, content.version)
        made = {item.id: table.routes[item.id] for item in routes if isinstance(item.value, Mapping)}
        if len(routes) == len(self.found.routes):
            table = replace(table, routes=made)
        return table, route_tests(self.tests(routes), self.found, table, content, self.findings), agreement

    def tests(self, routes: Sequence[Item]) -> list[Item]:
        """Those of these routes; those that name no route of the project are with its first one."""
        ids = {item.id for item in routes}
        first = not self.found.routes or next(iter(self.found.routes)) in ids
        tested = [(item, item.value.get("route")) for item in self.found.tests.values() if item.value]
        return [item for item, id in tested if id in ids or (first and id not in self.found.routes)]

    def share(self, routes: Sequence[Item]) -> Share:
        begun = len(self.findings.problems)
        _, tests, agreement = self.at(routes, follows=True)
        return Share(self.findings.problems[begun:], agreement, named_by(tests), len(tests))
