"""What is meant as a pattern and is none here; tests/broken has what is said of a whole project."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.app import registry
from router.config.check import check
from router.config.project import read_project

PROJECT = """\
version: 1
connections:
  pos: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
routes:
  r:
    about: a route
    owner: me
    from: {source}
    to: [{{id: out, send: {{folder: out, name: "{{{{ message.id }}}}.json"}}}}]
"""


def hints(folder: Path, source: str) -> list[str]:
    (folder / "routes.yaml").write_text(PROJECT.format(source=source))
    found = check(read_project(folder / "routes.yaml", {}), registry(), {})
    return [problem.hint for problem in found if problem.code == "W0514"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/orders/:number", "write {number} for a parameter"),
        ("/orders/<number>", "write {number} for a parameter"),
        ("/orders/<int:number>/lines", "write {number} for a parameter"),
        ("/orders/*", "write {name} for a segment that changes, and a route for each depth"),
    ],
)
def test_a_parameter_of_another_tool(tmp_path: Path, path: str, hint: str) -> None:
    assert hints(tmp_path, f"{{http: '{path}', clients: anyone}}") == [hint]


@pytest.mark.parametrize(
    ("files", "hint"),
    [
        ("SALES_*.{csv, txt}", "write a route for each: SALES_*.csv and SALES_*.txt"),
        (r"SALES_.+\.csv", "write '*' for what changes"),
        ("^SALES", "write '*' for what changes"),
        ("SALES.csv$", "write '*' for what changes"),
    ],
)
def test_a_pattern_of_another_tool(tmp_path: Path, files: str, hint: str) -> None:
    assert hints(tmp_path, f"{{folder: pos, files: '{files}'}}") == [hint]


@pytest.mark.parametrize("source", [
    "{http: '/orders/{number}/v1.0/a:b', clients: anyone}", "{folder: pos, files: 'SALES_*.*'}",
    "{folder: pos, files: '[AB]?_{x}.csv'}", "{folder: pos, files: 'day.*'}",
])  # fmt: skip
def test_what_is_meant_as_it_stands(tmp_path: Path, source: str) -> None:
    assert hints(tmp_path, source) == []
