"""`routes test --watch`: the tests again at each save."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from adapters.commands.exits import DONE, USAGE
from adapters.commands.lazy import late
from adapters.commands.output import say
from adapters.settings import Settings
from router.config.problems import ConfigError

if TYPE_CHECKING:
    from adapters import watching
    from router.config import project as projects
    from router.config.project import Project
else:
    watching, projects = late("adapters.watching"), late("router.config.project")

Once = Callable[["Project"], int]


def again(settings: Settings, once: Once) -> int:
    """Until Ctrl-C; the code is that of the last run."""
    runs = Runs(once)
    watch = watching.Watch(
        settings.config.parent, lambda: projects.read_project(settings.config, settings.references()),
        lambda project: [], runs.take, known=lambda project: False, tell=say,
    )  # fmt: skip
    asyncio.run(until_interrupted(watch))
    return runs.code


async def until_interrupted(watch: watching.Watch) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await watch.run(stop)


class Runs:
    """One after the other."""

    def __init__(self, once: Once) -> None:
        self.once, self.code = once, DONE

    def take(self, project: Project) -> None:
        try:
            self.code = self.once(project)
        except ConfigError as error:
            for problem in error.problems:
                say(str(problem))
            self.code = USAGE
        say("waiting for a file to be saved; Ctrl-C ends")
