"""What must hold of a project with a mistake, whatever the mistake is.

- `check` says what it says; it never raises, and people can read it.
- What it does not refuse, `up` does not refuse: the version is built, its sources of HTTP and its targets are opened, all but
  the network.
- What it refuses, it refuses at the right place: an error, or a place that a note of it shows, stands within two lines of
  what was edited, or at the line of the key that holds it (where what is missing is said). The edit of a definition may be
  told where it is used instead; that counts where message, hint or note name it, as it was or as it is now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.app import registry
from adapters.commands.diagnostics import Shown, Sources
from adapters.inbound.http import HttpSources
from adapters.targets import TARGETS
from router.config.check import build, check
from router.config.located import UNSET
from router.config.problems import ConfigError, Problem, errors
from router.config.project import stored_project
from tests.fuzz.projects.edits import Edit
from tests.fuzz.projects.sound import Sound
from tests.fuzz.target import Wrong, told

NOWHERE = Path("/nonexistent/project")
NEAR = 2
REGISTRY = registry()
ACCEPTED, POINTED, NAMED, ELSEWHERE = "accepted", "pointed", "named", "elsewhere"


@dataclass(frozen=True)
class Verdict:
    """`how` the edit was answered; `problems` are the errors."""

    how: str
    problems: Sequence[Problem] = ()


def judge(sound: Sound, file: str, edit: Edit) -> Verdict:
    """Raises Wrong for what must never be."""
    files = {**sound.files, file: edit.text.encode("utf-8", "surrogateescape")}
    project = stored_project(files, "routes.yaml", sound.environ, NOWHERE, 1)
    problems = check(project, REGISTRY, sound.environ)
    shown = Shown(Sources(files), False, 100)
    for problem in problems:
        told("\n".join(shown.lines(problem)) + problem.path)
        if problem.line < 1 or problem.column < 1 or problem.file not in files:
            raise Wrong(f"no place in the project: {problem!r}")
    wrong = errors(problems)
    if not wrong:
        start(sound, files, problems)
        return Verdict(ACCEPTED)
    return Verdict(how(wrong, file, edit), wrong)


def start(sound: Sound, files: dict[str, bytes], problems: Sequence[Problem]) -> None:
    """As `up` does, without what other programs have to answer."""
    if any(problem.code == "W" + UNSET for problem in problems):  # said, and refused by `up` alone
        return
    try:
        table = build(files, "routes.yaml", 1, REGISTRY, sound.environ, NOWHERE)
    except ConfigError as error:
        raise Wrong(f"up refuses what check accepts: {error}") from None
    HttpSources(table)
    opened = {(s.connection, s.kind) for r in table.routes.values() for t in r.targets for s in (t.send, t.fallback) if s}
    for connection, kind in sorted(opened):
        if kind not in ("route", "folder", "sql") and not any(problem.code == "W0405" for problem in problems):
            TARGETS[kind].open(connection, table.connections[connection].options, 1)


def how(wrong: Sequence[Problem], file: str, edit: Edit) -> str:
    places = {(p.file, p.line) for p in wrong} | {(r.file, r.line) for p in wrong for r in p.related}
    first, last = edit.lines
    lines = {line for place, line in places if place == file}
    if edit.parent in lines or any(first - NEAR <= line <= last + NEAR for line in lines):
        return POINTED
    names = [word for name in edit.names for word in re.findall(r"[\w.-]{2,}", name)]
    said = " ".join(f"{p.message} {p.hint} {' '.join(r.message for r in p.related)}" for p in wrong)
    return NAMED if any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said) for name in names) else ELSEWHERE
