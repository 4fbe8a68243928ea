"""What `routes check` says of the wrong example of a code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.commands.diagnostics import PIPED_WIDTH, Shown, Sources
from adapters.registry import registry
from router.config.check import check
from router.config.codes.code import Code
from router.config.codes.scratch import ENVIRON, REST_FILE, files_of, head_of
from router.config.problems import Problem
from router.config.project import read_project

REGISTRY = registry()


def complaint(code: Code) -> str:
    """As it is printed, without colour; places are those in the example as it stands on the page."""
    files = files_of(code, code.wrong, code.encoding)
    above = head_of(code.wrong).count("\n")
    shown = Shown(Sources({**files, "routes.yaml": code.wrong.encode(code.encoding)}), False, PIPED_WIDTH)
    found = (moved(one, above) for one in problems(files) if one.code in code.names and one.file != REST_FILE)
    return "\n".join(line for one in found for line in shown.lines(one))


def problems(files: dict[str, bytes]) -> list[Problem]:
    with TemporaryDirectory() as folder:
        for path, written in files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_bytes(written)
        return check(read_project(Path(folder) / "routes.yaml", ENVIRON), REGISTRY, ENVIRON)


def moved(problem: Problem, above: int) -> Problem:
    """Up, as if nothing stood above the example."""
    return replace(problem, line=max(1, problem.line - above)) if problem.file == "routes.yaml" else problem
