"""The tests of routes as pytest's own: with `--crossdock`, or `crossdock = true` in its ini file, each test in a
`routes.yaml` is an item. Without, nothing of Crossdock is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from adapters.testing.running import Tests
    from router.testing.case import RouteTest, TestResult

ABOUT = "Collect the tests of routes that stand in the projects' routes.yaml."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("crossdock").addoption("--crossdock", action="store_true", default=False, help=ABOUT)
    parser.addini("crossdock", ABOUT, type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    asked = parent.config.getoption("--crossdock") or parent.config.getini("crossdock")
    if not asked or file_path.name != "routes.yaml":
        return None
    found: ProjectFile = ProjectFile.from_parent(parent, path=file_path)
    return found


class RouteTestFailed(Exception):
    """A test whose expectations do not hold."""

    def __init__(self, result: TestResult) -> None:
        super().__init__(result.reason)
        self.result = result


class ProjectFile(pytest.File):
    """A project, with what its included files say too."""

    def collect(self) -> Iterator[pytest.Item]:
        # Pytest loads every plugin that is installed: the product is imported for those who ask for it.
        from adapters.registry import registry
        from adapters.testing.running import Tests
        from router.config.problems import ConfigError
        from router.config.project import read_project

        environ = dict(os.environ)
        try:
            tests = Tests(read_project(self.path, environ), registry(), environ)
        except ConfigError as error:
            raise self.CollectError("\n".join(map(str, error.problems))) from None
        for test in tests.all:
            yield RouteItem.from_parent(self, name=test.name, tests=tests, test=test)


class RouteItem(pytest.Item):
    """One test of a route."""

    def __init__(self, *, tests: Tests, test: RouteTest, **options: Any) -> None:
        super().__init__(**options)
        self.tests, self.case = tests, test

    def runtest(self) -> None:
        (result,) = self.tests.run([self.case])
        if not result.passed:
            raise RouteTestFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        error = excinfo.value
        if not isinstance(error, RouteTestFailed):
            return super().repr_failure(excinfo, style)
        result = error.result
        told = [f"{result.file}:{result.line} {result.name}", *result.details, *(f"  {line}" for line in result.trace)]
        return "\n".join(told)

    def reportinfo(self) -> tuple[Path, int, str]:
        base = self.path.parent
        return base / self.case.file, max(0, self.case.line - 1), self.name
