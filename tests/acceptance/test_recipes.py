"""The pages of recipes show what the examples hold, and what they tell a reader to type works."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from adapters.commands import answer
from adapters.registry import registry
from router.config.check import build_for_trial
from router.config.project import read_project
from router.graph.parts import graph
from router.graph.svg import svg
from tests.acceptance.conftest import ROOT

PAGES = sorted(path for path in (ROOT / "docs/recipes").glob("*.md") if path.stem != "index")
PROJECTS = sorted(ROOT.glob("examples/**/routes.yaml"))
ELISION = "# …"
"""Stands in an excerpt where lines of the file are left out."""


def name_of(page: Path) -> str:
    return page.stem


def project_name(project: Path) -> str:
    return "-".join(project.parent.relative_to(ROOT / "examples").parts)


def excerpts(text: str) -> list[tuple[str, str]]:
    """(file, lines) of the blocks that name a file."""
    return re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)


def stands_in(piece: str, lines: list[str]) -> bool:
    wanted = piece.strip("\n").splitlines()
    found = (lines[n : n + len(wanted)] for n in range(len(lines) - len(wanted) + 1))
    return any(textwrap.dedent("\n".join(one)).splitlines() == wanted for one in found)


def tries(readme: str) -> list[tuple[list[str], bool]]:
    """The `crossdock routes try …` lines of its script, each with whether it says that the sample is dead."""
    lines = re.findall(r"^crossdock (routes try .*)$", readme, re.MULTILINE)
    return [(shlex.split(line, comments=True), "# dead" in line) for line in lines]


def test_every_example_has_a_page_and_the_index_names_all() -> None:
    folders = {project.relative_to(ROOT).parts[1] for project in PROJECTS}
    assert {page.stem for page in PAGES} == folders
    index = (ROOT / "docs/recipes/index.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_shows_stands_in_the_file(page: Path) -> None:
    shown = excerpts(page.read_text("utf-8"))
    assert any(file.endswith("routes.yaml") for file, _ in shown)
    for file, text in shown:
        lines = (ROOT / file).read_text("utf-8").splitlines()
        for piece in re.split(rf"^{ELISION}$\n", text, flags=re.MULTILINE):
            assert stands_in(piece, lines), f"{page.name}: not, or not any more, in {file}:\n{piece}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_and_its_readme_say_the_same_to_type(page: Path) -> None:
    readme = (ROOT / "examples" / page.stem / "README.md").read_text("utf-8")
    scripts = re.findall(r"^```sh\n.*?^```$", readme, re.MULTILINE | re.DOTALL)
    assert scripts
    assert scripts[0] in page.read_text("utf-8")


@pytest.mark.parametrize("project", PROJECTS, ids=project_name)
def test_the_picture_is_drawn_from_the_routes(project: Path) -> None:
    picture = ROOT / "docs/recipes" / f"{project_name(project)}.svg"
    table, _ = build_for_trial(read_project(project, {}), registry(), {})
    drawn = svg(graph(table), f"Routes of {project.parent.name}")
    how = f"crossdock --config {project.relative_to(ROOT)} routes graph > {picture.relative_to(ROOT)}"
    assert picture.read_text("utf-8") == drawn, f"draw it anew: {how}"
    page = ROOT / "docs/recipes" / f"{project.relative_to(ROOT).parts[1]}.md"
    assert f"({picture.name})" in page.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_its_samples_go_through(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    readme = (ROOT / "examples" / page.stem / "README.md").read_text("utf-8")
    last = [line for line in readme.splitlines() if line.startswith("cd ")][-1]
    monkeypatch.chdir(ROOT / "examples" / page.stem / ("store" if "../store" in last else ""))
    monkeypatch.setenv("CROSSDOCK_VAR", str(tmp_path / "var"))
    assert tries(readme)
    for words, dead in tries(readme):
        assert answer(words) == int(dead), shlex.join(words)
