"""Results as JUnit XML, which every CI shows (the schema of Jenkins' xunit plugin)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from adapters.printable import printable
from router.testing.case import TestResult

WIDTH = 3
"""Digits behind the point of a time."""


def write_junit(path: Path, results: Sequence[TestResult]) -> None:
    """Raises OSError."""
    path.write_text(junit(results), "utf-8")


def junit(results: Sequence[TestResult]) -> str:
    """A suite a route; a case a test."""
    routes = dict.fromkeys(result.route for result in results)
    suites = [suite(route, [r for r in results if r.route == route]) for route in routes]
    head = f'<testsuites name="crossdock" {counted(results)}>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def counted(results: Sequence[TestResult]) -> str:
    failed = sum(not result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    return f'tests="{len(results)}" failures="{failed}" errors="0" skipped="0" time="{seconds:.{WIDTH}f}"'


def suite(route: str, results: Sequence[TestResult]) -> str:
    cases = "\n".join(map(case, results))
    return f"  <testsuite name={quoteattr(route)} {counted(results)}>\n{cases}\n  </testsuite>"


def case(result: TestResult) -> str:
    head = (
        f"    <testcase classname={quoteattr(result.route)} name={quoteattr(printable(result.name))}"
        f' file={quoteattr(result.file)} line="{result.line}" time="{result.seconds:.{WIDTH}f}"'
    )
    if result.passed:
        return head + "/>"
    text = "\n".join(printable(line) for line in (*result.details, *result.trace))
    reason = quoteattr(printable(result.reason))
    return f'{head}>\n      <failure message={reason} type="expectation">{escape(text)}</failure>\n    </testcase>'
