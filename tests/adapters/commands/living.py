"""A real project and commands that run in it, as a user has them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters import host
from adapters.processes import die_with_parent, ready_file

ROUTES = """
version: 1
connections:
  here: {type: folder, path: in}
  there: {type: folder, path: out}
routes:
  copies:
    from: {folder: here, files: "*.txt", ready: at_once}
    to:
      - {id: out, send: {folder: there, name: "{{ file.name }}"}}
"""


def make_project(folder: Path) -> Path:
    """A project whose folder holds names that must not come before ours."""
    (folder / "routes.yaml").write_text(ROUTES)
    (folder / "transforms").mkdir()
    for name in ("transforms/__init__.py", "adapters.py", "router.py", "celery.py"):
        (folder / name).write_text("raise RuntimeError('the project folder came first')\n")
    return folder


class Typed:
    """A command that runs in a project folder."""

    def __init__(self, project: Path, line: str) -> None:
        parent = os.getpid()
        self.project = project
        self.log = project / f"{line.replace(' ', '-')}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                host.command(*line.split()), cwd=project, stderr=log, stdout=log, env=self._environment(),
                preexec_fn=lambda: die_with_parent(parent),
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
        return {**plain, "CROSSDOCK_HTTP": "127.0.0.1:0", "CROSSDOCK_ADMIN": "127.0.0.1:0", "CROSSDOCK_WORKERS": "1"}

    def said(self) -> str:
        return self.log.read_text()

    def ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        return any(line.startswith("ready ") for line in self.said().splitlines())

    def address(self) -> str:
        """What web said: `http://127.0.0.1:PORT`."""
        return next(line for line in self.said().splitlines() if line.startswith("ready ")).split()[1]

    def pid(self, role: str) -> int:
        return int(ready_file(self.project / "var", role).read_text().split()[0])


@contextmanager
def typed(project: Path, line: str) -> Iterator[Typed]:
    command = Typed(project, line)
    try:
        yield command
    finally:
        command.process.kill()
        command.process.wait()


def answer(project: Path, line: str) -> tuple[int, str]:
    with typed(project, line) as command:
        return command.process.wait(30), command.said()
