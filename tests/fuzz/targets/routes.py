"""routes.yaml, as far as `routes check` goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.wiring import registry
from router.config.check import check
from router.config.content import read_content
from router.config.project import stored_project
from tests.fuzz.target import TESTS, Target, Wrong, told

ROOT = TESTS.parent
EMPTY = Path("/nonexistent/project")
ENVIRONMENT = {"ERP_URL": "http://erp", "BUS_URL": "amqp://bus", "RATE": "5/s"}
CONTENT = {name: raw for name, raw in read_content(ROOT).items() if "/samples/" not in name}
REGISTRY = registry()


def routes(raw: bytes) -> list[Any]:
    """Every mistake has a place in the file and a sentence; nothing is raised."""
    project = stored_project({**CONTENT, "routes.yaml": raw}, "routes.yaml", ENVIRONMENT, EMPTY, 1)
    problems = check(project, REGISTRY, ENVIRONMENT)
    lines = raw.decode("utf-8", "replace").count("\n") + raw.decode("utf-8", "replace").count("\r") + 1
    for problem in problems:
        told(f"{problem.message} {problem.hint} {problem.path}")
        if problem.file == "routes.yaml" and not (1 <= problem.line <= lines + 1 and problem.column >= 1):
            raise Wrong(f"no place in the file of {lines} lines: {problem}")
    return [problem.as_dict() for problem in problems]


TARGETS = (
    Target(
        "routes",
        routes,
        (),
        seeds=("../routes.yaml", "../routes/*.yaml", "../examples/*/routes.yaml", "fuzz/corpus/routes/*"),
        words="routes",
    ),
)
