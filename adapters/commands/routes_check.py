"""`routes check`: every mistake of the project at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters import apart
from adapters.colour import coloured
from adapters.commands.diagnostics import Shown, Sources, annotation, width
from adapters.commands.exits import DONE, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import answer_rows, output_option_with, say
from adapters.settings import Settings
from router.config.problems import Problem

if TYPE_CHECKING:
    from adapters import registry as root
    from router.config import check as checking
    from router.config import project as projects
    from router.config.project import Project
else:
    root, checking, projects = late("adapters.registry"), late("router.config.check"), late("router.config.project")


@contextmanager
def unlooked() -> Iterator[None]:
    """Meanwhile nobody looks for cycles: what a check makes is there until its end."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@output_option_with("github")
@click.pass_obj
@unlooked()
def check(settings: Settings, file: Path | None, form: str) -> int:
    """Says every mistake at once; nothing is started or written. 2 where one is an error.

    `-o github` writes annotations for GitHub Actions. `routes explain CODE` says more of a mistake.

    Example: crossdock routes check -o github"""
    environ = settings.references()
    config = projects.find_project(file, environ) if file is not None else settings.config
    project = projects.read_project(config, environ)
    problems = checking.check(project, root.registry(), environ, apart.beside if apart.PAYS else None)
    if form in ("json", "jsonl"):
        answer_rows((problem.as_dict() for problem in problems), (), form)
    else:
        for line in written(problems, project, form):
            click.echo(line)
    levels = [problem.level for problem in problems]
    wrong = levels.count("error")
    warnings, advice = levels.count("warning"), levels.count("advice")
    others = [f"{warnings} warning{'s' if warnings != 1 else ''}"] if warnings else []
    others += [f"{advice} advice"] if advice else []
    verdict = f"{wrong} error{'s' if wrong != 1 else ''}" if wrong else "no errors"
    say(f"{config.name}: {', '.join([verdict, *others])}")
    return USAGE if wrong else DONE


def written(problems: Sequence[Problem], project: Project, form: str) -> Iterator[str]:
    """Codes alone, annotations, or each problem with its source line, an empty line between two."""
    shown = Shown(Sources(project.files()), coloured(sys.stdout), width())
    for n, problem in enumerate(problems):
        if form == "id":
            yield problem.code
        elif form == "github":
            yield annotation(problem, project.base)
        else:
            yield from [""] if n else []
            yield from shown.lines(problem)
