"""routes.yaml, as far as `routes check` goes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from adapters.registry import registry
from router.config.check import check
from router.config.content import read_content
from router.config.project import stored_project
from tests.fuzz.target import TESTS, Target, Wrong, files, told
from tests.fuzz.targets.choices import Choices

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


SEEDS = ("../routes.yaml", "../routes/*.yaml", "../examples/*/routes.yaml", "fuzz/corpus/routes/*")
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "", "x", "10s", "20%", "{{ body.x }}", "{{ body.", "body.x", "body.x ==", "${env:ERP_URL}",
    "${secret:NONE}", "${", [], {}, [[]], [None], {"": None}, {"x": {}}, "ü" * 300, 10**30, "/x", "records", "json",
    {"route": "web-orders"}, {"http": "/x"},
    {"csv": {"columns": []}}, {"fixed": {"layout": "none"}}, {"dead": "why"},
    "1e999", ".nan", "2026-03-01", "-", "a\n: b", "\u0001",
)  # fmt: skip


def project(data: bytes) -> list[Any]:
    """A project that is right but for some values, which stand where others belong: so the checker comes further."""
    choices = Choices(data)
    documents = parsed()
    document = copy.deepcopy(documents[choices.below(len(documents))])
    for _ in range(1 + choices.below(3)):
        places = list(walk(document))
        if not places:
            break
        inside, key = places[choices.wide(len(places))]
        kind = choices.below(4)
        if kind == 0 and isinstance(inside, dict):
            del inside[key]
        elif kind == 1:
            other, name = places[choices.wide(len(places))]
            inside[key] = copy.deepcopy(other[name])
        else:
            inside[key] = copy.deepcopy(ODD[choices.below(len(ODD))])
    return routes(json.dumps(document, ensure_ascii=False, indent=1).encode())


@cache
def parsed() -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    return [reader.load(path.read_bytes()) for path in files(SEEDS)]


def walk(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document: what holds it, and its key there."""
    for key, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(inner, (dict, list)):
            yield from walk(inner)


TARGETS = (
    Target("routes", routes, (), seeds=SEEDS, words="routes"),
    Target("project", project, (), written=(bytes(9), bytes(range(1, 25)), bytes(range(255, 9, -11))), longest=16),
)
