"""Half of the routes looked at in another process: the same is said, in the same order."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.apart import beside
from router.config import check as checking
from router.config.project import read_project
from tests.broken.case import ENVIRON, REGISTRY, Case
from tests.broken.test_broken import BROKEN


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_two_processes_say_what_one_says(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case.write(tmp_path)
    project = read_project(tmp_path / "routes.yaml", ENVIRON)
    alone = checking.check(project, REGISTRY, ENVIRON)
    monkeypatch.setattr(checking, "MANY", 2)
    assert checking.check(project, REGISTRY, ENVIRON, beside) == alone
