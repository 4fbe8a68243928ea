"""A small project in a folder, and its tests run."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from adapters.registry import registry
from adapters.testing.running import Tests
from router.config.check import check
from router.config.project import Project, read_project
from router.testing.case import TestResult

HEAD = """\
version: 1
connections:
  erp:    {type: http, url: "http://erp.example", timeout: 10s, auth: {bearer: "${secret:ERP_TOKEN}"}}
  inbox:  {type: folder, path: inbox}
  outbox: {type: folder, path: outbox}
  bus:    {type: amqp, url: "amqp://bus"}
  events: {type: redis, url: "redis://events"}
  dwh:    {type: sql, url: "sqlite:///dwh.db"}
clients:
  web-shop: {token: "${secret:WEB_SHOP}"}
"""


class Shelf:
    """`routes` and `tests` are YAML, indented as one likes; `files` stand under transforms/."""

    def __init__(self, folder: Path, routes: str, tests: str = "", files: Mapping[str, str] = {}) -> None:
        self.folder = folder
        text = HEAD + "routes:\n" + indented(routes) + ("tests:\n" + indented(tests) if tests else "")
        (folder / "routes.yaml").write_text(text)
        for name, content in files.items():
            path = folder / "transforms" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def project(self) -> Project:
        return read_project(self.folder / "routes.yaml", {})

    def run(self) -> list[TestResult]:
        tests = Tests(self.project(), registry(), {})
        return tests.run(tests.all)

    def one(self) -> TestResult:
        (result,) = self.run()
        return result

    def passes(self) -> None:
        for result in self.run():
            assert result.passed, "\n".join([result.name, *result.details, *result.trace])

    def problems(self) -> list[tuple[str, int, str, str]]:
        """(code, line of the text below `tests:`, message, hint) of the errors."""
        lines = (self.folder / "routes.yaml").read_text().splitlines()
        top = lines.index("tests:") + 1
        found = check(self.project(), registry(), {})
        return [(p.code, p.line - top, p.message, p.hint) for p in found if p.level == "error"]


def indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n") + "\n", "  ")
