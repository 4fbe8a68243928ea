from __future__ import annotations

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.watching import Watch
from router.config.problems import ConfigError, Problem
from router.config.project import Project, read_project
from router.errors import CrossdockError, LedgerBusy

GOOD = "version: 1\n"
BAD = "version: 1\nroutes: [\n"


class Desk:
    """Takes what has no mistakes, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.taken: list[dict[str, bytes]] = []
        self.told: list[str] = []
        self.refusals: list[CrossdockError] = []
        self.watch = Watch(
            folder, lambda: read_project(folder / "routes.yaml", {}), self.check, self.take, tell=self.told.append
        )

    def check(self, project: Project) -> list[Problem]:
        return [problem for document in project.documents for problem in document.problems]

    def take(self, project: Project) -> int | None:
        if self.refusals:
            raise self.refusals.pop(0)
        if self.taken and self.taken[-1] == project.files():
            return None
        self.taken.append(project.files())
        return len(self.taken)

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.watch.look()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "routes.yaml", GOOD)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Desk:
    desk = Desk(folder)
    desk.watch.begin()
    return desk


def write(path: Path, text: str) -> None:
    """As editors do it: whole under its name at once, another file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.with_suffix(".new")
    temp.write_text(text)
    temp.rename(path)


def test_what_was_there_at_the_start_is_not_taken(desk: Desk) -> None:
    desk.look(5)
    assert desk.taken == []


def test_what_is_saved_is_taken_once_and_when_it_rests(desk: Desk, folder: Path) -> None:
    write(folder / "routes.yaml", GOOD + "# one\n")
    desk.look(1)
    assert desk.taken == []
    write(folder / "routes.yaml", GOOD + "# two\n")
    desk.look(1)
    assert desk.taken == []
    desk.look(5)
    assert desk.taken == [{"routes.yaml": (GOOD + "# two\n").encode()}]


def test_what_is_saved_with_a_mistake_is_told_and_not_taken(desk: Desk, folder: Path) -> None:
    write(folder / "routes.yaml", BAD)
    with capture_logs() as logs:
        desk.look(5)
    assert desk.taken == []
    assert len(desk.told) == 1
    assert desk.told[0].startswith("routes.yaml:")
    assert [line["action"] for line in logs] == ["watch_refused"]
    write(folder / "routes.yaml", GOOD + "# mended\n")
    desk.look()
    assert len(desk.taken) == 1


def test_what_cannot_be_served_here_is_told_and_the_watch_goes_on(desk: Desk, folder: Path) -> None:
    problem = Problem("error", "E0302", "routes.yaml", 1, 1, "url", "ERP_URL is not set")
    desk.refusals.append(ConfigError([problem]))
    write(folder / "routes.yaml", GOOD + "# one\n")
    with capture_logs() as logs:
        desk.look(4)
    assert desk.told == [str(problem)]
    assert [line["action"] for line in logs] == ["watch_refused"]
    write(folder / "routes.yaml", GOOD + "# mended\n")
    desk.look(3)
    assert len(desk.taken) == 1


def test_where_the_ledger_cannot_be_used_it_is_tried_again(desk: Desk, folder: Path) -> None:
    desk.refusals += [LedgerBusy(), LedgerBusy()]
    write(folder / "routes.yaml", GOOD + "# one\n")
    with capture_logs() as logs:
        desk.look(6)
    assert len(desk.taken) == 1
    assert [line["action"] for line in logs] == ["watch_failed", "watch_failed", "watch_taken"]


def test_what_was_no_version_before_the_start_is_taken(folder: Path) -> None:
    desk = Desk(folder)
    desk.watch.known = lambda project: False
    desk.watch.begin()
    desk.look(3)
    assert len(desk.taken) == 1


def test_content_that_comes_changes_and_goes_is_seen(desk: Desk, folder: Path) -> None:
    file = folder / "transforms/maps/a.yaml"
    write(file, "fields: {a: 1}\n")
    desk.look(3)
    write(file, "fields: {a: 2}\n")
    desk.look(3)
    file.unlink()
    desk.look(3)
    assert [taken.get("transforms/maps/a.yaml") for taken in desk.taken] == [b"fields: {a: 1}\n", b"fields: {a: 2}\n", None]


def test_a_file_that_is_touched_and_stays_the_same_is_no_new_version(desk: Desk, folder: Path) -> None:
    write(folder / "routes.yaml", GOOD + "# one\n")
    desk.look(3)
    os.utime(folder / "routes.yaml", ns=(1, 1))
    with capture_logs() as logs:
        desk.look(3)
    assert len(desk.taken) == 1
    assert logs == []
