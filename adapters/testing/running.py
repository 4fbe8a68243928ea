"""The tests of a project, run one after the other: a table is compiled once for all tests with the same settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from adapters.testing.coverage import Coverage, Watch
from adapters.testing.judging import judged
from adapters.testing.outside import addressed
from adapters.testing.playing import Played, Stage, play, staged
from adapters.testing.telling import told
from router.config.check import build_for_tests
from router.config.problems import ConfigError
from router.config.project import Project
from router.config.spotting import spots
from router.errors import CrossdockError
from router.registry import Registry
from router.route import Table
from router.testing.case import RouteTest, TestResult


def run_project_tests(
    project: Project, registry: Registry, environ: Mapping[str, str], names: Collection[str] = (), route: str | None = None
) -> list[TestResult]:
    """All tests of a project, or those of these names, or of that route. Sends nothing, stores nothing. Raises
    ConfigError where the project has mistakes."""
    tests = Tests(project, registry, environ)
    return tests.run(tests.chosen(names, route))


@dataclass
class Tests:
    """Those of one project. `watch` notes what they reach."""

    __test__ = False  # not one of pytest's, whatever its name

    project: Project
    registry: Registry
    environ: Mapping[str, str]
    watch: Watch | None = None
    tables: dict[tuple[tuple[str, str], ...], Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table, self.all = build_for_tests(self.project, self.registry, self.environ)

    def chosen(self, names: Collection[str] = (), route: str | None = None) -> list[RouteTest]:
        return [t for t in self.all if (not names or t.name in names) and route in (None, t.route)]

    def coverage(self, route: str | None = None) -> Coverage:
        """What the tests that ran reached: of all routes, or of one."""
        assert self.watch is not None
        routes = {id: one for id, one in self.table.routes.items() if route in (None, id)}
        return self.watch.coverage(replace(self.table, routes=routes), spots(self.project, self.environ), self.project.content)

    def run(self, tests: Sequence[RouteTest], each: Callable[[TestResult], None] = lambda result: None) -> list[TestResult]:
        """`each` is told of each as it ends."""
        results = []
        with staged() as stage:
            for test in tests:
                results.append(self.one(stage, test))
                each(results[-1])
        return results

    def one(self, stage: Stage, test: RouteTest) -> TestResult:
        begun = perf_counter()
        try:
            table = self.table_of(test)
            played = play(stage, test, table)
        except ConfigError as error:
            return self.ended(test, begun, [f"with its env: {problem}" for problem in error.problems])
        except (CrossdockError, OSError) as error:
            return self.ended(test, begun, [f"it could not be played: {error}"])
        if self.watch is not None:
            self.watch.played(played)
        faults = judged(test, played, table)
        if faults and played.unfinished:
            faults.append("something still waited when the simulation was given up")
        return self.ended(test, begun, faults, played, table)

    def table_of(self, test: RouteTest) -> Table:
        """Raises ConfigError."""
        settings = tuple(sorted(test.env.items()))
        if settings not in self.tables:
            table = self.table
            if settings:
                table, _ = build_for_tests(self.project, self.registry, {**self.environ, **test.env})
            self.tables[settings] = self.watch.prepare(table) if self.watch is not None else addressed(table)
        return self.tables[settings]

    def ended(
        self, test: RouteTest, begun: float, faults: Sequence[str], played: Played | None = None, table: Table | None = None
    ) -> TestResult:
        trace = told(test, played, table) if faults and played is not None and table is not None else ()
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return TestResult(
            test.name, not faults, faults[0] + more if faults else "", test.route, test.file, test.line,
            perf_counter() - begun, tuple(faults), tuple(trace),
        )  # fmt: skip
