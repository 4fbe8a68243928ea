"""`routes test --record ID`: writes a test from a message of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapters.commands.exits import DONE, FAILED, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import say, stop
from adapters.commands.project import draft, opened, view_of
from adapters.settings import Settings
from router.config.problems import ConfigError

if TYPE_CHECKING:
    from adapters import registry as root
    from adapters.commands import recording
    from adapters.commands.recording import Recording
    from adapters.testing import running
    from router.config import project as projects
else:
    root, projects = late("adapters.registry"), late("router.config.project")
    recording, running = late("adapters.commands.recording"), late("adapters.testing.running")

STDOUT = "-"


def record(settings: Settings, id: str, names: tuple[str, ...]) -> int:
    """Behind the tests of routes.yaml, or to stdout where the name is `-`. 1 where the test does not pass as the project is
    now: it was another one when the message came."""
    if len(names) > 1:
        stop(USAGE, "say one name for the test, or - to print it")
    with opened(settings) as app:
        view = view_of(app, id)
        route = draft(app).routes.get(view.route)
        if route is None:
            stop(FAILED, f"the route {view.route} of that message is not in {settings.config.name} any more")
        name = names[0] if names and names != (STDOUT,) else f"message {view.id[:13]}"
        made = recording.recorded(app, view, route, name)
    if names == (STDOUT,):
        click.echo("\n".join(made.lines))
        say(f"its samples belong under transforms/: {', '.join(made.samples)}; without - they are written too")
        return DONE
    return write(settings, made, name)


def write(settings: Settings, made: Recording, name: str) -> int:
    environ = settings.references()
    if name in {test.name for test in tests_of(settings, environ).all}:
        stop(FAILED, f"there is a test {name!r} already: say another name behind --record ID")
    before = settings.config.read_bytes()
    after = recording.with_test(before.decode("utf-8"), made.lines)
    if after is None:
        click.echo("\n".join(made.lines))
        stop(FAILED, f"'tests' of {settings.config.name} is not written as a block: put the lines above into it")
    paths = [put(settings.config.parent / "transforms" / path, content) for path, content in made.samples.items()]
    settings.config.write_bytes(after.encode("utf-8"))
    try:
        tests = tests_of(settings, environ)
    except ConfigError as error:
        settings.config.write_bytes(before)
        for path in paths:
            path.unlink()
        stop(FAILED, f"it cannot be a test of the project as it is now: {error}")
    (result,) = tests.run(tests.chosen([name]))
    for path in paths:
        click.echo(path.relative_to(settings.config.parent.absolute()))
    say(f"{name!r} is in {settings.config.name}:{result.line}. Its samples are what came in and went out, word for word: see"
        " that no personal data is in them before you share them")  # fmt: skip
    if not result.passed:
        say(f"it does not pass as the project is now: {result.reason}")
    return DONE if result.passed else FAILED


def tests_of(settings: Settings, environ: Mapping[str, str]) -> running.Tests:
    """Raises ConfigError."""
    project = projects.read_project(settings.config, environ)
    return running.Tests(project, root.registry(), environ)


def put(path: Path, content: bytes) -> Path:
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
