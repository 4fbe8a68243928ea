from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.registry import registry
from router.config.check import check
from router.config.codes.catalogue import CATALOGUE, ROOMS, code_of, near_codes
from router.config.codes.code import Code
from router.config.codes.scratch import ENVIRON, files_of
from router.config.problems import Problem
from router.config.project import read_project

ROOT = Path(__file__).parents[4]
SHOWN = [code for code in CATALOGUE.values() if code.wrong]


def checked(folder: Path, code: Code, text: str, encoding: str = "utf-8") -> list[Problem]:
    """A piece of routes.yaml as a project."""
    for name, written in files_of(code, text, encoding).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    return check(read_project(folder / "routes.yaml", ENVIRON), registry(), ENVIRON)


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.name)
def test_the_wrong_example_gives_its_code_and_no_other_error(tmp_path: Path, code: Code) -> None:
    problems = checked(tmp_path, code, code.wrong, code.encoding)
    assert {p.code for p in problems} & set(code.names), problems
    assert {p.code for p in problems if p.level == "error"} <= set(code.names), problems


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.name)
def test_the_right_example_is_right(tmp_path: Path, code: Code) -> None:
    assert [problem for problem in checked(tmp_path, code, code.right) if problem.file != "rest.yaml"] == []


def test_what_cannot_be_shown_as_text() -> None:
    assert [code.name for code in CATALOGUE.values() if not code.wrong] == ["E0101", "E0205"]


def constants(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = re.fullmatch(r"[EWA]?(0[1-9]\d\d)", node.value)
            if found:
                yield found[1]


def test_what_can_be_said_can_be_looked_up_and_the_other_way_round() -> None:
    files = [path for room in ("router", "transforms", "adapters") for path in (ROOT / room).rglob("*.py")]
    said = {code for path in files if path.parent.name != "codes" for code in constants(path)}
    assert said == set(CATALOGUE)


def test_numbers_are_given_once_and_stand_in_order() -> None:
    for room in ROOMS:
        numbers = [code.number for code in room.CODES]
        assert numbers == sorted(set(numbers))
        assert len({number[:2] for number in numbers}) == 1, "a file holds one hundred"
    assert len(CATALOGUE) == sum(len(room.CODES) for room in ROOMS)


@pytest.mark.parametrize("text", ["E0201", "e0201", "0201", "201", "error[E0201]", " W0201 "])
def test_codes_are_found_as_people_write_them(text: str) -> None:
    code = code_of(text)
    assert code is not None
    assert code.name == "E0201"


def test_an_unknown_code_has_neighbours() -> None:
    assert code_of("E0299") is None
    assert code_of("nonsense") is None
    assert near_codes("E0299")[0].startswith("E02")
    assert "E0201" in near_codes("E0299")
